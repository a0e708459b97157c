"""The rule that a skipped test is a failed test."""

import pytest

PLUGIN = "tests.required"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_file(text: str) -> dict[str, int]:
        pytester.makepyfile(f"import pytest\n{text}")
        pytester.makeini("[pytest]\nmarkers = optional(reason): may be skipped")
        return pytester.runpytest("-p", PLUGIN).parseoutcomes()

    return run_file


def test_a_skipped_test_fails_the_run(run):
    assert run("def test_it():\n    pytest.skip('no server here')") == {"failed": 1}


def test_a_test_that_is_marked_to_be_skipped_fails_the_run(run):
    assert run("@pytest.mark.skip\ndef test_it(): pass") == {"errors": 1}


def test_a_fixture_that_skips_fails_the_run(run):
    text = "@pytest.fixture\ndef server(): pytest.skip('none')\ndef test_it(server): pass"
    assert run(text) == {"errors": 1}


def test_a_module_that_skips_itself_fails_the_run(run):
    assert run("pytest.importorskip('no_such_module')\ndef test_it(): pass") == {"errors": 1}


def test_an_optional_test_may_be_skipped(run):
    text = "@pytest.mark.optional('needs a GPU')\ndef test_it():\n    pytest.skip('none here')"
    assert run(text) == {"skipped": 1}


def test_an_optional_test_without_a_reason_may_not_be_skipped(run):
    assert run("@pytest.mark.optional\ndef test_it():\n    pytest.skip('none here')") == {"failed": 1}


def test_an_expected_failure_is_not_a_skipped_test(run):
    assert run("@pytest.mark.xfail\ndef test_it():\n    assert False") == {"xfailed": 1}


def test_a_test_that_runs_passes(run):
    assert run("def test_it(): pass") == {"passed": 1}
