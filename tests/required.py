"""A pytest plugin: a test that is skipped has failed, unless it is marked `optional` with the reason."""

from collections.abc import Generator

import pytest

REMEDY = "Provide what it needs (`make test` does), or mark it @pytest.mark.optional(reason)."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and not _optional(item):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _optional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("optional")
    return marker is not None and bool(marker.args or marker.kwargs.get("reason"))


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"A required test was skipped. {reason}\n{REMEDY}"
