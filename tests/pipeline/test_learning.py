"""What people correct teaches the embedded engine words of their own, and can be taken back."""

import io
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
from PIL import Image as Pictures
from PIL import ImageEnhance, ImageOps
from sqlalchemy import select

from appliance import batches, learning, reviews
from appliance.errors import Invalid, NotFound
from appliance.models import OWN_TENANT, BatchKind, Example, Image, ImageState, Tenant, Verdict
from appliance.pipeline import knowing
from appliance.pipeline.worker import Order
from appliance.sources import Policy
from appliance.vision import NO_CONTEXT, canned
from appliance.vision.local import Local
from appliance.words import Origin
from scripts import sample_photos
from tests.pipeline.conftest import Workshop

ALICE = "user:1"
ELSEWHERE = 2
MOTORCYCLE, OTHER_VIEW = "motorcycle_left.png", "motorcycle_right.png"
OTHERS = ("chelsea.png", "coffee.png", "rocket.jpg")

EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what it sees hangs on no database


@cache
def photo(name: str) -> Pictures.Image:
    with zipfile.ZipFile(sample_photos.fetch()) as package:
        return Pictures.open(io.BytesIO(package.read(f"skimage/data/{name}"))).convert("RGB")


def shot(name: str, turn: int) -> Pictures.Image:
    """The same thing from a little further left or right, in other light; every second one is mirrored."""
    picture = photo(name)
    width, height = picture.size
    left, top = turn % 3 * 0.05 * width, turn % 2 * 0.08 * height
    seen = picture.crop((int(left), int(top), int(left + 0.9 * width), int(top + 0.92 * height)))
    lit = ImageEnhance.Brightness(seen).enhance(0.8 + 0.1 * (turn % 5))
    return ImageOps.mirror(lit) if turn % 2 else lit


@pytest.fixture
def five_shots() -> list[tuple[str, Pictures.Image]]:
    return [(f"IMG_000{turn}.JPG", shot(MOTORCYCLE, turn)) for turn in range(5)]


@pytest.fixture
def arrive(workshop: Workshop) -> Callable[..., list[Image]]:
    """Photos come into a source that asks about every name; returns those that wait."""

    def arrive(shots: Sequence[tuple[str, Pictures.Image]], **choices: Any) -> list[Image]:
        for name, picture in shots:
            picture.save(workshop.home.pictures / name, quality=90)
        policy = Policy(**({"provider": "local", "review": "ask", "rename": "all"} | choices))
        with workshop.database.session(OWN_TENANT) as session:
            workshop.batch = batches.start(
                session, OWN_TENANT, workshop.source, BatchKind.ARRIVALS, policy, None, actor="system"
            )
            entries = batches.without_companions(workshop.connector.scan())
            batches.take_in(session, workshop.batch, policy, entries)
        workshop.work_off()
        names = [name for name, _ in shots]
        return [image for image in workshop.images() if image.original_path in names]

    return arrive


@pytest.fixture
def correct(workshop: Workshop) -> Callable[[Image, str], None]:
    desk = reviews.Desk(workshop.database, workshop.worker.connections)

    def correct(image: Image, name: str) -> None:
        desk.edit(OWN_TENANT, image.id, name, actor=ALICE)
        approve(workshop, image)

    return correct


def approve(workshop: Workshop, *images: Image) -> None:
    with workshop.database.session(OWN_TENANT) as session:
        assert reviews.approve(session, OWN_TENANT, [image.id for image in images], actor=ALICE) == []


def learned(workshop: Workshop, tenant_id: int = OWN_TENANT) -> dict[str, int]:
    with workshop.database.reading(tenant_id) as session:
        return {one.word: len(one.examples) for one in learning.learned(session, tenant_id)}


def rows(workshop: Workshop) -> list[Example]:
    with workshop.database.reading(OWN_TENANT) as session:
        return list(session.scalars(select(Example).order_by(Example.id)))


def first_words(image: Image) -> list[tuple[str, str]]:
    return [(word["text"], word["origin"]) for word in (image.proposal or {})["words"]]


@pytest.fixture
def taught(arrive: Any, correct_all: Any, five_shots: Any) -> list[Image]:
    """Five shots of a motorcycle, each corrected to the name of the shop's own."""
    images: list[Image] = correct_all(arrive(five_shots, provider="canned"))
    return images


