"""What a drop lets its clients do, and what it never does."""

import socket
import stat
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from connectors import sftp
from connectors.base import ConnectorError
from connectors.sftp.drop import listener
from tests.connectors.folders import FilesFromOutside
from tests.servers import drops
from tests.servers.drops import Drop
from tests.watching import eventually


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    with drops.running(tmp_path_factory.mktemp("drop")) as drop:
        yield drop


class Client:
    """Somebody who has signed in, and what is on the disk."""

    def __init__(self, drop: Drop, name: str, root: Path, files: paramiko.SFTPClient) -> None:
        self.drop, self.name, self.root, self.files = drop, name, root, files

    def put(self, path: str, data: bytes, mode: str = "w") -> None:
        with self.files.open(path, mode) as file:
            file.write(data)

    def on_disk(self) -> dict[str, bytes]:
        return FilesFromOutside(self.root).everything()


@pytest.fixture
def client(running: Drop, request: pytest.FixtureRequest) -> Iterator[Client]:
    options = getattr(request, "param", {})
    name = f"account{len(running.accounts)}"
    root = running.add(name, **options)
    with running.client(name) as files:
        yield Client(running, name, root, files)


# The jail


@pytest.mark.parametrize(
    "path", ["../../secret.jpg", "/../secret.jpg", "/etc/passwd", "a/../../../secret.jpg", "./..//../secret.jpg"]
)
def test_a_path_that_would_lead_out_ends_at_the_root_of_the_account(client: Client, path: str):
    (client.root.parent / "secret.jpg").write_bytes(b"of somebody else")
    with pytest.raises(OSError):
        client.files.open(path, "r")
    for act in (client.files.stat, client.files.lstat, client.files.remove, client.files.listdir):
        with pytest.raises(OSError):
            act(path)
    assert (client.root.parent / "secret.jpg").read_bytes() == b"of somebody else"


def test_a_link_on_the_disk_leads_nowhere(client: Client, tmp_path: Path):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (client.root / "file.jpg").symlink_to(tmp_path / "secret.jpg")
    (client.root / "folder").symlink_to(tmp_path)

    assert client.files.listdir("/") == []
    for path in ("file.jpg", "folder", "folder/secret.jpg"):
        for act in (client.files.stat, client.files.listdir, client.files.open):
            with pytest.raises(OSError):
                act(path)
    with pytest.raises(OSError):
        client.put("folder/new.jpg", b"outside")
    with pytest.raises(OSError):
        client.files.rename("file.jpg", "got.jpg")
    client.put("file.jpg", b"inside")
    assert client.files.listdir("/") == ["file.jpg"]
    assert (client.root / "file-before-1.jpg").is_symlink()
    assert (tmp_path / "secret.jpg").read_bytes() == b"secret"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.jpg"]


def test_a_client_can_make_no_links(client: Client):
    for target in ("/etc/passwd", "IMG_1.jpg"):
        with pytest.raises(OSError):
            client.files.symlink(target, "link.jpg")
    assert client.on_disk() == {}


@pytest.mark.parametrize("name", [".up-a.jpg", ".in-a.jpg", ".rn-1.old", "n" * 252, "x" * 5000, "\0.jpg"])
def test_a_name_that_a_client_may_not_give_is_refused(client: Client, name: str):
    with pytest.raises(OSError):
        client.put(name, b"x")
    with pytest.raises(OSError):
        client.files.mkdir(name)
    assert list(client.root.iterdir()) == []


def test_bytes_that_are_no_unicode_are_refused_and_the_rest_goes_on(client: Client):
    with pytest.raises(OSError):
        client.files.open(b"caf\xe9.jpg", "w")
    client.put("café.jpg", b"x")
    assert client.on_disk() == {"café.jpg": b"x"}


def test_one_account_sees_nothing_of_another(client: Client):
    client.put("mine.jpg", b"mine")
    client.drop.add("neighbour")
    with client.drop.client("neighbour") as other:
        assert other.listdir("/") == []
        with pytest.raises(OSError):
            other.stat(f"../{client.name}/mine.jpg")


# Uploading


