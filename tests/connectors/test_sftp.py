"""The shared suite on a folder of OpenSSH's server, and on the folder of an account that others upload to."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import paramiko
import pytest

from appliance import sources
from connectors import sftp
from connectors.base import Connector, FileChanged
from connectors.sftp.remote import Remote
from tests.connectors.conformance import Conformance, Source, entry, no_step
from tests.connectors.folders import FilesFromOutside
from tests.servers import drops, openssh
from tests.servers.drops import Drop
from tests.servers.openssh import Server


class ServedFolder(FilesFromOutside):
    """A folder that a server of this machine shows."""

    def __init__(self, root: Path, server: Server) -> None:
        super().__init__(root)
        self._server = server
        self.connector = self.another()

    def another(self) -> Remote:
        return sftp.connect(options(self._server, self.root))


def options(server: Server, root: Path, **others: Any) -> sftp.Options:
    values: dict[str, Any] = {
        "path": str(root),
        "private_key": server.private_key.read_text(),
        "host_key": server.host_key,
    }
    about: dict[str, Any] = {"mode": "remote", "host": "127.0.0.1", "port": server.port, "username": server.username}
    return sftp.Options(**(about | values | others))


class Uploads(FilesFromOutside):
    """The folder of an account, into which a client uploads."""

    client: paramiko.SFTPClient

    def __init__(self, drop: Drop, username: str) -> None:
        super().__init__(drop.add(username, delay=0))
        self.username = username
        self._data = drop.folder
        self._drop = drop
        self.connector = self.another()

    def another(self) -> Connector:
        return sources.connect(
            "sftp", {"mode": "drop", "username": self.username, "password": drops.PASSWORD}, self._data
        )

    def put(self, path: str, data: bytes) -> None:
        """Names that a client may not give come from elsewhere."""
        if any(part.startswith(".rn-") for part in path.split("/")):
            super().put(path, data)
            return
        for folder in list(PurePosixPath(path).parents)[-2::-1]:
            if not (self.root / folder).is_dir():
                self.client.mkdir(str(folder))
        with self.client.open(path, "w") as file:
            file.write(data)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with openssh.running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


class TestOnOpenSsh(Conformance):
    @pytest.fixture
    def source(self, tmp_path: Path, server: Server) -> Iterator[ServedFolder]:
        root = tmp_path / "photos"
        root.mkdir()
        source = ServedFolder(root, server)
        yield source
        source.connector.close()


class TestOnADrop(Conformance):
    @pytest.fixture(scope="class")
    @classmethod
    def drop(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
        with drops.running(tmp_path_factory.mktemp("drop")) as drop:
            yield drop

    @pytest.fixture
    def source(self, drop: Drop) -> Iterator[Uploads]:
        uploads = Uploads(drop, f"account{len(drop.accounts)}")
        with drop.client(uploads.username) as uploads.client:
            yield uploads

    def test_a_file_that_was_edited_since_it_was_seen(self, source: Source):
        """A photo over which another one is uploaded is kept beside it."""
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        source.put("IMG_1.jpg", b"edited")
        with pytest.raises(FileChanged):
            source.connector.rename(known, "beach.jpg", key="1", step=no_step)
        assert source.everything() == {"IMG_1.jpg": b"edited", "IMG_1-before-1.jpg": b"one"}