@pytest.fixture
def correct_all(workshop: Workshop, correct: Any) -> Callable[[Sequence[Image]], list[Image]]:
    def correct_all(images: Sequence[Image]) -> list[Image]:
        for number, image in enumerate(images):
            correct(image, f"rex-roadster-{number}-side.jpg")
        workshop.work_off()
        return list(images)

    return correct_all


@EMBEDDED
def test_after_five_corrections_other_photos_of_the_thing_get_its_word_and_others_do_not(
    workshop, arrive, correct_all, five_shots
):
    before = correct_all(arrive(five_shots))
    assert not any("rex" in text for image in before for text, _ in first_words(image))
    assert learned(workshop) == {"rex roadster": 5}

    again = arrive([(f"DSC0001{turn}.JPG", shot(OTHER_VIEW, turn)) for turn in range(3)])
    others = arrive([(f"DSC0002{at}.JPG", photo(name)) for at, name in enumerate(OTHERS)])

    assert [first_words(image)[0] for image in again] == [("rex-roadster", Origin.LEARNED)] * 3
    assert all(image.proposal["name"].startswith("rex-roadster") for image in again)
    assert not any("rex" in text for image in others for text, _ in first_words(image))


@EMBEDDED
def test_what_was_seen_before_keeps_its_description_until_somebody_asks_for_another(
    workshop, arrive, correct_all, five_shots
):
    (seen,) = arrive([("DSC00010.JPG", shot(OTHER_VIEW, 0))])
    correct_all(arrive(five_shots, provider="canned"))
    arrive([])
    (unchanged,) = (image for image in workshop.images() if image.id == seen.id)
    assert unchanged.proposal == seen.proposal

    with workshop.database.session(OWN_TENANT) as session:
        reviews.reject(session, OWN_TENANT, [seen.id], actor=ALICE)
        reviews.retry(session, OWN_TENANT, [seen.id], actor=ALICE)
    workshop.work_off()
    (afresh,) = (image for image in workshop.images() if image.id == seen.id)
    assert first_words(afresh)[0] == ("rex-roadster", Origin.LEARNED)


@EMBEDDED
def test_what_is_switched_off_or_forgotten_is_said_no_more(workshop, arrive, taught):
    (known,) = arrive([("DSC00010.JPG", shot(OTHER_VIEW, 0))])
    assert first_words(known)[0] == ("rex-roadster", Origin.LEARNED)
    assert [bool(row.features) for row in rows(workshop)] == [True] * 5

    with workshop.database.session(OWN_TENANT) as session:
        learning.switch(session, OWN_TENANT, on=False, actor=ALICE)
    (off,) = arrive([("DSC00011.JPG", shot(OTHER_VIEW, 1))])
    with workshop.database.session(OWN_TENANT) as session:
        learning.switch(session, OWN_TENANT, on=True, actor=ALICE)
        learning.forget(session, OWN_TENANT, "rex roadster", actor=ALICE)
    (forgotten,) = arrive([("DSC00012.JPG", shot(OTHER_VIEW, 2))])

    assert not any("rex" in text for image in (off, forgotten) for text, _ in first_words(image))
    assert not any(row.features for row in rows(workshop))
    assert "learning.forgotten" in workshop.events()


def test_an_undone_rename_unteaches_its_word(workshop, taught):
    with workshop.database.session(OWN_TENANT) as session:
        assert reviews.undo(session, OWN_TENANT, [image.id for image in taught[:2]], actor=ALICE) == []
    workshop.work_off()

    assert learned(workshop) == {"rex roadster": 3}
    assert [row.verdict for row in rows(workshop)].count(Verdict.UNDONE) == 2


def test_while_it_is_switched_off_nothing_is_learned(workshop, arrive, correct, taught):
    with workshop.database.session(OWN_TENANT) as session:
        learning.switch(session, OWN_TENANT, on=False, actor=ALICE)
    (image,) = arrive([("DSC00010.JPG", photo(OTHERS[0]))], provider="canned")
    correct(image, "another-thing.jpg")
    with workshop.database.session(OWN_TENANT) as session:
        learning.switch(session, OWN_TENANT, on=True, actor=ALICE)

    assert learned(workshop) == {"rex roadster": 5}