def test_what_is_not_finished_is_hidden_on_the_disk_and_seen_by_the_client(client: Client):
    with client.files.open("IMG_1.jpg", "w") as file:
        file.write(b"part")
        file.flush()
        assert client.files.listdir("/") == ["IMG_1.jpg"]
        assert client.files.stat("IMG_1.jpg").st_size == 4
        assert list(client.on_disk()) == [".up-IMG_1.jpg"]
    assert client.on_disk() == {"IMG_1.jpg": b"part"}


@pytest.mark.parametrize("client", [{"delay": 3600}], indirect=True)
def test_until_the_delay_is_over_a_client_may_still_look_and_change(client: Client):
    client.put("IMG_1.jpg", b"one")
    assert list(client.on_disk()) == [".in-IMG_1.jpg"]
    assert client.files.listdir("/") == ["IMG_1.jpg"]
    client.files.utime("IMG_1.jpg", (1_600_000_000, 1_600_000_000))
    assert client.files.stat("IMG_1.jpg").st_mtime == 1_600_000_000
    client.files.rename("IMG_1.jpg", "IMG_2.jpg")
    client.put("IMG_3.jpg", b"three")
    client.files.remove("IMG_3.jpg")
    assert client.on_disk() == {".in-IMG_2.jpg": b"one"}
    with client.files.open("IMG_2.jpg") as file:
        assert file.read() == b"one"


@pytest.mark.parametrize("client", [{"delay": 1}], indirect=True)
def test_after_the_delay_it_has_its_name(client: Client):
    client.put("a.jpg", b"one")
    assert list(client.on_disk()) == [".in-a.jpg"]
    eventually(lambda: client.on_disk() == {"a.jpg": b"one"}, what=client.on_disk)


def test_what_waited_when_the_server_was_killed_gets_its_name_at_the_next_start(tmp_path: Path):
    drop = Drop(tmp_path, 0)
    root = drop.add(delay=1)
    (root / "DCIM").mkdir(parents=True)
    (root / "DCIM" / ".in-IMG_1.jpg").write_bytes(b"one")
    (root / "DCIM" / ".up-IMG_2.jpg").write_bytes(b"tw")
    with drops.running(tmp_path, drop):
        eventually(lambda: (root / "DCIM" / "IMG_1.jpg").exists())
    assert FilesFromOutside(root).everything() == {"DCIM/IMG_1.jpg": b"one", "DCIM/.up-IMG_2.jpg": b"tw"}


def test_another_photo_of_the_same_name_takes_nothing_away(client: Client):
    for data in (b"one", b"two", b"three", b"three"):
        client.put("IMG_1.jpg", data)
    assert client.on_disk() == {"IMG_1.jpg": b"three", "IMG_1-before-1.jpg": b"one", "IMG_1-before-2.jpg": b"two"}


def test_a_photo_stays_whole_while_another_one_comes_in_its_place_and_is_cut_off(client: Client):
    client.put("IMG_1.jpg", b"whole")
    with client.drop.client(client.name) as files:
        file = files.open("IMG_1.jpg", "w")
        file.write(b"ha")
        file.flush()
        file._closed = True
        files.get_channel().get_transport().close()
    eventually(lambda: client.files.stat("IMG_1.jpg").st_size == 2)
    assert client.on_disk() == {"IMG_1.jpg": b"whole", ".up-IMG_1.jpg": b"ha"}


def test_a_client_that_comes_back_takes_its_upload_over_from_its_lost_connection(client: Client):
    with client.drop.client(client.name) as lost:
        old = lost.open("IMG_1.jpg", "w")
        old.write(b"part")
        old.flush()
        client.put("IMG_1.jpg", b" and the rest", "a")
        with pytest.raises(OSError, match="Another connection"):
            old.write(b"late" * 10_000)
        old._closed = True
    assert client.on_disk() == {"IMG_1.jpg": b"part and the rest"}


def test_a_rename_onto_a_name_that_is_taken_is_refused_in_every_way(client: Client):
    client.put("one.jpg", b"one")
    client.put("two.jpg", b"two")
    for act in (client.files.rename, client.files.posix_rename):
        with pytest.raises(OSError):
            act("one.jpg", "two.jpg")
    client.files.rename("one.jpg", "three.jpg")
    assert client.on_disk() == {"two.jpg": b"two", "three.jpg": b"one"}


