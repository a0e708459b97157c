"""Photos are uploaded, named, looked at and taken away, whether they are kept in a folder or in a bucket."""

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance import uploads
from appliance.errors import Conflict, Invalid, Unsupported
from appliance.models import OWN_TENANT, Batch
from appliance.uploads import announcing, names, parts
from tests.api.conftest import HERE, NOBODY, Place, make_place
from tests.home import Home
from tests.servers.seaweed import Seaweed
from tests.storages import url_of

BROKEN_OFF = b"--x\r\nContent-Disposition: form-data; name=files; filename=a.jpg\r\n\r\nand then"


@pytest.fixture(scope="module", params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for all tests of this module, each of which has uploads of its own."""
    url = ""
    if request.param == "bucket":
        seaweed: Seaweed = request.getfixturevalue("seaweed")
        url = url_of(seaweed, seaweed.bucket())
    yield from _place(tmp_path_factory, url)


@pytest.fixture(scope="module")
def in_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    yield from _place(tmp_path_factory, "")


@pytest.fixture(scope="module")
def in_bucket(tmp_path_factory: pytest.TempPathFactory, seaweed: Seaweed) -> Iterator[Place]:
    yield from _place(tmp_path_factory, url_of(seaweed, seaweed.bucket()))


def _place(folders: pytest.TempPathFactory, storage_url: str) -> Iterator[Place]:
    home = Home(folders.mktemp("home"))
    home.pictures.mkdir()
    place = make_place(home, storage_url=storage_url)
    yield place
    place.close()


def kept(place: Place, batch: int) -> list[str]:
    """What the storage has of an upload."""
    return [one.name for one in place.worker.storage.uploads.of(OWN_TENANT, batch)]


def brought(home: Home, *names: str) -> list[tuple[str, tuple[str, bytes]]]:
    """Photos as the files of a form."""
    return [("files", (name, home.photo(name, seed=number).read_bytes())) for number, name in enumerate(names, 1)]


def unpacked(place: Place, batch: int) -> dict[str, bytes]:
    answer = place.ask("Vera", "GET", f"batches/{batch}/download.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as whole:
        assert whole.testzip() is None
        return {name: whole.read(name) for name in whole.namelist()}


def test_photos_of_a_form_are_named_and_come_back_in_an_archive(place: Place):
    photos = brought(place.home, "IMG_0001.JPG", "IMG_0002.JPG")

    answer = place.ask("Bob", "POST", "batches", files=photos, data={"keywords": "alps"})
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["kind"], batch["state"], batch["images"]) == ("upload", "running", {"found": 2})
    place.work(batch["id"])

    assert place.get(f"batches/{batch['id']}")["images"] == {"renamed": 2}
    files = unpacked(place, batch["id"])
    assert sorted(files.values()) == sorted(data for _, (_, data) in photos)
    assert not any("IMG" in name or not name.endswith(".jpg") for name in files)
    rows = list(csv.DictReader(io.StringIO(place.ask("Vera", "GET", f"batches/{batch['id']}/names.csv").text)))
    assert [row["old"] for row in rows] != [row["new"] for row in rows]
    assert {row["new"] for row in rows} == files.keys()
    assert {row["old"] for row in rows} == {"IMG_0001.JPG", "IMG_0002.JPG"}


def opened(place: Place, **wanted: object) -> str:
    """An empty upload; where it is."""
    return f"batches/{place.post('batches', wanted)['id']}"


def number(where: str) -> int:
    return int(where.rpartition("/")[2])


def put(place: Place, where: str, name: str, data: bytes) -> httpx.Response:
    return place.ask("Bob", "PUT", f"{where}/files/{quote(name, safe='')}", content=data)


def test_files_are_put_one_by_one_until_the_upload_is_finished(place: Place):
    where = opened(place, review="ask")
    photo = place.home.photo("IMG_0001.JPG").read_bytes()
    assert place.get(where)["receives_until"] > place.get(where)["created_at"]

    answer = put(place, where, "IMG_0001.JPG", photo)
    assert answer.json() == {"name": "IMG_0001.JPG", "size": len(photo), "sha256": sha256(photo).hexdigest()}
    assert put(place, where, "img_0001.jpg", photo).json()["name"] == "IMG_0001.JPG"
    assert "other contents" in place.refused(put(place, where, "IMG_0001.JPG", b"x"), 409)
    place.post(f"{where}/finish", {})
    place.work(number(where))

    assert place.get(where)["images"] == {"review": 1}
    assert place.get(where)["receives_until"] is None
    assert place.post(f"{where}/finish", {})["images"] == {"review": 1}
    assert "takes no more files" in place.refused(put(place, where, "IMG_0002.JPG", photo), 409)
    assert len(kept(place, number(where))) == 1
    assert unpacked(place, number(where)) == {"IMG_0001.JPG": photo}
    (image,) = place.get(f"{where}/images")["items"]
    place.post(f"images/{image['id']}/approve", who="Bob")
    place.work(number(where))
    assert unpacked(place, number(where)) == {image["name"]: photo}


def test_announced_files_go_past_the_server_to_a_bucket_and_to_an_address_of_it_else(place: Place):
    where = opened(place)
    photos = {name: place.home.photo(name, seed=seed).read_bytes() for seed, name in enumerate(("a b.jpg", "b.jpg"))}

    announced = [{"name": name, "size": len(data)} for name, data in photos.items()]
    places = place.post(f"{where}/files", {"files": announced})["files"]
    assert [one["name"] for one in places] == list(photos)
    assert "did not arrive" in place.refused(place.ask("Alice", "POST", f"{where}/finish", json={}), 409)
    for one, data in zip(places, photos.values(), strict=True):
        assert put_at(place, one["put"], data).status_code == 200
    place.post(f"{where}/finish", {})
    place.work(number(where))

    files = unpacked(place, number(where))
    assert sorted(files.values()) == sorted(photos.values())
    for name, data in files.items():
        assert fetched(place, f"{where}/files/{name}") == data


def put_at(place: Place, address: str, data: bytes) -> httpx.Response:
    """With nothing but the address, as anybody could."""
    if address.startswith(HERE):
        return place.ask(NOBODY, "PUT", address.removeprefix(HERE), content=data)
    return httpx.put(address, content=data, timeout=30)


def fetched(place: Place, path: str) -> bytes:
    answer = place.ask("Vera", "GET", path, follow_redirects=False)
    if answer.status_code == 307:
        answer = httpx.get(answer.headers["location"], timeout=30)
    assert answer.status_code == 200
    assert f"''{quote(path.rpartition('/')[2])}" in answer.headers["content-disposition"]
    return answer.content


def test_a_big_file_goes_to_a_bucket_in_parts(in_bucket: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "SIZE", 5 << 20)
    photo = in_bucket.home.photo("IMG_0001.JPG").read_bytes()
    big = photo + bytes((6 << 20) - len(photo))
    where = opened(in_bucket)
    announced = {"files": [{"name": "IMG_0001.JPG", "size": len(big)}, {"name": "b.jpg", "size": len(big)}]}

    place, left = in_bucket.post(f"{where}/files", announced)["files"]
    assert (len(place["parts"]), place["part_size"], place["put"]) == (2, 5 << 20, None)
    again, _ = in_bucket.post(f"{where}/files", announced)["files"]
    pieces = zip(again["parts"], (big[: 5 << 20], big[5 << 20 :]), strict=True)
    etags = [httpx.put(address, content=piece, timeout=30).headers["etag"] for address, piece in pieces]
    assert httpx.put(left["parts"][0], content=big[: 5 << 20], timeout=30).status_code == 200
    wrong = in_bucket.ask("Bob", "POST", f"{where}/finish", json={"parts": {"IMG_0001.JPG": ["x", "y"]}})
    assert "cannot be put together" in in_bucket.refused(wrong, 422)
    in_bucket.post(f"{where}/finish", {"parts": {"IMG_0001.JPG": etags}, "without_missing": True})

    assert unpacked(in_bucket, number(where)) == {"IMG_0001.JPG": big}


def test_what_was_announced_and_never_came_is_left_out_where_that_is_wanted(place: Place):
    where = opened(place)
    photo = place.home.photo("IMG_0001.JPG").read_bytes()
    announced = [
        {"name": "a.jpg", "size": 5},
        {"name": "IMG_0001.JPG", "size": len(photo)},
        {"name": "c.jpg", "size": 9},
    ]
    places = place.post(f"{where}/files", {"files": announced})["files"]
    put_at(place, places[0]["put"], b"shorter or longer than it was said")
    assert put_at(place, places[1]["put"], photo).status_code == 200

    missing = place.refused(place.ask("Alice", "POST", f"{where}/finish", json={}), 409)
    assert "“a.jpg”, “c.jpg” did not arrive" in missing
    place.post(f"{where}/finish", {"without_missing": True})

    assert unpacked(place, number(where)) == {"IMG_0001.JPG": photo}


def test_an_address_is_good_for_its_file_alone(place: Place):
    where = opened(place)
    announced = [{"name": "a.jpg", "size": 1}, {"name": "b.jpg", "size": 1}]
    first, second = (one["put"] for one in place.post(f"{where}/files", {"files": announced})["files"])
    forged = second.partition("?")[0] + "?" + first.partition("?")[2]

    assert put_at(place, forged, b"x").status_code in {403, 404}
    assert put_at(place, second, b"x").status_code == 200
    again = place.post(f"{where}/files", {"files": announced[:1]})["files"]
    assert put_at(place, again[0]["put"], b"x").status_code == 200
    different = place.ask("Alice", "POST", f"{where}/files", json={"files": [{"name": "a.jpg", "size": 2}]})
    assert "another size" in place.refused(different, 409)


def test_an_address_of_ours_is_good_for_a_while_and_for_what_was_announced(
    in_folder: Place, monkeypatch: pytest.MonkeyPatch
):
    where = opened(in_folder)
    announced = {"files": [{"name": "a.jpg", "size": 1}]}
    (good,) = in_folder.post(f"{where}/files", announced)["files"]
    monkeypatch.setattr(announcing, "LASTS", timedelta(seconds=-1))
    (late,) = in_folder.post(f"{where}/files", announced)["files"]

    assert "announce the file again" in in_folder.refused(put_at(in_folder, late["put"], b"x"), 404)
    assert "1 bytes, and 2 came" in in_folder.refused(put_at(in_folder, good["put"], b"xy"), 422)
    assert put_at(in_folder, good["put"], b"x").status_code == 200


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("../../etc/cron.d/a.jpg", "a.jpg"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ("\u202egpj.a.jpg", "gpj.a.jpg"),
        ("a\nb.jpg", "ab.jpg"),
        (".a.jpg", "a.jpg"),
        ("con.jpg", "_con.jpg"),
        ('a<>:"|?*.jpg', "a.jpg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        ("x" * 300 + ".jpg", "x" * 196 + ".jpg"),
        ("IMG_1.JPG.xmp", "IMG_1.JPG.xmp"),
    ],
)
def test_what_a_file_is_called_is_no_path_and_a_name_on_any_disk(given: str, called: str):
    assert names.cleaned(given) == called


@pytest.mark.parametrize("given", ["", "/", "..", "...", "\n"])
def test_what_is_no_name_is_refused(given: str):
    with pytest.raises(Invalid):
        names.cleaned(given)


@pytest.mark.parametrize("given", ["letter.pdf", "page.html", "drawing.svg", "jpg", ".jpg", "a.jpg.exe", "a.jpg/b"])
def test_what_is_neither_an_image_nor_belongs_to_one_is_refused(given: str):
    with pytest.raises(Unsupported):
        names.cleaned(given)


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder(given: str):
    with suppress(Invalid, Unsupported):
        name = names.cleaned(f"{given}.jpg")

        assert "/" not in name
        assert "\\" not in name
        assert name.isprintable()
        assert len(name.encode()) <= names.MOST_BYTES + 1
        assert not name.startswith((".", " ", "~"))


def test_a_form_is_taken_whole_or_not_at_all(place: Place):
    photos = brought(place.home, "IMG_0001.JPG")

    refused = place.ask("Bob", "POST", "batches", files=[*photos, ("files", ("letter.pdf", b"%PDF"))])

    assert "“letter.pdf” is no image" in place.refused(refused, 415)
    batch = place.get("batches")["items"][0]
    assert (batch["state"], batch["images"]) == ("cancelled", {})
    assert len(kept(place, batch["id"])) == 1
    uploads.expire(place.database, place.worker.storage)
    assert kept(place, batch["id"]) == []


def test_two_files_of_one_name_in_a_form_are_two(place: Place):
    one, two = (place.home.photo("IMG_0001.JPG", seed=seed).read_bytes() for seed in (1, 2))
    files = [("files", ("a/IMG_0001.JPG", one)), ("files", ("b/IMG_0001.JPG", two)), ("files", ("c/IMG_0001.JPG", one))]

    batch = place.ask("Bob", "POST", "batches", files=files, data={"review": "ask"}).json()["id"]

    assert unpacked(place, batch) == {"IMG_0001.JPG": one, "IMG_0001-2.JPG": two}


def test_a_request_that_is_repeated_under_its_key_makes_no_second_batch(place: Place):
    photos, key = brought(place.home, "IMG_0001.JPG"), {"Idempotency-Key": "once"}

    first = place.ask("Bob", "POST", "batches", files=photos, headers=key)
    again = place.ask("Bob", "POST", "batches", files=photos, headers=key)
    other = place.ask("Bob", "POST", "batches", files=photos, data={"language": "de"}, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"] == place.get("batches")["items"][0]["id"]
    assert "a key of its own" in place.refused(other, 422)
    elsewhere = place.ask("Charlie", "POST", "batches", json={}, headers=key)
    assert elsewhere.json()["id"] != first.json()["id"]


def test_a_form_whose_connection_broke_is_gone_on_with_under_its_key(place: Place):
    photos, key = brought(place.home, "IMG_0001.JPG", "IMG_0002.JPG"), {"Idempotency-Key": "broken off"}
    batch = place.ask("Bob", "POST", "batches", json={}, headers=key).json()["id"]
    put(place, f"batches/{batch}", "IMG_0001.JPG", photos[0][1][1])

    answer = place.ask("Bob", "POST", "batches", files=photos, headers=key)

    assert answer.json()["id"] == batch
    assert answer.json()["images"] == {"found": 2}


def test_a_file_that_comes_when_the_upload_is_complete_leaves_nothing(in_folder: Place):
    batch = in_folder.ask("Bob", "POST", "batches", files=brought(in_folder.home, "IMG_0001.JPG")).json()["id"]
    late = in_folder.home.root / "late"
    late.write_bytes(b"late")
    arrived = uploads.Arrived(late, 4, sha256(b"late").hexdigest())
    at = in_folder.database, in_folder.worker.storage, OWN_TENANT, batch

    with pytest.raises(Conflict):
        uploads.receive(*at, "late.jpg", arrived, uploads.Limits(10))
    uploads.withdraw(in_folder.database, OWN_TENANT, batch, actor="a test")

    assert in_folder.get(f"batches/{batch}")["state"] == "running"
    assert len(kept(in_folder, batch)) == 1


def test_a_raw_file_and_a_sidecar_keep_the_stem_of_their_photo(place: Place):
    photo, sidecar = place.home.photo("IMG_0001.JPG").read_bytes(), b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    files = [("files", ("IMG_0001.JPG", photo)), ("files", ("IMG_0001.JPG.xmp", sidecar))]

    batch = place.ask("Bob", "POST", "batches", files=files).json()["id"]
    place.work(batch)

    found = unpacked(place, batch)
    (name,) = [one for one in found if not one.endswith(".xmp")]
    assert found == {name: photo, f"{name}.xmp": sidecar}
    assert "IMG" not in name


def test_what_is_taken_back_has_its_old_name_again(place: Place):
    photos = brought(place.home, "IMG_0001.JPG")
    batch = place.ask("Bob", "POST", "batches", files=photos).json()["id"]
    place.work(batch)
    assert "IMG_0001.JPG" not in unpacked(place, batch)

    place.post(f"batches/{batch}/undo")
    place.work(batch + 1)

    assert unpacked(place, batch) == {"IMG_0001.JPG": photos[0][1][1]}


def test_nobody_else_is_given_what_was_uploaded(place: Place):
    batch = place.ask("Bob", "POST", "batches", files=brought(place.home, "IMG_0001.JPG")).json()["id"]

    for path in ("download.zip", "names.csv", "files/IMG_0001.JPG"):
        assert place.ask("Charlie", "GET", f"batches/{batch}/{path}").status_code == 404
        assert place.ask(NOBODY, "GET", f"batches/{batch}/{path}").status_code == 401
    assert place.ask("Charlie", "PUT", f"batches/{batch}/files/a.jpg", content=b"x").status_code == 404


def test_the_files_go_some_days_after_all_is_named(place: Place):
    batch = place.ask("Bob", "POST", "batches", files=brought(place.home, "IMG_0001.JPG")).json()["id"]
    uploads.settle(place.database, timedelta(days=30))
    assert place.get(f"batches/{batch}")["expires_at"] is None
    place.work(batch)

    uploads.settle(place.database, timedelta(days=30))
    found = place.get(f"batches/{batch}")
    assert found["state"] == "completed"
    assert found["expires_at"][:10] == f"{in_days(30):%Y-%m-%d}"
    assert uploads.settle(place.database, timedelta(days=99)) == 0
    assert place.get(f"batches/{batch}") == found

    uploads.expire(place.database, place.worker.storage, in_days(29))
    assert len(unpacked(place, batch)) == len(kept(place, batch)) == 1
    uploads.expire(place.database, place.worker.storage, in_days(31))
    assert "were deleted on" in place.refused(place.ask("Bob", "GET", f"batches/{batch}/download.zip"), 404)
    assert kept(place, batch) == []
    assert uploads.expire(place.database, place.worker.storage, in_days(31)) == 0


def in_days(count: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=count)


def test_an_upload_to_which_nothing_more_comes_is_given_up(in_folder: Place):
    where = opened(in_folder)
    put(in_folder, where, "IMG_0001.JPG", in_folder.home.photo("IMG_0001.JPG").read_bytes())
    with in_folder.database.session(OWN_TENANT) as session:
        session.get_one(Batch, number(where)).receives_until = datetime.now(UTC) - timedelta(minutes=1)

    uploads.settle(in_folder.database, timedelta(days=30))

    assert in_folder.get(where)["state"] == "cancelled"
    assert "takes no more files" in in_folder.refused(put(in_folder, where, "IMG_0002.JPG", b"x"), 409)


def test_a_file_has_an_end(in_folder: Place, monkeypatch: pytest.MonkeyPatch):
    small = replace(in_folder.settings, upload_megabytes=1)
    monkeypatch.setattr(in_folder.application.state.house, "settings", small)
    where = opened(in_folder)

    assert "more than 1 MB" in in_folder.refused(put(in_folder, where, "a.jpg", bytes((1 << 20) + 1)), 413)
    assert "more than 1 MB" in in_folder.refused(chunked(in_folder, f"{where}/files/a.jpg", (1 << 20) + 1), 413)
    assert list((in_folder.settings.data / "arriving").iterdir()) == []


def chunked(place: Place, path: str, size: int) -> httpx.Response:
    """Without saying beforehand how much it is."""
    return place.ask("Bob", "PUT", path, content=iter([bytes(1 << 16)] * (size >> 16) + [bytes(size % (1 << 16))]))


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"not a form", "multipart/form-data; boundary=x", 422),
        (BROKEN_OFF, "multipart/form-data; boundary=x", 422),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422),
        (b"", "multipart/form-data", 415),
        (b"<upload/>", "application/xml", 415),
        (b"{", "application/json", 422),
        (b'{"langauge": "de"}', "application/json", 422),
        (b'{"profile": "none of ours"}', "application/json", 422),
        (b'{"provider": "none of ours"}', "application/json", 422),
        (b'{"template": "{nothing}"}', "application/json", 422),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(in_folder: Place, body: bytes, media: str, status: int):
    before = in_folder.get("batches")

    in_folder.refused(in_folder.ask("Bob", "POST", "batches", content=body, headers={"Content-Type": media}), status)

    assert in_folder.get("batches") == before
    assert list((in_folder.settings.data / "arriving").glob("*")) == []


def test_no_spreadsheet_takes_a_name_for_a_formula(in_folder: Place):
    photo = in_folder.home.photo("IMG_0001.JPG").read_bytes()
    batch = in_folder.ask(
        "Bob", "POST", "batches", files=[("files", ("=1+1.jpg", photo))], data={"review": "ask"}
    ).json()

    (row,) = csv.DictReader(io.StringIO(in_folder.ask("Vera", "GET", f"batches/{batch['id']}/names.csv").text))

    assert row["old"] == "'=1+1.jpg"


def test_postgresql_knows_uploads_too(home: Home, postgres_url: str):
    place = make_place(home, postgres_url)
    photos, key = brought(home, "IMG_0001.JPG", "IMG_0002.JPG"), {"Idempotency-Key": "once"}

    batch = place.ask("Bob", "POST", "batches", files=photos, headers=key).json()["id"]
    assert place.ask("Bob", "POST", "batches", files=photos, headers=key).json()["id"] == batch
    place.work(batch)
    assert sorted(unpacked(place, batch).values()) == sorted(data for _, (_, data) in photos)
    uploads.settle(place.database, timedelta(days=30))
    assert uploads.expire(place.database, place.worker.storage, in_days(31)) == 1

    assert kept(place, batch) == []
    where = opened(place)
    assert put(place, where, "a\0b.jpg", b"x").json()["name"] == "ab.jpg"
    (announced,) = place.post(f"{where}/files", {"files": [{"name": "c\0.jpg", "size": 1}]})["files"]
    assert announced["name"] == "c.jpg"
    place.close()


def test_what_was_being_received_when_a_process_died_goes_after_a_day(tmp_path: Path):
    folder = uploads.arriving_in(tmp_path)
    for name, days in (("new.part", 0), ("old.part", 2)):
        (folder / name).write_bytes(b"x")
        at = in_days(-days).timestamp()
        os.utime(folder / name, (at, at))

    uploads.tidy(tmp_path)

    assert [path.name for path in folder.iterdir()] == ["new.part"]
