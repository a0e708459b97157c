"""What waits for a person, and what a person decides about it."""

from collections.abc import Callable
from typing import Any

import pytest

from appliance import batches, pipeline, reviews
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import OWN_TENANT, BatchKind, Image, ImageState, RenameState
from appliance.sources import Policy
from tests.pipeline.conftest import Workshop

ALICE = "user:1"


@pytest.fixture
def arrivals(workshop: Workshop) -> Callable[..., None]:
    """Photos come into a watched source, whose owner chose that review."""

    def arrive(*names: str, **choices: Any) -> None:
        for seed, name in enumerate(names):
            workshop.home.photo(name, seed)
        policy = Policy(provider="canned", **({"review": "ask", "rename": "all"} | choices))
        with workshop.database.session(OWN_TENANT) as session:
            workshop.batch = batches.start(
                session, OWN_TENANT, workshop.source, BatchKind.ARRIVALS, policy, None, actor="system"
            )
        workshop.take_in(rename=policy.rename)
        workshop.work_off()

    return arrive


@pytest.fixture
def desk(workshop: Workshop) -> reviews.Desk:
    return reviews.Desk(workshop.database, workshop.worker.connections)


def decide(workshop: Workshop, act: Callable[..., list[reviews.Refused]], *images: Image) -> list[str]:
    with workshop.database.session(OWN_TENANT) as session:
        refused = act(session, OWN_TENANT, [image.id for image in images], actor=ALICE)
    return [one.reason for one in refused]


def test_an_image_waits_where_a_person_is_to_be_asked_and_its_name_is_reserved(workshop, arrivals):
    arrivals("IMG_0001.JPG")

    assert workshop.image().state is ImageState.REVIEW
    assert workshop.home.tree() == {"IMG_0001.JPG"}
    assert [move.state for move in workshop.moves()] == [RenameState.PLANNED]


def test_an_approved_image_gets_its_name(workshop, arrivals):
    arrivals("IMG_0001.JPG")
    proposed = workshop.image().proposal["name"]

    assert decide(workshop, reviews.approve, workshop.image()) == []
    workshop.work_off()

    assert workshop.home.tree() == {proposed}
    assert "image.approved" in workshop.events()


def test_a_rejected_image_keeps_its_name_and_gives_the_other_back(workshop, arrivals):
    arrivals("IMG_0001.JPG")

    assert decide(workshop, reviews.reject, workshop.image()) == []
    workshop.work_off()

    assert workshop.image().state is ImageState.REJECTED
    assert workshop.home.tree() == {"IMG_0001.JPG"}
    assert [move.state for move in workshop.moves()] == [RenameState.CANCELLED]


def test_the_first_ten_images_of_a_source_wait_and_the_others_do_not(workshop, arrivals):
    arrivals(*(f"IMG_{number:04}.JPG" for number in range(13)), review="first", threshold=0)

    states = [image.state for image in workshop.images()]

    assert states.count(ImageState.REVIEW) == 10
    assert states.count(ImageState.RENAMED) == 3


def test_where_review_is_automatic_nothing_waits_that_is_sure(workshop, arrivals):
    arrivals("IMG_0001.JPG", review="auto", threshold=0)

    assert workshop.image().state is ImageState.RENAMED


def test_below_the_threshold_an_image_waits_with_its_name_reserved(workshop, arrivals):
    arrivals("IMG_0001.JPG", review="auto", threshold=1)

    image = workshop.image()
    assert image.state is ImageState.REVIEW
    assert image.reason.startswith("Not sure enough")
    assert decide(workshop, reviews.approve, image) == []
    workshop.work_off()
    assert workshop.image().state is ImageState.RENAMED


