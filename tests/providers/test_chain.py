"""A chain of providers before real servers: who is asked, who in their place, and when nobody is."""

import io
import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image as Picture
from PIL import TiffImagePlugin
from sqlalchemy import select

from appliance import pipeline, providers, reviews
from appliance.models import OWN_TENANT, Ask, ImageState, OwnProvider, SeenDescription, now
from appliance.pipeline import describing, leases
from appliance.secrets import Place, vault_of
from appliance.vision.chain import NOBODY
from tests.providers.conftest import Gallery
from tests.servers.vision_server import Served, served
from tests.watching import eventually

_ELSEWHERE = Place(OWN_TENANT, "providers", 999)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # of which no row is another elsewhere
DESCRIBED = {ImageState.RENAMED, ImageState.REVIEW}


def test_the_first_that_answers_is_the_only_one_that_is_asked(gallery: Gallery):
    with served("eyes", kind="llama") as first, served("eyes", kind="llama") as second:
        gallery.add(first, "first")
        gallery.add(second, "second")
        gallery.photos(3)
        gallery.until_done()

        assert len(_questions(first)) == 3
        assert second.asked == []
    assert gallery.states() == {ImageState.RENAMED}


def test_what_the_first_cannot_do_the_second_does(gallery: Gallery):
    with served("eyes+broken", kind="llama") as first, served("eyes", kind="llama") as second:
        broken = gallery.add(first, "first", "eyes+broken")
        gallery.add(second, "second")
        gallery.photos(8)
        gallery.until_done()

        assert len(_questions(second)) == 8
    assert gallery.states() == {ImageState.RENAMED}
    assert gallery.row(broken).failures >= 5
    assert gallery.events("provider.resting")


def test_a_provider_that_fails_rests_and_is_tried_by_one_picture_until_it_works_again(gallery: Gallery):
    with served("eyes+broken=7", kind="llama") as first, served("eyes", kind="llama") as second:
        number = gallery.add(first, "first", "eyes+broken=7", at_once=1)
        gallery.add(second, "second")
        gallery.photos(6)
        gallery.until_done()
        assert len(second.answered) >= 1
        for _ in range(3):
            gallery.photos(1)
            gallery.later(minutes=11)
            gallery.until_done()

    assert gallery.row(number).failures == 0
    assert len(gallery.events("provider.resting")) == len(gallery.events("provider.recovered")) == 1
    assert gallery.states() == {ImageState.RENAMED}


def test_a_wrong_key_is_tried_once_and_never_again(gallery: Gallery):
    with served("eyes", kind="llama", key="right") as server:
        number = gallery.add(server, "ours", api_key="wrong", at_once=1)
        gallery.photos(4)
        gallery.until_done()

        assert len(server.asked) <= 2  # which models there are, and the first photo
        assert "key" in gallery.row(number).problem
        assert gallery.states() == {ImageState.REVIEW}
        assert all(image.reason.startswith(NOBODY) for image in gallery.images())
        assert len(gallery.events("provider.stopped")) == 1

        _change(gallery, number, {"api_key": "right"})
        gallery.until_done()
    assert gallery.states() == {ImageState.RENAMED}
    assert gallery.row(number).problem == ""


@ON_SQLITE
def test_a_key_is_sealed_and_shown_nowhere(gallery: Gallery):
    with served("eyes", kind="llama", key="very-secret") as server:
        number = gallery.add(server, "ours", api_key="very-secret")

        row = gallery.row(number)
        assert "very-secret" not in str(row.options) + row.secrets
        assert "very-secret" not in str(gallery.events("provider"))


def test_a_picture_that_is_refused_goes_to_the_next_and_never_back(gallery: Gallery):
    with served("eyes+refuses", kind="llama") as first, served("eyes", kind="llama") as second:
        gallery.add(first, "first", "eyes+refuses", at_once=1)
        gallery.add(second, "second")
        gallery.photos(2)
        gallery.until_done()

        assert len(_questions(first)) == len(_questions(second)) == 2
    assert gallery.states() == {ImageState.RENAMED}


def test_a_rate_limit_is_waited_for_as_long_as_the_server_says(gallery: Gallery):
    with served("eyes+limited=1:50", kind="llama") as server:
        number = gallery.add(server, "ours", "eyes+limited=1:50", at_once=1)
        gallery.photos(2)
        gallery.work()

        waiting = [image for image in gallery.images() if image.due_at]
        assert [image.state for image in waiting] == [ImageState.FETCHED] * len(waiting)
        assert all(image.due_at > now() + timedelta(seconds=20) for image in waiting if image.due_at)
        assert gallery.row(number).failures == 0
        assert len(_questions(server)) == 1
        gallery.later(seconds=51)
        gallery.until_done()

    assert gallery.states() == {ImageState.RENAMED}