def test_another_tenant_learns_nothing_of_it(workshop, taught):
    with workshop.database.system_session() as session:
        session.add(Tenant(id=ELSEWHERE, name="Elsewhere"))
    engine = Local()

    assert learned(workshop, ELSEWHERE) == {}
    assert workshop.worker.school.taught(engine, ELSEWHERE) is engine
    assert workshop.worker.school.taught(engine, OWN_TENANT).model.startswith(f"{engine.model}+")


def test_the_same_lessons_give_the_same_engine_in_another_process(workshop, taught):
    other = workshop.another_worker()

    assert other.school.taught(Local(), OWN_TENANT).model == workshop.worker.school.taught(Local(), OWN_TENANT).model
    other.close()


@EMBEDDED
def test_an_approved_word_that_was_learned_is_one_more_example(workshop, arrive, taught):
    approve(workshop, *arrive([("DSC00010.JPG", shot(OTHER_VIEW, 0))]))

    assert learned(workshop) == {"rex roadster": 6}


def test_a_learned_word_is_given_another_name(workshop, taught):
    with workshop.database.session(OWN_TENANT) as session:
        learning.reword(session, OWN_TENANT, "rex roadster", " Rex  Classic ", actor=ALICE)
    assert learned(workshop) == {"rex classic": 5}

    with workshop.database.session(OWN_TENANT) as session, pytest.raises(Invalid, match="is no word"):
        learning.reword(session, OWN_TENANT, "rex classic", " - ", actor=ALICE)
    with workshop.database.session(OWN_TENANT) as session, pytest.raises(NotFound, match="was not learned"):
        learning.reword(session, OWN_TENANT, "rex roadster", "rex", actor=ALICE)


def test_each_decision_is_kept_with_what_was_proposed(workshop, arrive, correct):
    images = arrive([(f"IMG_000{turn}.JPG", shot(OTHERS[turn], 0)) for turn in range(3)], provider="canned")
    proposed = [" ".join(text for text, _ in first_words(image)) for image in images]
    correct(images[0], "grey-tabby.jpg")
    approve(workshop, images[1])
    with workshop.database.session(OWN_TENANT) as session:
        reviews.reject(session, OWN_TENANT, [images[2].id], actor=ALICE)

    kept = rows(workshop)
    assert [row.verdict for row in kept] == [Verdict.EDITED, Verdict.APPROVED, Verdict.REJECTED]
    assert [row.proposed for row in kept] == proposed
    assert [(row.provider, row.model) for row in kept] == [("canned", "canned-1")] * 3
    assert (kept[0].accepted, kept[0].word, kept[2].accepted) == ("grey tabby", "tabby", "")


def test_a_provider_is_told_what_was_corrected_and_what_is_known_of_the_file(workshop, arrive, correct):
    profile = {"brands": {"H&M": "hm"}, "banned": ["cheap"]}
    choices = {"provider": "canned", "keywords": ("shop",), "own_profile": profile, "profile": "ours"}
    images = arrive([("IMG_0001.JPG", photo(OTHERS[0])), ("IMG_0002.JPG", photo(OTHERS[1]))], **choices)
    correct(images[0], "ticked-tabby.jpg")
    approve(workshop, images[1])
    order = worker_order(workshop)
    context = context_of(workshop, order, canned.PROVIDER)

    assert context.examples[0].accepted == "ticked tabby"
    assert len(context.examples) == 2
    assert (context.keywords, context.glossary, context.banned) == (("shop",), ("H&M",), ("cheap",))
    assert context.folder == "pictures"
    assert context_of(workshop, order, Local()) == NO_CONTEXT


def worker_order(workshop: Workshop) -> Order:
    with workshop.database.reading(OWN_TENANT) as session:
        policy = workshop.batch.policy
        return Order(workshop.batch.id, BatchKind.ARRIVALS, Policy(**policy), session.merge(workshop.source))


def context_of(workshop: Workshop, order: Order, provider: Any) -> Any:
    image = workshop.images()[0]
    return knowing.context_of(workshop.worker, order, image, provider)


@EMBEDDED
def test_a_picture_of_people_teaches_nothing_and_is_told_to_nobody(workshop, arrive, correct):
    (image,) = arrive([("IMG_0001.JPG", photo("astronaut.png"))])
    assert image.state is ImageState.REVIEW
    assert {"person", "people", "portrait"} & {text for text, _ in first_words(image)}
    correct(image, "eileen-collins.jpg")

    assert learned(workshop) == {}
    with workshop.database.reading(OWN_TENANT) as session:
        assert learning.examples(session, OWN_TENANT, "en") == ()