def test_a_person_gives_another_name_and_companions_follow_it(workshop, arrivals, desk):
    (workshop.home.pictures / "IMG_0001.xmp").write_text("<x/>")
    arrivals("IMG_0001.JPG")

    desk.edit(OWN_TENANT, workshop.image().id, "red-barn.jpg", actor=ALICE)
    assert workshop.image().state is ImageState.REVIEW
    decide(workshop, reviews.approve, workshop.image())
    workshop.work_off()

    assert workshop.home.tree() == {"red-barn.jpg", "red-barn.xmp"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("red-barn.png", "must end in “.jpg”"),
        ("Red Barn.jpg", "try “red-barn.jpg”"),
        ("../red-barn.jpg", "A name has only"),
        ("con.jpg", "device on Windows"),
        ("sunset.jpg", "exists in this folder already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_what_would_do(workshop, arrivals, desk, name, wrong):
    workshop.home.photo("sunset.jpg", seed=99)
    arrivals("IMG_0001.JPG", rename="bad-names")

    with pytest.raises(Invalid, match=wrong.replace(".", r"\.")):
        desk.edit(OWN_TENANT, workshop.image().id, name, actor=ALICE)
    assert wrong in (desk.check(OWN_TENANT, workshop.image().id, name) or "")


def test_two_images_cannot_be_promised_one_name(workshop, arrivals, desk):
    arrivals("IMG_0001.JPG", "IMG_0002.JPG")
    one, other = workshop.images()
    desk.edit(OWN_TENANT, one.id, "red-barn.jpg", actor=ALICE)

    with pytest.raises(Invalid, match="exists in this folder already"):
        desk.edit(OWN_TENANT, other.id, "red-barn.jpg", actor=ALICE)


def test_an_approved_name_that_was_taken_meanwhile_waits_again(workshop, arrivals, desk):
    arrivals("IMG_0001.JPG")
    desk.edit(OWN_TENANT, workshop.image().id, "red-barn.jpg", actor=ALICE)
    decide(workshop, reviews.approve, workshop.image())
    stranger = workshop.home.photo("red-barn.jpg", seed=99).read_bytes()

    workshop.work_off()

    assert workshop.image().state is ImageState.REVIEW
    assert "choose another name" in workshop.image().reason
    assert (workshop.home.pictures / "red-barn.jpg").read_bytes() == stranger
    assert decide(workshop, reviews.approve, workshop.image()) == ["IMG_0001.JPG has no new name yet: give it one."]


def test_a_locked_image_keeps_its_name_whatever_is_asked(workshop, arrivals, desk):
    arrivals("IMG_0001.JPG")
    decide(workshop, reviews.lock, workshop.image())

    assert workshop.image().state is ImageState.KEPT
    assert decide(workshop, reviews.retry, workshop.image()) == ["The name of IMG_0001.JPG is locked; unlock it first."]
    with pytest.raises(Conflict, match="locked"):
        desk.edit(OWN_TENANT, workshop.image().id, "red-barn.jpg", actor=ALICE)
    assert [line.reason for line in workshop.take_in()] == ["Its name is locked."]

    decide(workshop, reviews.unlock, workshop.image())
    assert decide(workshop, reviews.retry, workshop.image()) == []
    workshop.work_off()
    assert workshop.image().state is ImageState.REVIEW


def test_another_candidate_takes_the_place_of_the_first(workshop, arrivals, desk):
    arrivals("IMG_0001.JPG")
    first = workshop.image().proposal
    assert first["candidates"]

    desk.regenerate(OWN_TENANT, workshop.image().id, actor=ALICE)
    second = workshop.image().proposal

    assert second["name"] != first["name"]
    assert [word["text"] for word in second["candidates"][-1]] == [word["text"] for word in first["words"]]


def test_a_renamed_image_is_undone_and_stays_so(workshop, arrivals):
    arrivals("IMG_0001.JPG", review="auto", threshold=0)

    assert decide(workshop, reviews.undo, workshop.image()) == []
    workshop.worker.connections.close()
    with workshop.database.session(OWN_TENANT) as session:
        undo = batches.images_in(session, OWN_TENANT, workshop.image().batch_id, ImageState.PLANNED)
    assert undo == [workshop.image().id]


def test_a_name_that_was_given_here_goes_with_its_file_to_another_folder(workshop, arrivals, desk):
    arrivals("IMG_0001.JPG")
    desk.edit(OWN_TENANT, workshop.image().id, "grandma-at-seventy.jpg", actor=ALICE)
    decide(workshop, reviews.approve, workshop.image())
    workshop.work_off()
    (workshop.home.pictures / "2026").mkdir()
    (workshop.home.pictures / "grandma-at-seventy.jpg").rename(workshop.home.pictures / "2026/grandma-at-seventy.jpg")

    arrivals(review="auto", threshold=0)

    assert workshop.home.tree() == {"2026/grandma-at-seventy.jpg"}
    assert workshop.images()[-1].reason == "It was given this name here."


def test_what_was_decided_already_is_refused_with_the_reason(workshop, arrivals):
    arrivals("IMG_0001.JPG")
    decide(workshop, reviews.reject, workshop.image())

    assert decide(workshop, reviews.approve, workshop.image()) == [
        "IMG_0001.JPG does not wait for a decision (any more): it is rejected."
    ]


def test_another_tenants_images_are_not_there(workshop, arrivals):
    arrivals("IMG_0001.JPG")

    with workshop.database.session(2) as session, pytest.raises(NotFound):
        reviews.find(session, 2, workshop.image().id)


def test_a_cancelled_batch_leaves_what_waits_as_it_is(workshop, arrivals):
    arrivals("IMG_0001.JPG", "IMG_0002.JPG")

    with workshop.database.session(OWN_TENANT) as session:
        batches.cancel(session, OWN_TENANT, workshop.batch.id, actor=ALICE)

    assert {image.state for image in workshop.images()} == {ImageState.KEPT}
    assert {move.state for move in workshop.moves()} == {RenameState.CANCELLED}
    assert workshop.home.tree() == {"IMG_0001.JPG", "IMG_0002.JPG"}


def test_the_folder_is_as_it_was_when_a_batch_was_undone(workshop, arrivals):
    before = workshop.home
    arrivals("IMG_0001.JPG", "IMG_0002.JPG", review="auto", threshold=0)
    contents = before.contents()

    with workshop.database.session(OWN_TENANT) as session:
        decided = reviews.undo_batch(session, OWN_TENANT, workshop.batch.id, actor=ALICE)
    assert decided.count == 2
    while pipeline.advance(workshop.worker, decided.due):
        pass
    with workshop.database.system_session() as session:
        assert batches.settle(session) == 1

    assert workshop.home.tree() == {"IMG_0001.JPG", "IMG_0002.JPG"}
    assert workshop.home.contents() == contents
    assert {image.state for image in workshop.images()} == {ImageState.KEPT}