@ON_SQLITE
def test_a_server_that_only_ever_says_no_does_not_hold_a_picture_for_ever(gallery: Gallery):
    with served("eyes+limited=1000:2", kind="llama") as server:
        gallery.add(server, "ours", "eyes+limited=1000:2")
        gallery.photos(3)
        gallery.until_done()

        assert len(_questions(server)) <= 9
    assert gallery.states() == {ImageState.REVIEW}


@ON_SQLITE
def test_a_server_that_hangs_is_given_up(gallery: Gallery):
    with served("eyes+hangs", kind="llama") as first, served("eyes", kind="llama") as second:
        gallery.add(first, "first", "eyes+hangs", timeout=1)
        gallery.add(second, "second")
        gallery.photos(1)
        gallery.until_done()

        assert len(_questions(second)) == 1
    assert gallery.states() == {ImageState.RENAMED}


@ON_SQLITE
@pytest.mark.parametrize("manner", ["garbage", "huge", "empty", "truncated", "drops", "filtered", "blind", "hostile"])
def test_nothing_that_a_server_says_leaves_a_picture_waiting_or_a_bad_name(gallery: Gallery, manner: str):
    with served(f"eyes+{manner}", kind="llama") as server:
        gallery.add(server, "ours", f"eyes+{manner}")
        gallery.photos(2)
        gallery.until_done()

    assert gallery.states() <= DESCRIBED
    assert all(path.parent == gallery.home.pictures for path in gallery.home.pictures.iterdir())
    assert not [path for path in gallery.home.pictures.iterdir() if ".." in path.name or "passwd" in path.name]


