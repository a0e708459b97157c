"""What was uploaded does as a source what every kind does, whether its bytes lie in a folder or in a bucket."""

import io
import uuid
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, select

from appliance import storage
from appliance.db import Database
from appliance.models import OWN_TENANT, Batch, BatchKind, Tenant, Upload, now
from appliance.sources.shelf import Shelf, source_of
from appliance.storage import Storage
from connectors.base import Entry, FileChanged, FileGone
from tests import databases
from tests.connectors.conformance import Conformance
from tests.servers.seaweed import Seaweed
from tests.storages import in_folder, url_of

OTHER_TENANT = 2


@dataclass
class Uploaded:
    """The shelf, and files that are put on it as they are when they have been uploaded."""

    database: Database
    storage: Storage
    batch_id: int

    @property
    def connector(self) -> Shelf:
        return self.another()

    def another(self) -> Shelf:
        return Shelf(self.database, self.storage, OWN_TENANT)

    def put(self, path: str, data: bytes) -> None:
        blob = uuid.uuid4().hex
        self.storage.uploads.put(OWN_TENANT, self.batch_id, blob, io.BytesIO(data))
        with self.database.session(OWN_TENANT) as session:
            row = session.scalars(select(Upload).where(Upload.path == path)).one_or_none() or Upload(path=path)
            row.tenant_id, row.batch_id, row.given = OWN_TENANT, self.batch_id, path
            row.blob, row.size, row.arrived_at = blob, len(data), now()
            session.add(row)

    def get(self, path: str) -> bytes | None:
        return self.everything().get(path)

    def remove(self, path: str) -> None:
        with self.database.session(OWN_TENANT) as session:
            session.delete(session.scalars(select(Upload).where(Upload.path == path)).one())

    def everything(self) -> dict[str, bytes]:
        with self.database.reading(OWN_TENANT) as session:
            rows = list(session.scalars(select(Upload)))
        return {row.path: self._bytes(row) for row in rows}

    def _bytes(self, row: Upload) -> bytes:
        found = self.storage.uploads.get(OWN_TENANT, row.batch_id, row.blob)
        assert found is not None
        with found:
            return found.read()


def uploaded(database_url: str, kept: Storage) -> Uploaded:
    database = Database(database_url)
    with database.system_session() as session:
        session.add(Tenant(id=OTHER_TENANT, name="Elsewhere"))
        source = source_of(session, OWN_TENANT)
        batch = Batch(tenant_id=OWN_TENANT, source_id=source.id, kind=BatchKind.UPLOAD)
        session.add(batch)
        session.flush()
        return Uploaded(database, kept, batch.id)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Uploaded:
    place = tmp_path_factory.mktemp("shelf")
    return uploaded(databases.put(place / "renamer.db"), in_folder(place))


class TestShelf(Conformance):
    @pytest.fixture
    def source(self, empty: Uploaded) -> Uploaded:
        with empty.database.session(OWN_TENANT) as session:
            session.execute(delete(Upload))
        return empty

    def test_a_scan_leaves_out_what_is_unfinished_hidden_or_no_image(self, source: Uploaded):
        """What is no image and no companion of one is refused at the door, and what was announced is not there yet."""
        source.put("1/IMG_2.jpg", b"x")
        source.put("1/IMG_3.jpg", b"x")
        with source.database.session(OWN_TENANT) as session:
            session.scalars(select(Upload).where(Upload.path == "1/IMG_3.jpg")).one().arrived_at = None

        assert [found.path for found in source.connector.scan()] == ["1/IMG_2.jpg"]
        assert source.connector.stat("1/IMG_3.jpg") is None


@pytest.fixture
def in_bucket(seaweed: Seaweed, postgres_url: str) -> Uploaded:
    return uploaded(postgres_url, storage.of(url_of(seaweed, seaweed.bucket())))


def test_in_a_bucket_and_on_postgresql_a_rename_moves_no_byte(in_bucket: Uploaded):
    in_bucket.put("1/IMG_1.jpg", b"one")
    before = list(in_bucket.storage.uploads.of(OWN_TENANT, in_bucket.batch_id))
    known = in_bucket.connector.stat("1/IMG_1.jpg")
    assert known is not None

    in_bucket.connector.rename(known, "1/beach.jpg", key="1", step=lambda _: None)

    assert in_bucket.everything() == {"1/beach.jpg": b"one"}
    assert list(in_bucket.storage.uploads.of(OWN_TENANT, in_bucket.batch_id)) == before
    with in_bucket.connector.open("1/beach.jpg") as file:
        assert file.read() == b"one"


def test_a_sidecar_gets_other_contents_whole_and_once(in_bucket: Uploaded):
    in_bucket.put("1/IMG_1.xmp", b"old")
    known = in_bucket.connector.stat("1/IMG_1.xmp")
    assert known is not None

    first = in_bucket.connector.rewrite(known, b"new", key="7")
    again = in_bucket.connector.rewrite(known, b"new", key="7")

    assert first == again == in_bucket.connector.stat("1/IMG_1.xmp")
    assert in_bucket.everything() == {"1/IMG_1.xmp": b"new"}
    with pytest.raises(FileChanged):
        in_bucket.connector.rewrite(known, b"other", key="8")
    with pytest.raises(FileGone):
        in_bucket.connector.rewrite(Entry("1/none.xmp", 3, "x"), b"new", key="9")


def test_nobody_sees_the_uploads_of_another_tenant(in_bucket: Uploaded):
    in_bucket.put("1/IMG_1.jpg", b"one")
    theirs = Shelf(in_bucket.database, in_bucket.storage, OTHER_TENANT)

    assert list(theirs.scan()) == []
    assert list(theirs.names("1")) == []
    assert theirs.stat("1/IMG_1.jpg") is None
    with pytest.raises(FileGone):
        theirs.open("1/IMG_1.jpg")
