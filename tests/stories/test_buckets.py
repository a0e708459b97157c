"""What becomes of images that come into a bucket, with a real worker beside it."""

import io
import subprocess
from collections.abc import Iterator

import msgspec
import pytest
from PIL import Image

from appliance import app, sources
from appliance.config import Settings
from appliance.models import OWN_TENANT, Source
from appliance.secrets import vault_of
from appliance.sources import Choices, hooks
from tests.connectors.buckets import BucketFromOutside
from tests.home import Home
from tests.servers.seaweed import SECRET_KEY, Seaweed
from tests.watching import Watched, eventually


@pytest.fixture
def bucket(seaweed: Seaweed) -> BucketFromOutside:
    return BucketFromOutside(seaweed, prefix="incoming", describe="metadata")


@pytest.fixture
def watched(home: Home, bucket: BucketFromOutside) -> Iterator[Watched]:
    settings = Settings.from_env({}, home.root / "data")
    database = app.open_database(settings)
    options = msgspec.to_builtins(bucket.options)
    wanted = sources.Wanted(kind="s3", name="Bucket", options=options, choices=Choices(review="auto", interval=5))
    with database.session(OWN_TENANT) as session:
        source = sources.add(session, OWN_TENANT, vault_of(settings), wanted, actor="test")
    watched = Watched(home, database, source.id)
    watched.start()
    try:
        watched.await_first_look()
        yield watched
    finally:
        watched.stop()
        database.close()


def test_images_that_come_into_a_bucket_get_their_names_and_get_them_back(watched: Watched, bucket: BucketFromOutside):
    photos = {f"IMG_{number:04}.JPG": watched.photo(f"IMG_{number:04}.JPG").read_bytes() for number in range(3)}
    for name, data in photos.items():
        bucket.put(f"sea/{name}", data)
    bucket.put("sea/IMG_0000.xmp", b'<x:xmpmeta xmlns:x="adobe:ns:meta/">IMG_0000.JPG</x:xmpmeta>')

    watched.settled(3)
    found = bucket.everything()
    assert len(found) == 4
    assert not [name for name in found if "IMG_" in name]
    assert {found[name] for name in found if name.endswith(".jpg")} == set(photos.values())
    assert watched.renamed_twice() == []
    names = {bucket.headers(name).get("x-amz-meta-original-name") for name in found if name.endswith(".jpg")}
    assert names == set(photos)

    home = watched.home
    undone = subprocess.run(
        home.command("undo", "--last"), env=home.process_environment(), capture_output=True, text=True, check=False
    )
    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert {name for name in bucket.everything() if name.endswith(".JPG")} == {f"sea/{name}" for name in photos}


def test_a_call_of_the_server_brings_an_image_in_before_the_next_look(watched: Watched, bucket: BucketFromOutside):
    with watched.database.session(OWN_TENANT) as session:
        source = session.get_one(Source, watched.source_id)
        source.options = source.options | {"notifications": "webhook"}
        source.choices = source.choices | {"interval": 300}
    looks = watched.events()["source.scanned"]
    watched.scan()
    eventually(lambda: watched.events()["source.scanned"] > looks, what=watched.log)
    bucket.put("a/IMG_1.jpg", watched.photo("IMG_1.jpg").read_bytes())
    with watched.database.session(OWN_TENANT) as session:
        source = session.get_one(Source, watched.source_id)
        vault = vault_of(Settings.from_env({}, watched.home.root / "data"))
        record = {"s3": {"bucket": {"name": bucket.name}, "object": {"key": "incoming/a/IMG_1.jpg"}}}
        found = hooks.find(session, "s3", hooks.key_of(source, vault), vault)
        hooks.hint(session, found, hooks.told(found, vault, msgspec.json.encode({"Records": [record]})))
    assert watched.settled(1) < 60


def test_what_is_no_picture_is_quarantined_and_stays(watched: Watched, bucket: BucketFromOutside):
    bucket.put("IMG_1.jpg", b"<html>no picture</html>")
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    bucket.put("IMG_2.png", buffer.getvalue())
    watched.settled(1)
    assert watched.counts()["quarantined"] + watched.counts()["failed"] == 1
    assert bucket.get("IMG_1.jpg") == b"<html>no picture</html>"


def test_the_secret_of_a_bucket_is_in_no_table_and_no_log(watched: Watched):
    assert SECRET_KEY not in str(watched.source().options)
    for path in (watched.home.root / "data").rglob("*"):
        if path.is_file():
            assert SECRET_KEY.encode() not in path.read_bytes()
    assert SECRET_KEY not in watched.log()