def test_requests_per_minute_are_kept_to_and_nobody_waits_meanwhile(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        gallery.add(server, "ours", per_minute=6)
        gallery.photos(4)
        gallery.work()

        assert len(_questions(server)) == 1
        waits = sorted((due_at - now()).total_seconds() for due_at in _waiting(gallery))
        assert [round(wait / 10) for wait in waits] == [1, 2, 3]
        assert all(image.tries == 0 for image in gallery.images())
        assert gallery.worker.waiting.count == 0


def test_the_same_bytes_are_asked_about_once_however_many_hold_them(gallery: Gallery):
    with served("eyes+slow=0.3", kind="llama") as server:
        gallery.add(server, "ours", "eyes+slow=0.3")
        for number in range(6):
            gallery.home.photo(f"copy{number}/IMG_0001.JPG", seed=3)
        gallery.take_in()
        gallery.until_done()

        assert len(_questions(server)) == 1
    with gallery.database.reading(OWN_TENANT) as session:
        assert len(session.scalars(select(SeenDescription)).all()) == 1
        assert session.scalars(select(Ask)).all() == []


@ON_SQLITE
def test_nothing_of_the_file_but_its_pixels_leaves_this_machine(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        gallery.add(server, "ours")
        _photo_with_secrets(gallery)
        gallery.take_in()
        gallery.until_done()

        (sent,) = _questions(server)
        (picture,) = sent.pictures
        opened = Picture.open(io.BytesIO(picture))
        assert max(opened.size) <= 1024
        assert not opened.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & opened.info.keys()
        for secret in (b"Exif", b"http://ns.adobe.com", b"GPS", b"SECRET", b"Photoshop"):
            assert secret not in picture
        assert "SECRET" not in sent.text


@ON_SQLITE
def test_where_nothing_may_leave_this_machine_only_servers_on_it_are_asked(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        gallery.add(server, "elsewhere", base_url="http://vision.example.com/v1")
        gallery.add(server, "here")
        gallery.decide(offline=True)
        gallery.photos(1)
        gallery.until_done()

        assert len(_questions(server)) == 1
    assert gallery.states() == {ImageState.RENAMED}


@ON_SQLITE
def test_what_the_machine_keeps_to_itself_no_tenant_can_send(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        number = gallery.add(server, "elsewhere", base_url=server.elsewhere)
        gallery.photos(1)
        gallery.until_done()
        assert len(_questions(server)) == 1

        gallery.settings = replace(gallery.settings, offline=True)
        gallery.photos(1)
        gallery.workers[0].close()
        gallery.workers = []
        gallery.another_worker()
        gallery.until_done()
        row = gallery.row(number)
        options = providers.options_of(row, vault_of(gallery.settings))
        tried = providers.tested(row.kind, options, offline=providers.OFFLINE)

        assert len(_questions(server)) == 1
    assert "RENAMER_OFFLINE" in gallery.images()[1].reason
    assert "RENAMER_OFFLINE" in tried.steps[0].problem


def test_what_nobody_could_look_at_is_looked_at_once_somebody_can(gallery: Gallery):
    gallery.decide(offline=True)
    with served("eyes", kind="llama") as server:
        gallery.add(server, "elsewhere", base_url="http://vision.example.com/v1")
        gallery.photos(2)
        gallery.until_done()
        assert gallery.states() == {ImageState.REVIEW}

        gallery.add(server, "here")
        gallery.until_done()
    assert gallery.states() == {ImageState.RENAMED}


def test_what_was_refused_and_left_is_asked_about_again_when_a_person_says_so(gallery: Gallery):
    with served("eyes+refuses", kind="llama") as server:
        gallery.add(server, "ours", "eyes+refuses")
        gallery.photos(1)
        gallery.until_done()
        (image,) = gallery.images()
        assert image.state is ImageState.REVIEW
        assert "I can't help with that picture" in image.reason or "refus" in image.reason

        with gallery.database.session(OWN_TENANT) as session:
            reviews.reject(session, OWN_TENANT, [image.id], actor="a person")
            assert reviews.retry(session, OWN_TENANT, [image.id], actor="a person") == []
        gallery.until_done()

        assert len(server.answered) == 2


@ON_SQLITE
def test_a_key_that_no_secret_opens_any_more_stops_its_provider_and_nothing_else(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        number = gallery.add(server, "sealed", api_key="lost")
        gallery.add(server, "ours")
        with gallery.database.session(OWN_TENANT) as session:
            session.get_one(OwnProvider, number).secrets = vault_of(gallery.settings).seal("{}", _ELSEWHERE)
        gallery.photos(1)
        gallery.until_done()

    assert "sealed" in gallery.row(number).problem
    assert gallery.states() == {ImageState.RENAMED}


@ON_SQLITE
def test_one_worker_waits_for_many_answers_at_once_and_works_for_others_meanwhile(gallery: Gallery):
    with served("eyes+hangs", kind="llama") as server:
        gallery.add(server, "ours", "eyes+hangs", at_once=48, timeout=120)
        gallery.photos(48)
        gallery.fetch()
        gallery.start()
        eventually(lambda: server.waiting == 48, 60, lambda: server.waiting)
        gallery.photos(2)
        gallery.start()  # opens them, although nobody has answered yet

        assert {image.state for image in gallery.images()[48:]} == {ImageState.FETCHED}
        assert server.waiting == 48  # and the two are at hand
        server.ended.set()  # from now on it answers
        gallery.until_done()
        assert len(server.answered) == 50
    assert gallery.states() == {ImageState.RENAMED}


def test_a_paid_answer_is_kept_although_its_image_was_taken_over(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        gallery.add(server, "ours", "eyes")
        gallery.photos(1)
        (image,) = gallery.images()
        pipeline.advance(gallery.worker, [image.id])
        with gallery.database.system_session() as session:
            (claim,) = leases.claim(session, [image.id], None)
        gallery.expire_leases()
        with gallery.database.system_session() as session:
            leases.claim(session, [image.id], None)
        order = gallery.worker.order(claim)
        chain = gallery.worker.chain(order)
        assert chain is not None
        describing.wait_for(gallery.worker, order, chain, claim)
        gallery.expire_leases()
        gallery.until_done()

        assert len(_questions(server)) == 1


def _questions(server: Served) -> list[Any]:
    """Without those that only try whether the model can see."""
    return [one for one in server.answered if "json" in str(one.body.get("response_format", ""))]


def _waiting(gallery: Gallery) -> list[datetime]:
    return [image.due_at for image in gallery.images() if image.due_at and image.state is ImageState.FETCHED]


def _change(gallery: Gallery, number: int, values: dict[str, object]) -> None:
    vault = vault_of(gallery.settings)
    with gallery.database.session(OWN_TENANT) as session:
        row = session.get_one(OwnProvider, number)
        providers.change(session, row, vault, providers.changed(row, vault, "", values), actor="a test")


def _photo_with_secrets(gallery: Gallery) -> None:
    exif = Picture.Exif()
    exif[0x010E] = "SECRET description"
    exif[0x9286] = "SECRET comment"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", tuple(TiffImagePlugin.IFDRational(part) for part in (48, 51, 29))
    gps[3], gps[4] = "E", tuple(TiffImagePlugin.IFDRational(part) for part in (2, 17, 40))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>SECRET http://ns.adobe.com</a></x:xmpmeta>'
    picture = Picture.new("RGB", (1600, 1200), (200, 30, 30))
    path = gallery.home.pictures / "IMG_0001.JPG"
    picture.save(path, exif=exif, xmp=xmp, comment=b"SECRET")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))  # nobody is writing it any more
