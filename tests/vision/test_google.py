"""Google Cloud Vision names pictures, reached through its own client over REST."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from appliance import vision
from appliance.vision import Provider, VisionError, annotating
from appliance.words import Origin, Role
from tests.servers import google_server
from tests.vision.asking import RED


@pytest.fixture
def server() -> Iterator[google_server.Served]:
    with google_server.served() as server:
        yield server


def google(server: google_server.Served, **options: Any) -> Provider:
    asked: dict[str, Any] = {"credentials": "AIza-key", "endpoint": server.address, "timeout": 5.0} | options
    return annotating.connect(annotating.Options(**asked))


def words(provider: Provider) -> list[list[tuple[str, Role]]]:
    said = provider.describe(RED, language="en")
    return [[(word.text, word.role) for word in candidate] for candidate in said.candidates]


def test_a_red_square_is_called_one_by_the_label_that_the_thing_and_the_web_agree_with(server: google_server.Served):
    said = google(server).describe(RED, language="en")

    assert (said.candidates[0][0].text, said.candidates[0][0].role) == ("red square", Role.SUBJECT)
    assert said.confidence > google(server, features=("labels",)).describe(RED, language="en").confidence
    assert (said.provider, said.model) == ("google", "cloud-vision-1")


def test_labels_of_nearly_everything_are_no_words(server: google_server.Served):
    assert "rectangle" not in str(words(google(server))).casefold()


def test_a_landmark_is_the_place(server: google_server.Served):
    server.behaviour = "landmark"
    assert words(google(server))[0][-1] == ("Eiffel Tower", Role.PLACE)


def test_a_page_is_called_by_its_title(server: google_server.Served):
    server.behaviour = "text"
    said = google(server).describe(RED, language="en")

    title = said.candidates[0][0]
    assert (title.text, title.role, title.origin) == ("Annual Report", Role.SUBJECT, Origin.TEXT)
    assert said.text == "\n".join(google_server.PAGE)


def test_a_person_whom_the_web_knows_is_not_named(server: google_server.Served):
    server.behaviour = "person"
    provider = google(server)
    said = provider.describe(RED, language="en")

    assert "merkel" not in repr(said).casefold()
    assert "merkel" not in repr(provider.explain(RED, language="en")).casefold()
    assert said.candidates[0][0].text == "speech"


def test_what_not_everybody_may_see_gets_no_words(server: google_server.Served):
    server.behaviour = "adult"
    provider = google(server)

    assert provider.describe(RED, language="en").candidates == ()
    assert [one.said for one in provider.explain(RED, language="en")] == [False]


def test_paths_markup_and_orders_are_no_words(server: google_server.Served):
    server.behaviour = "hostile"
    assert words(google(server)) == []


def test_each_feature_is_billed_by_itself(server: google_server.Served):
    provider, less = google(server), google(server, features=("labels", "text"))

    assert provider.describe(RED, language="en").usage.cost == 11_750
    assert less.describe(RED, language="en").usage.cost == 3_000
    assert isinstance(less, vision.Priced)
    assert less.most_cost == 3_000
    assert len(server.features[0]) == 7
    assert len(server.features[1]) == 3


def test_asking_why_costs_nothing_after_the_description(server: google_server.Served):
    provider = google(server)
    provider.describe(RED, language="en")

    assert provider.explain(RED, language="en")[0].said
    assert len(server.pictures) == 1


def test_the_key_is_sent_in_its_header_and_shown_nowhere(server: google_server.Served):
    provider = google(server)
    provider.check()

    assert server.headers[0]["x-goog-api-key"] == "AIza-key"
    assert "AIza-key" not in repr(provider)


@pytest.mark.parametrize(
    ("behaviour", "sentence", "permanent", "refused"),
    [
        ("limited", "asks for a pause: “Quota exceeded", False, False),
        ("denied", "does not accept the credentials: give a valid key, and enable", True, False),
        ("unpaid", "wants a billing account", True, False),
        ("broken", "has a fault of its own", False, False),
        ("noimage", "cannot read this picture: “Bad image data.”", False, True),
    ],
)
def test_what_goes_wrong_is_a_sentence_that_says_whether_to_try_again(
    server: google_server.Served, behaviour: str, sentence: str, permanent: bool, refused: bool
):
    server.behaviour = behaviour
    with pytest.raises(VisionError) as raised:
        google(server).describe(RED, language="en")

    assert sentence in str(raised.value)
    assert (raised.value.permanent, raised.value.refused) == (permanent, refused)
    assert raised.value.retry_after == (5 if behaviour == "limited" else None)
    assert len(server.pictures) == 1  # the library's own tries are off


def test_a_service_that_hangs_is_left_after_its_time(server: google_server.Served):
    server.behaviour = "hangs"
    with pytest.raises(VisionError, match="does not answer within 1 seconds"):
        google(server, timeout=1.0).describe(RED, language="en")


def test_a_service_that_cannot_be_reached_is_tried_again_later():
    provider = annotating.connect(annotating.Options(credentials="key", endpoint="http://127.0.0.1:1"))
    with pytest.raises(VisionError, match="Google cannot be reached") as raised:
        provider.check()

    assert not raised.value.permanent


@pytest.mark.parametrize("credentials", ["{bad", json.dumps({"type": "service_account", "client_email": "a@b"})])
def test_credentials_that_cannot_be_any_are_refused_with_the_remedy(credentials: str):
    with pytest.raises(VisionError, match=r"Give the whole key file\.") as raised:
        annotating.connect(annotating.Options(credentials=credentials))

    assert raised.value.permanent
