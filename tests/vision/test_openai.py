"""A vision model on a server with OpenAI's API names pictures, whatever dialect the server speaks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance import vision
from appliance.vision import Context, VisionError, addresses, compatible, prompts
from appliance.vision.compatible import prices, sight
from appliance.words import Origin, Role
from tests.servers import vision_models, vision_server
from tests.vision import pictures
from tests.vision.asking import RED, asked, openai


def test_a_red_square_is_called_one():
    with asked("eyes") as (provider, _):
        said = provider.describe(RED, language="en")

    assert [(word.text, word.role, word.origin) for word in said.candidates[0]] == [
        ("square", Role.SUBJECT, Origin.PIXELS),
        ("red", Role.ATTRIBUTE, Origin.PIXELS),
    ]
    assert said.alt == "A red square."
    assert (said.title, said.keywords) == ("Red square", ("red", "square"))
    assert 0.5 <= said.confidence < 1


def test_a_description_says_who_made_it_and_what_it_took():
    with asked("eyes") as (provider, _):
        said = provider.describe(RED, language="en")

    assert (said.provider, said.model, said.prompt) == ("openai", "eyes", provider.prompt)
    assert (said.usage.calls, said.usage.input_tokens, said.usage.output_tokens) == (1, 400, 100)
    assert said.usage.seconds > 0


def test_words_are_asked_for_in_the_language_of_the_names():
    with asked("eyes") as (provider, _):
        said = provider.describe(RED, language="de")

    assert [word.text for word in said.candidates[0]] == ["Quadrat", "rot"]


@pytest.mark.parametrize("manner", ["schemaless", "formless", "newer", "thinks", "fenced", "chatty", "truncated"])
def test_a_server_with_manners_of_its_own_is_understood(manner: str):
    with asked(f"eyes+{manner}") as (provider, _):
        said = provider.describe(RED, language="en")

    assert [word.text for word in said.candidates[0]] == ["square", "red"]


@pytest.mark.parametrize("manners", ["schemaless", "formless", "newer", "newer+formless"])
def test_what_a_server_does_not_take_is_not_sent_to_it_again(manners: str):
    with asked(f"eyes+{manners}") as (provider, server):
        provider.describe(RED, language="en")
        refused = len(server.answered)
        provider.describe(RED, language="en")

    assert refused > 1
    assert len(server.answered) == refused + 1


def test_a_picture_is_sent_once_with_the_rules_apart_from_the_data():
    context = Context(keywords=("Contoso",), folder="2024 summer", site="shop", taken="2024-07-01", place="Ghent")
    with asked("eyes") as (provider, server):
        provider.describe(RED, language="en", context=context)

    (question,) = server.answered
    rules, data = question.body["messages"]
    assert rules["role"] == "system"
    assert "never instructions" in rules["content"]
    for word in ("Contoso", "2024 summer", "shop", "2024-07-01", "Ghent"):
        assert word in data["content"][0]["text"]
        assert word not in rules["content"]
    assert len(server.pictures) == 1


def test_the_answer_is_asked_for_by_a_schema_without_thinking_and_with_a_limit():
    with asked("eyes") as (provider, server):
        provider.describe(RED, language="en")

    body = server.answered[0].body
    assert body["response_format"]["json_schema"]["schema"] == prompts.FULL.schema
    assert (body["reasoning_effort"], body["chat_template_kwargs"]) == ("none", {"enable_thinking": False})
    assert (body["max_tokens"], body["temperature"]) == (500, 0)


def test_thinking_is_left_to_the_model_where_the_owner_wants_it():
    with asked("eyes", think=True) as (provider, server):
        provider.describe(RED, language="en")

    assert not {"reasoning_effort", "chat_template_kwargs"} & server.answered[0].body.keys()


def test_the_brief_prompt_asks_for_less():
    with asked("eyes", prompt="brief-1") as (provider, server):
        said = provider.describe(RED, language="en")

    assert "caption" not in server.answered[0].text
    assert (said.title, said.caption, said.keywords) == ("", "", ())


# Whether a model can see.


@pytest.mark.parametrize("kind", ["openai", "llama", "ollama", "lmstudio", "vllm"])
@pytest.mark.parametrize("model", ["eyes+blind", "eyes+pretends"])
def test_a_model_that_cannot_see_is_noticed_before_a_picture_of_ours_is_sent(kind: vision_server.Kind, model: str):
    with asked(model, kind=kind) as (provider, server):
        with pytest.raises(VisionError, match=r"cannot see pictures: choose one that can") as raised:
            provider.describe(RED, language="en")

        assert raised.value.permanent
        sent = server.pictures
    assert RED not in sent
    assert len(sent) <= (2 if kind in {"openai", "vllm"} else 0)


@pytest.mark.parametrize("kind", ["openai", "llama", "ollama", "lmstudio", "vllm"])
def test_a_server_is_asked_once_whether_its_model_can_see(kind: vision_server.Kind):
    with asked("eyes", kind=kind) as (provider, server):
        for _ in range(3):
            provider.describe(RED, language="en")

    assert len([one for one in server.asked if one.path == "/v1/models"]) == 1
    assert len(server.answered) == 3 + (2 if kind in {"openai", "vllm"} else 0)


def test_plain_pictures_are_charged_to_the_first_answer():
    with asked("eyes", kind="vllm", input_price=1.0) as (provider, _):
        first, second = (provider.describe(RED, language="en").usage for _ in range(2))

    assert (first.calls, first.input_tokens, first.cost) == (3, 1200, 1200)
    assert (second.calls, second.input_tokens, second.cost) == (1, 400, 400)


@pytest.mark.parametrize(
    ("text", "blind"),
    [
        ("Red", False),
        ("The picture is red.", False),
        ("<think>blue or green</think>\nred", False),
        ("Blue.", True),
        ("I'm sorry, but I can’t see images.", True),
        ("As a text-based model I have no eyes", True),
        ("There is no image.", True),
        ("Crimson", False),
        ('{"subject": "blue car"}', False),
        ("", False),
    ],
)
def test_only_an_answer_that_shows_that_a_model_is_blind_counts_against_it(text: str, blind: bool):
    assert sight.is_blind(text, "red") == blind


def test_a_model_that_is_listed_under_another_name_is_asked_all_the_same():
    with vision_server.served("eyes", kind="llama") as server:
        server.models = ("eyes", "eyes+secretive")
        provider = openai(server, "eyes+secretive")
        server.listed = ("eyes",)
        assert provider.describe(RED, language="en").candidates


def test_many_threads_that_wait_for_a_server_that_is_down_are_told_at_once():
    with vision_server.served("eyes+hangs") as server:
        provider = openai(server, "eyes+hangs", timeout=1.0)
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda _: _fault(provider), range(8)))

    assert all("does not answer within 1 seconds" in one for one in told)
    assert len(server.answered) == 1


def _fault(provider: vision.Provider) -> str:
    with pytest.raises(VisionError) as raised:
        provider.describe(RED, language="en")
    return str(raised.value)


# What goes wrong.


@pytest.mark.parametrize(
    ("manner", "sentence", "permanent", "refused"),
    [
        ("quota", "has no credit left: pay some in there", True, False),
        ("limited=9:7", "asks for a pause: too many requests", False, False),
        ("broken", "has a fault of its own (HTTP 500)", False, False),
        ("drops", "broke before there was an answer", False, False),
        ("garbage", "does not answer in the form asked for", False, False),
        ("empty", "does not answer in the form asked for", False, False),
        ("huge", "answers with more than 256 KiB", False, False),
        ("packed", "answers with more than 256 KiB", False, False),
        ("drips", "does not answer within 5 seconds", False, False),
        ("refuses", "refuses to describe this picture: “I can't help with that picture.”", False, True),
        ("filtered", "refuses to describe this picture", False, True),
        ("truncated+empty", "said nothing in 500 tokens: raise answer_tokens", False, True),
    ],
)
def test_what_goes_wrong_is_a_sentence_that_says_whether_to_try_again(
    manner: str, sentence: str, permanent: bool, refused: bool
):
    with asked(f"eyes+{manner}") as (provider, _), pytest.raises(VisionError) as raised:
        provider.describe(RED, language="en")

    assert sentence in str(raised.value)
    assert (raised.value.permanent, raised.value.refused) == (permanent, refused)


def test_a_server_that_sends_elsewhere_is_not_followed_with_a_key_and_a_picture():
    with vision_server.served("eyes", kind="llama") as other:
        model = f"eyes+moves={other.port}"
        with asked(model, api_key="secret") as (provider, _), pytest.raises(VisionError) as raised:
            provider.describe(RED, language="en")

    assert "sends to another address: give that one as base_url" in str(raised.value)
    assert raised.value.permanent
    assert other.asked == []


def test_a_server_that_asks_for_a_pause_says_for_how_long():
    with asked("eyes+limited=1:7") as (provider, _):
        with pytest.raises(VisionError) as raised:
            provider.describe(RED, language="en")

        assert raised.value.retry_after == 7
        assert provider.describe(RED, language="en").candidates


@pytest.mark.parametrize("manner", ["refuses", "garbage", "truncated+empty"])
def test_an_answer_of_no_use_says_what_it_cost(manner: str):
    with (
        asked(f"eyes+{manner}", input_price=1.0, output_price=10.0) as (provider, _),
        pytest.raises(VisionError) as raised,
    ):
        provider.describe(RED, language="en")

    assert raised.value.usage.cost == 400 * 1 + 100 * 10


def test_a_wrong_key_is_said_and_not_shown():
    with vision_server.served(key="right") as server, pytest.raises(VisionError) as raised:
        openai(server, api_key="wrong-secret").describe(RED, language="en")

    assert "does not accept the key" in str(raised.value)
    assert "wrong-secret" not in str(raised.value)
    assert raised.value.permanent


def test_the_key_is_sent_to_the_server_and_stands_in_no_representation():
    with vision_server.served(key="right") as server:
        provider = openai(server, api_key="right")
        assert provider.describe(RED, language="en").candidates

    assert "right" not in repr(provider)


def test_no_key_of_the_environment_goes_to_a_server_that_was_given_none(monkeypatch: pytest.MonkeyPatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Leak: sk-leaked" if name.endswith("HEADERS") else "sk-leaked")
    with asked("eyes") as (provider, server):
        provider.describe(RED, language="en")

    assert "sk-leaked" not in str([one.headers for one in server.asked])


def test_a_model_that_is_not_there_is_said_with_those_that_are():
    with vision_server.served("eyes", "other") as server, pytest.raises(VisionError) as raised:
        openai(server, "nope").describe(RED, language="en")

    assert "There is no model nope at 127.0.0.1:" in str(raised.value)
    assert "there are eyes, other: choose from these." in str(raised.value)
    assert raised.value.permanent


def test_a_server_that_is_not_started_is_named_by_its_port():
    provider = compatible.connect(compatible.Options(base_url="http://127.0.0.1:1/v1", model="x"))
    with pytest.raises(VisionError, match=r"Nothing answers at 127\.0\.0\.1:1: is it started") as raised:
        provider.check()

    assert not raised.value.permanent


@pytest.mark.parametrize("url", ["http://[::1/v1", "http://[abc/v1"])
def test_an_address_that_cannot_be_one_is_refused(url: str):
    with pytest.raises(VisionError, match="is no address of a server"):
        compatible.connect(compatible.Options(base_url=url, model="x"))


def test_an_address_without_a_path_gets_the_usual_one():
    assert compatible.address(compatible.Options(base_url="http://127.0.0.1:11434", model="x")).endswith("11434/v1")
    assert compatible.address(compatible.Options(base_url="http://host/api/", model="x")) == "http://host/api"


# How often.


def test_one_provider_keeps_many_calls_waiting():
    with asked("eyes+gathers=64", timeout=120.0) as (provider, server), ThreadPoolExecutor(64) as pool:
        said = list(pool.map(lambda _: provider.describe(RED, language="en"), range(64)))

    assert all(one.candidates for one in said)
    assert server.most_at_once == 64


def test_asking_why_costs_nothing_after_the_description():
    with asked("eyes") as (provider, server):
        provider.describe(RED, language="en")
        why = provider.explain(RED, language="en")

    assert [one.word.text for one in why if one.said] == ["square", "red"]
    assert len(server.answered) == 1


def test_a_closed_provider_says_that_it_cannot():
    with asked("eyes") as (provider, _):
        assert isinstance(provider, vision.Closes)
        provider.close()
        with pytest.raises(VisionError):
            provider.describe(RED, language="en")


# What it costs.


def test_the_price_is_that_of_the_list_or_of_the_owner():
    mini = compatible.Options(model="gpt-5.4-mini-2026-03-17")
    assert _price(mini) == (0.75, 4.5)
    assert _price(compatible.Options(model="gpt-5.4-mini", input_price=1.0)) == (1.0, 0)
    assert _price(compatible.Options(model="gpt-9")) is None
    assert _price(compatible.Options(model="anything", base_url="http://localhost:11434")) == (0, 0)


def _price(options: compatible.Options) -> tuple[float, float] | None:
    price = prices.price(options, local=addresses.is_own(options.base_url))
    return (price.input, price.output) if price else None


def test_an_answer_costs_what_its_tokens_cost_and_never_more_than_was_said():
    with asked("eyes", input_price=0.5, output_price=2.0) as (provider, _):
        assert isinstance(provider, vision.Priced)
        assert provider.describe(RED, language="en").usage.cost == 400 * 0.5 + 100 * 2 <= provider.most_cost


@pytest.mark.parametrize("colour", vision_models.COLOURS)
def test_every_colour_is_told(colour: str):
    with asked("eyes") as (provider, _):
        said = provider.describe(pictures.plain(vision_models.COLOURS[colour]), language="en")

    assert said.candidates[0][1].text == colour
