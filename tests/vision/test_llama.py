"""A real llama-server is asked as any server with OpenAI's API, and does what it is asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from appliance.vision import Provider, VisionError, addresses, compatible, finding
from appliance.vision.compatible.calls import Line
from tests.servers import llama
from tests.vision.asking import RED

pytestmark = pytest.mark.optional("the packaged server was built for processors with AVX-512")


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama.served(tmp_path_factory.mktemp("seeing")) as url:
        yield url


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama.served(tmp_path_factory.mktemp("blind"), sees=False) as url:
        yield url


def provider(url: str, **options: Any) -> Provider:
    asked: dict[str, Any] = {"base_url": url, "model": "tiny", "api_key": llama.KEY, "answer_tokens": 4000} | options
    return compatible.connect(compatible.Options(**asked))


def test_it_answers_in_the_form_asked_for_about_a_picture_that_it_sees(seeing: str):
    said = provider(seeing).describe(RED, language="en")

    assert (said.provider, said.model) == ("openai", "tiny")
    assert said.usage.input_tokens > 500
    assert 50 < said.usage.output_tokens < 4000  # it came to its end, though its words are noise
    assert said.text or said.alt or said.candidates


def test_an_answer_that_is_cut_off_is_taken_as_far_as_it_goes(seeing: str):
    whole = provider(seeing).describe(RED, language="en")
    begun = provider(seeing, answer_tokens=whole.usage.output_tokens // 2).describe(RED, language="en")

    assert begun.usage.output_tokens == whole.usage.output_tokens // 2
    assert begun.candidates == whole.candidates


def test_a_model_without_eyes_is_noticed_before_a_picture_is_sent(blind: str):
    with pytest.raises(VisionError, match=r"The model tiny at .* cannot see pictures") as raised:
        provider(blind).describe(RED, language="en")

    assert raised.value.permanent


def test_what_the_server_says_of_a_picture_that_it_cannot_see_is_understood(blind: str):
    line = Line(compatible.Options(base_url=blind, model="tiny", api_key=llama.KEY), None)
    with pytest.raises(VisionError, match=r"The model tiny at .* cannot see pictures"):
        line.ask(["What is it?"], RED, schema=None)


def test_a_wrong_key_is_noticed(seeing: str):
    with pytest.raises(VisionError, match="does not accept the key") as raised:
        provider(seeing, api_key="wrong").check()

    assert raised.value.permanent


def test_a_server_with_one_model_answers_by_whatever_name_it_is_asked(seeing: str):
    assert provider(seeing, model="other").describe(RED, language="en").usage.output_tokens > 50


def test_it_is_found_with_its_model_that_can_see(seeing: str, monkeypatch: pytest.MonkeyPatch):
    port = int(seeing.split(":")[2].partition("/")[0])
    monkeypatch.setitem(addresses.PORTS, port, "llama.cpp")

    found = finding.found([(finding.HERE, port)])

    assert [(one.make, one.base_url, one.models) for one in found] == [("llama.cpp", seeing, ("tiny",))]
