"""What a bucket has that a folder has not: metadata, tags, locks, versions, ranges, regions, policies."""

import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from minio.commonconfig import COMPLIANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention
from minio.sse import SseCustomerKey

from connectors import s3
from connectors.base import ConnectorError, Entry, FileChanged, NameTaken, Texts
from connectors.s3.copying import Habits
from connectors.s3.probing import Ways
from tests.connectors.buckets import BucketFromOutside
from tests.servers import certificates
from tests.servers.between import Answer, between
from tests.servers.seaweed import READER_KEY, READER_SECRET, Seaweed

PICTURE = random.Random(6).randbytes(12_000_000)
KEPT = {
    "Cache_Control": "max-age=31536000, immutable",
    "Content_Disposition": 'inline; filename="x.jpg"',
    "Content_Encoding": "identity",
    "Content_Language": "de",
    "x_amz_meta_photographer": "Alice",
    "x_amz_meta_shoot": "42",
    "x_amz_storage_class": "STANDARD_IA",
    "x_amz_server_side_encryption": "AES256",
}


def _entry(source: BucketFromOutside, path: str) -> Entry:
    entry = source.connector.stat(path)
    assert entry is not None
    return entry


def _rename(source: BucketFromOutside, path: str, to: str, key: str = "1") -> Entry:
    return source.connector.rename(_entry(source, path), to, key=key, step=lambda _: None)


@pytest.mark.parametrize("way", ["copy", "multipart"])
def test_a_rename_keeps_metadata_tags_and_storage_class(seaweed: Seaweed, way: str):
    source = BucketFromOutside(seaweed, way=way)
    source.put("IMG_1.jpg", b"one", {"project": "sea and sand", "rating": "5"}, content_type="image/x-raw", **KEPT)
    before = source.headers("IMG_1.jpg")
    _rename(source, "IMG_1.jpg", "beach.jpg")
    after = source.headers("beach.jpg")
    changing = {"last-modified", "date", "x-amz-request-id", "etag", "seaweed-x-amz-etag", "x-amz-meta-image-renamer"}
    assert {name: value for name, value in after.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }
    assert source.tags("beach.jpg") == {"project": "sea and sand", "rating": "5"}


