"""Real programs upload to a drop: each finds there what it expects, goes on where it was cut off, and loses nothing."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.folders import FilesFromOutside
from tests.servers import drops, openssh
from tests.servers.drops import Drop
from tests.watching import eventually

PHOTO = random.Random(5).randbytes(700_001)
CLIENTS = int(os.environ.get("RENAMER_TEST_CLIENTS", "30"))


@dataclass
class Camera:
    """An account with a key, and the programs that sign in to it."""

    drop: Drop
    folder: Path
    root: Path

    @property
    def key(self) -> Path:
        return openssh.make_key(self.folder / "key")

    def files(self) -> dict[str, bytes]:
        return FilesFromOutside(self.root).everything()

    def run(self, command: list[str], text: str = "") -> str:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=120, check=False, env=self.environment
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    @property
    def ssh_options(self) -> list[str]:
        known = self.folder / "known_hosts"
        asked = ["UserKnownHostsFile=" + str(known), "StrictHostKeyChecking=accept-new", "BatchMode=yes"]
        return [part for one in [*asked, f"IdentityFile={self.key}"] for part in ("-o", one)]

    def sftp(self, *lines: str) -> str:
        port = ["-P", str(self.drop.port)]
        return self.run(["sftp", "-b", "-", *self.ssh_options, *port, "alice@127.0.0.1"], "\n".join(lines) + "\n")

    def lftp(self, line: str) -> str:
        ssh = " ".join(["ssh", "-a", "-x", *self.ssh_options])
        opened = f"set sftp:connect-program '{ssh}'; open -u alice, -p {self.drop.port} sftp://127.0.0.1"
        return self.run(["lftp", "-c", f"set net:max-retries 2; {opened}; {line}"])

    def curl(self, path: str, *options: str) -> str:
        keys = ["--key", str(self.key), "--pubkey", f"{self.key}.pub", "--insecure", "--silent", "--show-error"]
        return self.run(["curl", "-m", "60", *keys, *options, f"sftp://alice@127.0.0.1:{self.drop.port}/{path}"])

    def rclone(self, *arguments: str) -> str:
        about = f"host=127.0.0.1,port={self.drop.port},user=alice,key_file={self.key},shell_type=none"
        remote = f":sftp,{about}:"
        known = [argument.replace("drop:", remote) for argument in arguments]
        program = shutil.which("rclone", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert program
        return self.run([program, "--config", "", "--low-level-retries", "1", "--retries", "1", *known])

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        at = self.folder / "mounted"
        at.mkdir()
        self.run(["sshfs", "alice@127.0.0.1:/", str(at), "-p", str(self.drop.port), *self.ssh_options])
        try:
            yield at
        finally:
            subprocess.run(["fusermount3", "-u", str(at)], check=True, timeout=30)


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Camera]:
    with signed_up(tmp_path) as camera:
        yield camera


@contextmanager
def signed_up(folder: Path, **options: Any) -> Iterator[Camera]:
    drop = Drop(folder, 0)
    root = drop.add(public_key=openssh.make_key(folder / "key").with_suffix(".pub").read_text(), **options)
    with drops.running(folder, drop):
        yield Camera(drop, folder, root)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    (tmp_path / "IMG_1.JPG").write_bytes(PHOTO)
    os.utime(tmp_path / "IMG_1.JPG", (1_600_000_000, 1_600_000_000))
    return tmp_path / "IMG_1.JPG"


UPLOADS: dict[str, Callable[[Camera, Path], object]] = {
    "sftp": lambda camera, photo: camera.sftp("mkdir DCIM", f"put -p {photo} DCIM/IMG_1.JPG", "ls -l DCIM"),
    "lftp": lambda camera, photo: camera.lftp(f"mkdir DCIM; put {photo} -o DCIM/IMG_1.JPG"),
    "curl": lambda camera, photo: camera.curl("DCIM/IMG_1.JPG", "-T", str(photo), "--ftp-create-dirs"),
    "rclone": lambda camera, photo: camera.rclone("copyto", str(photo), "drop:DCIM/IMG_1.JPG"),
}


@pytest.mark.parametrize("client", UPLOADS)
def test_a_photo_arrives_whole(camera: Camera, photo: Path, client: str):
    UPLOADS[client](camera, photo)

    assert camera.files() == {"DCIM/IMG_1.JPG": PHOTO}


@pytest.mark.parametrize("client", UPLOADS)
def test_the_same_photo_again_stays_one(camera: Camera, photo: Path, client: str):
    UPLOADS[client](camera, photo)
    if client == "sftp":
        camera.sftp(f"put -p {photo} DCIM/IMG_1.JPG")
    elif client == "lftp":
        camera.lftp(f"put {photo} -o DCIM/IMG_1.JPG")
    else:
        UPLOADS[client](camera, photo)

    assert camera.files() == {"DCIM/IMG_1.JPG": PHOTO}


def test_a_mounted_drop_is_a_folder_like_any_other(camera: Camera, photo: Path):
    with camera.mounted() as folder:
        (folder / "DCIM").mkdir()
        shutil.copy(photo, folder / "DCIM" / "IMG_1.JPG")
        assert (folder / "DCIM" / "IMG_1.JPG").read_bytes() == PHOTO
        assert [one.name for one in (folder / "DCIM").iterdir()] == ["IMG_1.JPG"]
        (folder / "DCIM" / "IMG_1.JPG").rename(folder / "DCIM" / "IMG_2.JPG")
        (folder / "DCIM" / "IMG_3.JPG").write_bytes(b"three")
        (folder / "DCIM" / "IMG_3.JPG").unlink()
        assert shutil.disk_usage(folder).free > 0

    assert camera.files() == {"DCIM/IMG_2.JPG": PHOTO}


def _cut(camera: Camera) -> None:
    """A client sends a part, and its connection ends."""
    with camera.drop.client() as client:
        file = client.open("IMG_1.JPG", "w")
        file.write(PHOTO[:300_000])
        assert client.stat("IMG_1.JPG").st_size == 300_000
        file._closed = True  # so that it does not say so
        client.get_channel().get_transport().close()
    eventually(lambda: not _is_written(camera), what=camera.files)


def _is_written(camera: Camera) -> bool:
    with camera.drop.client() as client:
        return bool(client.stat("IMG_1.JPG").st_size != 300_000)


RESUMES: dict[str, Callable[[Camera, Path], object]] = {
    "sftp": lambda camera, photo: camera.sftp(f"reput {photo} IMG_1.JPG"),
    "lftp": lambda camera, photo: camera.lftp(f"put -c {photo} -o IMG_1.JPG"),
    "curl": lambda camera, photo: camera.curl("IMG_1.JPG", "-C", "-", "-T", str(photo)),
}


@pytest.mark.parametrize("client", RESUMES)
def test_an_upload_that_was_cut_off_is_gone_on_with_also_after_a_restart(camera: Camera, photo: Path, client: str):
    _cut(camera)
    assert list(camera.files()) == [".up-IMG_1.JPG"]

    with drops.running(camera.folder, camera.drop):
        RESUMES[client](camera, photo)

    assert camera.files() == {"IMG_1.JPG": PHOTO}


def test_a_program_that_mirrors_removes_nothing_where_clients_keep_their_names(tmp_path: Path, photo: Path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy2(photo, folder)
    with signed_up(tmp_path, after="keep-names") as camera:
        camera.rclone("sync", str(folder), "drop:")
        (camera.root / "IMG_1.JPG").rename(camera.root / "beach.jpg")
        camera.drop.names = {"IMG_1.JPG": "beach.jpg"}

        camera.rclone("sync", "--immutable", str(folder), "drop:")

        assert camera.files() == {"beach.jpg": PHOTO}
        assert camera.sftp("ls -1").splitlines()[-1].strip() == "IMG_1.JPG"
        assert camera.curl("IMG_1.JPG", "-o", str(tmp_path / "got")) == ""
        assert (tmp_path / "got").read_bytes() == PHOTO
        with pytest.raises(AssertionError, match="ermission denied"):
            camera.sftp("rm IMG_1.JPG")


def test_many_clients_at_once_lose_nothing(camera: Camera):
    def upload(number: int) -> None:
        with camera.drop.client() as client:
            for one in range(3):
                with client.open(f"{number}-{one}.jpg", "w") as file:
                    file.set_pipelined(True)
                    file.write(PHOTO[:60_000] + b"%d %d" % (number, one))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(upload, range(CLIENTS)))

    wanted = {f"{n}-{one}.jpg": PHOTO[:60_000] + b"%d %d" % (n, one) for n in range(CLIENTS) for one in range(3)}
    assert camera.files() == wanted
