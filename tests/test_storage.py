"""Previews, thumbnails and uploads: stored whole, found by content, and not kept for ever; in a folder and a bucket."""

import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from appliance import storage, telemetry
from appliance.storage import Storage, buckets
from tests.servers.seaweed import Seaweed
from tests.storages import in_folder, url_of

PICTURE = "ab" * 32
BIG = random.Random(1).randbytes(11 << 20)


@pytest.fixture
def in_bucket(seaweed: Seaweed) -> Storage:
    return storage.of(url_of(seaweed, seaweed.bucket()))


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return in_folder(tmp_path)
    found: Storage = request.getfixturevalue("in_bucket")
    return found


def in_days(count: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=count)


def test_a_picture_is_found_by_its_content_and_its_tenant_alone(kept: Storage):
    kept.put_preview(1, PICTURE, b"large")
    kept.put_thumbnail(1, PICTURE, b"small")

    assert (kept.preview(1, PICTURE), kept.thumbnail(1, PICTURE)) == (b"large", b"small")
    assert (kept.preview(2, PICTURE), kept.thumbnail(2, PICTURE)) == (None, None)
    assert (kept.has_thumbnail(1, PICTURE), kept.has_thumbnail(2, PICTURE)) == (True, False)
    kept.drop_preview(1, PICTURE)
    kept.drop_preview(1, PICTURE)
    assert kept.preview(1, PICTURE) is None


def test_what_nobody_has_needed_for_long_is_removed(kept: Storage):
    kept.put_preview(1, PICTURE, b"large")
    kept.put_thumbnail(1, PICTURE, b"small")
    assert kept.prune() == 0

    assert kept.prune(in_days(40)) == 1
    assert kept.preview(1, PICTURE) is None
    assert kept.has_thumbnail(1, PICTURE)
    assert kept.prune(in_days(400)) == 1
    assert not kept.has_thumbnail(1, PICTURE)


def test_an_upload_of_any_size_is_stored_as_it_comes(kept: Storage):
    assert kept.uploads.put(1, 7, "a.jpg", io.BytesIO(BIG)) == len(BIG)
    kept.uploads.put(1, 7, "b.jpg", io.BytesIO(b""))
    kept.uploads.put(1, 8, "a.jpg", io.BytesIO(b"another batch's"))

    found = kept.uploads.get(1, 7, "a.jpg")
    assert found is not None
    with found:
        assert found.read() == BIG
    assert {one.name: one.size for one in kept.uploads.of(1, 7)} == {
        "uploads/1/7/a.jpg": len(BIG),
        "uploads/1/7/b.jpg": 0,
    }
    assert kept.uploads.get(2, 7, "a.jpg") is None
    assert kept.uploads.drop(1, 7) == 2
    assert kept.uploads.get(1, 8, "a.jpg") is not None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b.jpg", "../../1/x.jpg", "a\0b"])
def test_no_name_of_an_upload_leads_to_another(kept: Storage, name: str):
    with pytest.raises(ValueError, match="no name of an upload"):
        kept.uploads.put(1, 7, name, io.BytesIO(b"x"))


def test_a_finished_file_is_taken_over_and_gone_from_where_it_was(kept: Storage, tmp_path: Path):
    for size in (0, len(BIG)):
        file = tmp_path / "arriving"
        file.write_bytes(BIG[:size])
        kept.uploads.adopt(1, 7, f"{size}.jpg", file)

        found = kept.uploads.get(1, 7, f"{size}.jpg")
        assert found is not None
        with found:
            assert found.read() == BIG[:size]
        assert not file.exists()
    kept.uploads.remove(1, 7, "0.jpg")
    assert [one.name for one in kept.uploads.of(1, 7)] == [f"uploads/1/7/{len(BIG)}.jpg"]


def test_what_was_stored_halfway_is_not_there(tmp_path: Path):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionError("the uploader is gone")

    kept = storage.of(tmp_path.as_uri())
    with pytest.raises(ConnectionError):
        kept.uploads.put(1, 7, "a.jpg", Broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_gives_no_address_that_passes_the_server_by(tmp_path: Path):
    kept = storage.of(tmp_path.as_uri())
    assert kept.blobs.address_to_put("uploads/1/7/a.jpg", timedelta(minutes=5)) is None
    assert kept.blobs.address_to_get("uploads/1/7/a.jpg", timedelta(minutes=5)) is None


def test_big_files_go_to_and_from_a_bucket_without_this_server(in_bucket: Storage):
    name = in_bucket.uploads.name(1, 7, "a.jpg")
    up = in_bucket.blobs.address_to_put(name, timedelta(minutes=5))
    assert up is not None
    assert httpx.put(up, content=BIG, timeout=60).status_code == 200
    down = in_bucket.blobs.address_to_get(name, timedelta(minutes=5), called="beach.jpg")
    assert down is not None
    answer = httpx.get(down, timeout=60)
    assert answer.content == BIG
    assert "beach.jpg" in answer.headers["content-disposition"]
    assert httpx.put(down, content=b"x", timeout=60).status_code == 403
    assert httpx.get(up.replace("a.jpg", "b.jpg"), timeout=60).status_code == 403


def test_an_upload_comes_in_parts_side_by_side(in_bucket: Storage):
    blobs = in_bucket.blobs
    assert isinstance(blobs, buckets.Bucket)
    name = in_bucket.uploads.name(1, 7, "a.jpg")
    upload = blobs.begin(name)
    parts = [BIG[: 6 << 20], BIG[6 << 20 :]]
    addresses = [blobs.address_of_part(name, upload, number, timedelta(minutes=5)) for number in (1, 2)]
    answers = [httpx.put(to, content=part, timeout=60) for to, part in zip(addresses, parts, strict=True)]
    assert not blobs.has(name)
    blobs.finish(name, upload, [answer.headers["etag"] for answer in answers])
    found = blobs.get(name)
    assert found is not None
    with found:
        assert found.read() == BIG
    blobs.give_up(name, blobs.begin(name))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("s3://?endpoint=http://x", "names no bucket"),
        ("s3://b?endpoint=x", "endpoint is no address"),
        ("s3://b?end=http://x", "has no “end”"),
        ("ftp://x/y", "no place that is known"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        storage.of(url)


def test_what_is_wrong_with_a_storage_is_said(seaweed: Seaweed, in_bucket: Storage, tmp_path: Path):
    assert in_bucket.problem() == ""
    assert storage.of(tmp_path.as_uri()).problem() == ""
    assert "There is no bucket" in storage.of(url_of(seaweed, "there-is-none")).problem()
    nowhere = storage.of("s3://a:b@bucket?endpoint=http://127.0.0.1:1")
    assert "RENAMER_STORAGE_URL" in nowhere.problem()
    with pytest.raises(OSError, match="does not do what is asked"):
        nowhere.put_preview(1, PICTURE, b"x")


def test_what_cannot_be_stored_is_counted(tmp_path: Path):
    (tmp_path / "pictures").write_bytes(b"a file where a folder should be")
    broken = storage.of(tmp_path.as_uri())
    failed: telemetry.Sample = (f"{telemetry.STORAGE_ERRORS.name}_total", ("put",))
    before = telemetry.EVERYWHERE.seen().get(failed, 0)

    with pytest.raises(OSError):
        broken.put_preview(1, "ab" * 32, b"a picture")

    assert telemetry.EVERYWHERE.seen()[failed] == before + 1