def test_a_copy_carries_the_number_of_its_rename_and_one_alone(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", b"one")
    _rename(source, "IMG_1.jpg", "beach.jpg", "1")
    first = source.headers("beach.jpg")["x-amz-meta-image-renamer"]
    _rename(source, "beach.jpg", "IMG_1.jpg", "2")
    assert source.headers("IMG_1.jpg")["x-amz-meta-image-renamer"] != first


def test_an_object_that_is_too_big_for_one_copy_is_copied_in_parts(seaweed: Seaweed):
    source = BucketFromOutside(seaweed, habits=Habits(largest_copy=6 << 20, part=5 << 20))
    source.put("IMG_1.jpg", PICTURE, {"rating": "5"}, **KEPT)
    _rename(source, "IMG_1.jpg", "beach.jpg")
    assert source.everything() == {"beach.jpg": PICTURE}
    assert source.headers("beach.jpg")["etag"].endswith('-3"')
    assert source.headers("beach.jpg")["x-amz-meta-photographer"] == "Alice"


def test_names_that_differ_by_case_alone_are_two(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", b"one")
    source.put("img_1.jpg", b"two")
    with pytest.raises(NameTaken):
        _rename(source, "IMG_1.jpg", "img_1.jpg")
    assert source.connector.limits("").case_sensitive


def test_an_old_name_stays_as_a_version_where_a_bucket_keeps_them(seaweed: Seaweed):
    source = BucketFromOutside(seaweed, bucket=seaweed.bucket(versioned=True))
    source.put("IMG_1.jpg", b"one")
    _rename(source, "IMG_1.jpg", "beach.jpg", "1")
    _rename(source, "beach.jpg", "IMG_1.jpg", "2")
    versions = list(source.client.list_objects(source.name, recursive=True, include_version=True))
    markers = {one.object_name for one in versions if one.is_delete_marker}
    assert (source.everything(), "beach.jpg" in markers) == ({"IMG_1.jpg": b"one"}, True)
    assert sum(one.object_name == "IMG_1.jpg" and not one.is_delete_marker for one in versions) == 2


def test_the_probe_leaves_nothing_behind_not_even_versions(seaweed: Seaweed):
    source = BucketFromOutside(seaweed, bucket=seaweed.bucket(versioned=True))
    source.connector.check()
    assert list(source.client.list_objects(source.name, recursive=True, include_version=True)) == []


def test_a_locked_object_keeps_its_name_and_says_why(seaweed: Seaweed):
    source = BucketFromOutside(seaweed, locked=True)
    source.put("IMG_1.jpg", b"one")
    until = datetime.now(UTC) + timedelta(days=1)
    source.client.set_object_retention(source.name, "IMG_1.jpg", Retention(COMPLIANCE, until))
    with pytest.raises(ConnectorError, match="is locked until") as caught:
        _rename(source, "IMG_1.jpg", "beach.jpg")
    assert caught.value.permanent
    source.put("IMG_2.jpg", b"two")
    source.client.enable_object_legal_hold(source.name, "IMG_2.jpg")
    with pytest.raises(ConnectorError, match="legal hold"):
        _rename(source, "IMG_2.jpg", "sea.jpg")
    assert source.everything() == {"IMG_1.jpg": b"one", "IMG_2.jpg": b"two"}


def test_a_bucket_that_locks_all_that_is_new_is_refused(seaweed: Seaweed):
    source = BucketFromOutside(seaweed, locked=True)
    source.client.set_object_lock_config(source.name, ObjectLockConfig(COMPLIANCE, 3, DAYS))
    with pytest.raises(ConnectorError, match="locks each new object for 3 days"):
        source.connector.check()


def test_an_archived_object_keeps_its_name_and_says_why(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", b"one", x_amz_storage_class="GLACIER")
    with pytest.raises(ConnectorError, match="is archived"):
        _rename(source, "IMG_1.jpg", "beach.jpg")
    assert [entry.problem for entry in source.connector.scan()] == [
        "It is archived: restore it or move it to another storage class, and it is found again."
    ]


def test_an_object_whose_key_its_owner_keeps_has_its_name_and_says_why(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    secret = SseCustomerKey(b"a key of 32 bytes of its owner's")
    source.client._execute("PUT", source.name, "IMG_1.jpg", body=b"photo", headers=dict(secret.headers()))
    (entry,) = source.connector.scan()
    for act in (partial(source.connector.stat, "IMG_1.jpg"), partial(_content, source, entry)):
        with pytest.raises(ConnectorError, match=r"IMG_1.jpg is encrypted with a key .* keeps its name") as told:
            act()
        assert told.value.permanent


def _content(source: BucketFromOutside, entry: Entry) -> bytes:
    with source.connector.open(entry.path) as file:
        return file.read()


def test_keys_that_no_folder_could_hold_are_listed_with_the_reason(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    with between(seaweed.host) as proxy:
        page = b"<ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
        for key in (b"a//IMG_1.jpg", b"%00.jpg", b"n" * 300 + b".jpg", b"a/b/"):
            page += b'<Contents><Key>%s</Key><Size>1</Size><ETag>"e"</ETag></Contents>' % key
        proxy.hook = lambda *_: Answer(200, page + b"</ListBucketResult>", {})
        found = list(_at(source, proxy.host).scan())
    assert len(found) == 3
    assert all(entry.problem for entry in found)


def test_reading_asks_for_no_more_than_what_is_read(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", PICTURE)
    with between(seaweed.host) as proxy, _at(source, proxy.host).open("IMG_1.jpg") as file:
        assert file.read(100) == PICTURE[:100]
        file.seek(-1000, 2)
        assert file.read() == PICTURE[-1000:]
        assert proxy.sent < 1_500_000
        file.seek(0)
        assert file.read() == PICTURE


def test_reading_goes_on_where_the_connection_broke(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", PICTURE)
    first, last = 1 << 20, len(PICTURE) - 1
    half = Answer(
        206,
        PICTURE[first : first + 3_000_000],
        {"Content-Range": f"bytes {first}-{last}/{last + 1}", "ETag": source.headers("IMG_1.jpg")["etag"]},
    )
    with between(seaweed.host) as proxy:
        proxy.hook = lambda moment, number, _: half if (moment, number) == ("before", 1) else None
        with _at(source, proxy.host).open("IMG_1.jpg") as file:
            assert file.read() == PICTURE
        assert len(proxy.requests) == 3


def test_an_object_that_is_replaced_while_it_is_read_is_not_mixed_up(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", PICTURE)
    with source.connector.open("IMG_1.jpg") as file:
        file.read(100)
        source.put("IMG_1.jpg", PICTURE[::-1])
        with pytest.raises(FileChanged):
            file.read()


def test_a_sidecar_gets_other_contents_and_keeps_the_rest(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.xmp", b"<old/>", {"rating": "5"}, content_type="application/rdf+xml", x_amz_meta_by="Alice")
    known = _entry(source, "IMG_1.xmp")
    done = source.connector.rewrite(known, b"<new/>", key="1")
    assert source.connector.rewrite(known, b"<new/>", key="1") == done == _entry(source, "IMG_1.xmp")
    headers = source.headers("IMG_1.xmp")
    assert (headers["content-type"], headers["x-amz-meta-by"]) == ("application/rdf+xml", "Alice")
    assert (source.tags("IMG_1.xmp"), source.get("IMG_1.xmp")) == ({"rating": "5"}, b"<new/>")
    source.put("IMG_1.xmp", b"<edited/>")
    with pytest.raises(FileChanged):
        source.connector.rewrite(done, b"<mine/>", key="2")


@pytest.mark.parametrize("where", ["metadata", "tags", "none"])
def test_words_are_kept_with_an_object_where_its_owner_wants_them(seaweed: Seaweed, where: str):
    source = BucketFromOutside(seaweed, describe=where)
    source.put("beach.jpg", b"one", {"rating": "5"}, content_type="image/x-raw", **KEPT)
    texts = Texts(alt="Ein Hund am Strand (in M\u00fcnchen)", original_name="IMG_1.JPG")
    known = _entry(source, "beach.jpg")
    done = source.connector.describe(known, texts, key="1")
    assert source.connector.describe(done, texts, key="1") == done == _entry(source, "beach.jpg")
    headers, tags = source.headers("beach.jpg"), source.tags("beach.jpg")
    assert (headers["cache-control"], headers["x-amz-meta-shoot"]) == (KEPT["Cache_Control"], "42")
    assert (tags["rating"], source.everything()) == ("5", {"beach.jpg": b"one"})
    assert headers.get("x-amz-meta-alt") == ("Ein Hund am Strand (in M%C3%BCnchen)" if where == "metadata" else None)
    assert headers.get("x-amz-meta-original-name") == ("IMG_1.JPG" if where == "metadata" else None)
    assert tags.get("alt") == ("Ein Hund am Strand in M\u00fcnchen" if where == "tags" else None)
    if where != "none":
        source.put("beach.jpg", b"edited")
        with pytest.raises(FileChanged):
            source.connector.describe(done, texts, key="2")


# What does not work, said


def _at(source: BucketFromOutside, host: str, **options: Any) -> Any:
    return s3.connect(msgspec.structs.replace(source.options, endpoint=host, **options))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"secret_key": "wrong"}, "correct secret_key"),
        ({"access_key": "nobody"}, "does not know the access key"),
        ({"bucket": "there-is-none"}, "There is no bucket “there-is-none”"),
        ({"secure": True}, "does not speak TLS: set secure=no"),
        ({"endpoint": "nowhere.invalid"}, "nowhere.invalid has no address"),
        ({"endpoint": "127.0.0.1:1"}, "does not answer .connection refused."),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_options_is_said_with_the_remedy(
    seaweed: Seaweed, options: dict[str, Any], sentence: str
):
    source = BucketFromOutside(seaweed)
    with pytest.raises(ConnectorError, match=sentence):
        s3.connect(msgspec.structs.replace(source.options, **options)).check()


def test_a_certificate_that_nobody_trusts_is_refused_until_its_authority_is_named(
    seaweed: Seaweed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tls, authority = certificates.of_this_machine(tmp_path)
    with between(seaweed.host, tls) as proxy:
        source = BucketFromOutside(seaweed)
        source.put("IMG_1.jpg", b"photo")
        with pytest.raises(ConnectorError, match=r"is not trusted: .* SSL_CERT_FILE"):
            _at(source, proxy.host, secure=True).check()

        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        bucket = _at(source, proxy.host, secure=True)
        bucket.check()
        entry = bucket.stat("IMG_1.jpg")
        assert entry is not None
        bucket.rename(entry, "red-bicycle.jpg", key="1", step=lambda _: None)
        assert source.everything() == {"red-bicycle.jpg": b"photo"}


def test_a_permission_that_is_missing_is_named(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    reader = _at(source, seaweed.host, access_key=READER_KEY, secret_key=READER_SECRET)
    with pytest.raises(ConnectorError, match=r"does not allow s3:PutObject on .* docs/s3\.md"):
        reader.protocol("")
    with pytest.raises(ConnectorError, match="does not allow s3:GetBucketObjectLockConfiguration"):
        reader.check()


ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>{}</Message></Error>"


@pytest.mark.parametrize(
    ("status", "code", "message", "sentence"),
    [
        (403, "RequestTimeTooSkewed", "The difference is too large.", "set this machine's clock"),
        (400, "AuthorizationHeaderMalformed", "wrong; expecting 'eu-west-1'", "set region=eu-west-1"),
        (301, "PermanentRedirect", "Use the endpoint.", "set region to"),
        (403, "AccessDenied", "no", "does not allow s3:ListBucket"),
        (403, "InvalidObjectState", "no", "is archived"),
        (403, "SecondLevelDomainForbidden", "no", "addressing=virtual"),
        (400, "ExpiredToken", "no", "have expired"),
    ],
)
def test_what_servers_answer_is_said_with_the_remedy(
    seaweed: Seaweed, status: int, code: str, message: str, sentence: str
):
    source = BucketFromOutside(seaweed)
    with between(seaweed.host) as proxy:
        answer = Answer(status, ERROR.format(code, message).encode(), {"Content-Type": "application/xml"})
        proxy.hook = lambda *_: answer
        with pytest.raises(ConnectorError, match=sentence):
            list(_at(source, proxy.host).scan())


def test_without_keys_anywhere_it_is_said_where_they_may_stand(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "MINIO_ACCESS_KEY", "AWS_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
    source = BucketFromOutside(seaweed)
    with pytest.raises(ConnectorError, match="AWS_ACCESS_KEY_ID"):
        list(_at(source, seaweed.host, access_key="", secret_key="").scan())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", source.options.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", source.options.secret_key)
    assert list(_at(source, seaweed.host, access_key="", secret_key="").scan()) == []


def test_one_key_of_two_is_refused(seaweed: Seaweed):
    with pytest.raises(ConnectorError, match="“secret_key” is missing"):
        s3.connect(s3.Options(bucket="photos", access_key="key"))


def test_no_secret_is_in_what_a_connector_says_of_itself(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    assert source.options.secret_key not in repr(vars(source.connector))


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[str]:
    """A server that heeds no condition when it copies."""
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (tmp_path / "moto.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        _await_port(port, server)
        yield f"127.0.0.1:{port}"
        server.kill()


def _await_port(port: int, server: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("moto did not start.")


def test_a_server_that_would_overwrite_is_refused(moto: str):
    source = BucketFromOutside(Seaweed(moto))
    source.put("IMG_1.jpg", b"one")
    with pytest.raises(ConnectorError, match="overwrites what has a name already") as caught:
        source.connector.check()
    with pytest.raises(ConnectorError, match="overwrites"):
        source.connector.protocol("")
    with pytest.raises(ConnectorError, match="overwrites"):
        _rename(source, "IMG_1.jpg", "beach.jpg")
    assert (caught.value.permanent, source.everything()) == (True, {"IMG_1.jpg": b"one"})


def test_a_bucket_before_the_host(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch):
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **named: resolve("127.0.0.1", *rest, **named))
    name, port = seaweed.bucket(), seaweed.host.rpartition(":")[2]
    source = BucketFromOutside(seaweed, bucket=name)
    source.put("IMG_1.jpg", b"one")
    virtual = _at(source, f"s3.localhost:{port}", addressing="virtual")
    entry = virtual.stat("IMG_1.jpg")
    virtual.rename(entry, "beach.jpg", key="1", step=lambda _: None)
    assert source.everything() == {"beach.jpg": b"one"}


def test_a_server_that_knows_no_bucket_before_its_host_is_recognised(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    port = seaweed.host.rpartition(":")[2]
    with pytest.raises(ConnectorError, match="addressing=path"):
        list(_at(source, f"localhost:{port}", addressing="virtual").scan())


def test_encoded_metadata_beyond_ascii_is_refused_rather_than_changed(seaweed: Seaweed):
    source = BucketFromOutside(seaweed)
    source.put("IMG_1.jpg", b"one")
    with between(seaweed.host) as proxy:
        told = source.headers("IMG_1.jpg") | {"x-amz-meta-town": "M\u00fcnchen".encode().decode("latin-1")}
        proxy.hook = lambda moment, _, request: (
            Answer(200, b"", told) if moment == "after" and request.startswith("HEAD") else None
        )
        bucket = _at(source, proxy.host)
        bucket.use(_WAYS)
        with pytest.raises(ConnectorError, match="beyond ASCII"):
            bucket.rename(_entry(source, "IMG_1.jpg"), "beach.jpg", key="1", step=lambda _: None)
    assert source.everything() == {"IMG_1.jpg": b"one"}


def test_no_module_but_one_copies_to_another_key_and_none_without_a_condition():
    folder = Path(s3.__file__).parent
    copying = {path.name for path in folder.glob("*.py") if "x-amz-copy-source" in path.read_text()}
    assert copying == {"copying.py", "describing.py"}  # the latter from an object onto itself
    assert "copy_object" not in "".join(path.read_text() for path in folder.glob("*.py"))


_WAYS = Ways("copy", deletes_if_match=True, puts_if_match=True, acls=False)