def test_folders_are_made_renamed_and_removed(client: Client):
    client.files.mkdir("a")
    client.files.mkdir("a/b")
    client.put("a/b/IMG_1.jpg", b"one")
    client.files.rename("a", "c")
    with pytest.raises(OSError):
        client.files.rmdir("c/b")
    client.files.remove("c/b/IMG_1.jpg")
    client.files.rmdir("c/b")
    assert client.files.listdir("c") == []
    assert stat.S_ISDIR(client.files.stat("c").st_mode)


def test_the_mode_and_owner_that_a_client_wants_are_left_alone(client: Client):
    client.put("IMG_1.jpg", b"one")
    client.files.chmod("IMG_1.jpg", 0o777)
    client.files.chown("IMG_1.jpg", 0, 0)
    assert (client.root / "IMG_1.jpg").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("client", [{"largest": 1}], indirect=True)
def test_a_file_that_is_too_large_is_refused(client: Client):
    with pytest.raises(OSError, match="1 MB"):
        client.put("IMG_1.jpg", bytes(1_100_000))
    client.put("IMG_2.jpg", bytes(900_000))
    assert "IMG_2.jpg" in client.on_disk()


@pytest.mark.parametrize("client", [{"quota": 1}], indirect=True)
def test_an_account_that_is_full_takes_no_more_until_something_is_removed(client: Client):
    client.put("IMG_1.jpg", bytes(900_000))
    with pytest.raises(OSError, match="used up"):
        client.put("IMG_2.jpg", bytes(900_000))
    for path in ("IMG_1.jpg", "IMG_2.jpg"):
        client.files.remove(path)
    time.sleep(1)  # what is there is measured once a second
    client.put("IMG_3.jpg", bytes(900_000))
    assert list(client.on_disk()) == ["IMG_3.jpg"]


# Who may come in


def test_a_wrong_password_an_unknown_account_and_too_many_tries_are_refused_alike(tmp_path: Path):
    with drops.running(tmp_path) as drop:
        drop.tries = 2
        for name, password in (("alice", "wrong"), ("nobody", drops.PASSWORD), ("alice", drops.PASSWORD)):
            with pytest.raises(paramiko.AuthenticationException), drop.client(name, password):
                pass
        drop.tries = 1
        with drop.client() as files:
            assert files.listdir("/") == []
        assert drop.signed_in == [("alice", "127.0.0.1")]


def test_a_key_that_is_only_shown_lets_nobody_in(tmp_path: Path):
    key = paramiko.RSAKey.generate(2048)
    with drops.running(tmp_path) as drop, drop.transport() as transport:
        drop.add("keyed", password="", public_key=f"ssh-rsa {key.get_base64()} camera")
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_publickey("keyed", paramiko.RSAKey.generate(2048))
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.open_session(timeout=5)
    with drops.running(tmp_path, drop), drop.transport() as transport:
        transport.auth_publickey("keyed", key)
        assert transport.is_authenticated()


def test_an_account_that_is_removed_or_changed_ends_its_connections(tmp_path: Path):
    with drops.running(tmp_path) as drop, drop.client() as files:
        assert files.listdir("/") == []
        drop.accounts = []
        transport = files.get_channel().get_transport()
        eventually(lambda: not transport.is_active())


def test_nothing_but_sftp_is_there(tmp_path: Path):
    with drops.running(tmp_path) as drop, drop.transport() as transport:
        transport.auth_password("alice", drops.PASSWORD)
        for ask, given in (("exec_command", ["id"]), ("invoke_shell", []), ("get_pty", [])):
            with pytest.raises(paramiko.SSHException):
                getattr(transport.open_session(timeout=10), ask)(*given)
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("", 0)
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1), timeout=10)


def test_old_ways_of_protection_are_not_offered(running: Drop):
    for kind in ("ciphers", "macs"):
        old = {"ciphers": ["aes128-cbc", "3des-cbc"], "macs": ["hmac-sha1", "hmac-md5"]}[kind]
        transport = paramiko.Transport(socket.create_connection(("127.0.0.1", running.port), timeout=30))
        setattr(transport, f"_preferred_{kind}", tuple(old))
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.start_client(timeout=30)
        transport.close()


def test_the_host_keys_stay_and_are_for_our_account_alone(tmp_path: Path):
    shown = sftp.shown(tmp_path / "keys")
    assert sftp.shown(tmp_path / "keys") == shown
    assert [line.split()[1] for line in shown] == ["(ssh-ed25519)", "(ecdsa-sha2-nistp256)", "(ssh-rsa)"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"username": "../alice"}, "username"),
        ({"username": "Alice"}, "username"),
        ({"password": "short"}, "at least 10"),
        ({"password": ""}, "password"),
        ({"public_key": "ssh-ed25519 nonsense"}, "public_key"),
    ],
)
def test_an_account_that_cannot_be_is_refused(options: dict[str, str], said: str):
    values: dict[str, Any] = {"username": "alice", "password": drops.PASSWORD} | options
    with pytest.raises(ConnectorError, match=said):
        sftp.kept(sftp.Options(mode="drop", **values))


def test_a_password_is_kept_as_a_hash_alone():
    kept = sftp.stored({"mode": "drop", "password": drops.PASSWORD})
    assert kept["password"].startswith("$argon2id$")
    assert sftp.stored(kept) == kept
    assert sftp.stored({"mode": "remote", "password": "plain"}) == {"mode": "remote", "password": "plain"}


# Strangers


def test_whoever_does_not_sign_in_is_sent_away_and_others_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "LOGIN_SECONDS", 1.0)
    with drops.running(tmp_path) as drop:
        silent = [socket.create_connection(("127.0.0.1", drop.port), timeout=30) for _ in range(30)]
        half = silent.pop()
        half.sendall(b"SSH-2.0-half\r\n")
        with drop.client() as files:
            assert files.listdir("/") == []
        for line in (*silent, half):
            while line.recv(4096):
                pass
            line.close()


def test_a_client_that_does_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "IDLE_SECONDS", 0.5)
    with drops.running(tmp_path) as drop, drop.client() as files:
        transport = files.get_channel().get_transport()
        eventually(lambda: not transport.is_active())


@pytest.mark.parametrize(
    "packet",
    [
        struct.pack(">I", 0xFFFFFFF) + b"\x06",
        struct.pack(">I", 400_000) + b"\x06" + bytes(400_000),
        struct.pack(">IBI", 5, 200, 1),
        struct.pack(">IBII", 9, 4, 1, 0xFFFFFFFF),
        struct.pack(">IBI", 5, 3, 1),
        bytes(64),
    ],
    ids=["endless", "huge", "no request", "no such handle", "cut short", "zeros"],
)
def test_a_request_that_is_nonsense_ends_at_most_its_own_conversation(client: Client, packet: bytes):
    with client.drop.client(client.name) as other:
        channel = other.get_channel()
        channel.settimeout(5)
        try:
            channel.sendall(packet)
            channel.recv(1000)
        except OSError:
            pass
    client.put("IMG_1.jpg", b"one")
    assert client.on_disk() == {"IMG_1.jpg": b"one"}


def test_a_client_cannot_open_files_without_end(client: Client):
    opened = [client.files.open(f"{number}.jpg", "w") for number in range(256)]
    with pytest.raises(OSError, match="Too many"):
        client.files.open("one more.jpg", "w")
    for file in opened:
        file.close()
    client.put("after.jpg", b"one")


def test_a_slow_client_holds_nobody_up(client: Client):
    slow = client.files.open("slow.jpg", "w")
    slow.write(b"s")
    slow.flush()
    threads = threading.active_count()
    for number in range(3):
        with client.drop.client(client.name) as files, files.open(f"{number}.jpg", "w") as file:
            file.write(b"x")
    slow.write(b"low")
    slow.close()
    assert client.on_disk()["slow.jpg"] == b"slow"
    eventually(lambda: threading.active_count() <= threads)
