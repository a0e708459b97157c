"""What the shared suite does not ask of a remote server: keys, odd folders, lost connections, kills."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import sftp
from connectors.base import ConnectorError, Unproven
from connectors.sftp import memory
from connectors.sftp.session import Session
from tests.connectors.folders import FilesFromOutside
from tests.connectors.test_sftp import ServedFolder, options
from tests.servers import drops, openssh, overwriting, wires
from tests.servers.openssh import Server
from tests.watching import eventually

CUTS = int(os.environ.get("RENAMER_TEST_CUTS", "20"))
PHOTO = random.Random(6).randbytes(300_000)
KILLED = -9


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with openssh.running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def source(tmp_path: Path, server: Server) -> Iterator[ServedFolder]:
    root = tmp_path / "photos"
    root.mkdir()
    source = ServedFolder(root, server)
    yield source
    source.connector.close()


# Who is there


def test_a_host_key_is_shown_and_accepted_before_anything_is_sent(tmp_path: Path, server: Server):
    with pytest.raises(Unproven, match=re.escape(f"host_key={server.host_key}")) as caught:
        sftp.connect(options(server, tmp_path, host_key=""))

    assert caught.value.accepting == {"host_key": server.host_key}
    sftp.connect(options(server, tmp_path, **caught.value.accepting)).close()


def test_a_host_key_may_be_given_as_ssh_keyscan_prints_it(tmp_path: Path, server: Server):
    line = "[127.0.0.1]:22 " + (server.folder / "host.pub").read_text()
    sftp.connect(options(server, tmp_path, host_key=line)).close()


def test_another_host_key_stops_the_source(tmp_path: Path, server: Server):
    other = openssh.fingerprint(openssh.make_key(tmp_path / "other"))
    with pytest.raises(ConnectorError, match="something else may stand in its place") as caught:
        sftp.connect(options(server, tmp_path, host_key=other))
    assert caught.value.permanent


@pytest.mark.parametrize(("kind", "passphrase"), [("ed25519", ""), ("rsa", ""), ("ecdsa", ""), ("ed25519", "secret")])
def test_signing_in_by_key(tmp_path: Path, server: Server, kind: str, passphrase: str):
    key = openssh.make_key(tmp_path / "key", passphrase, kind)
    with (server.folder / "authorized").open("a") as file:
        file.write(key.with_suffix(".pub").read_text())

    sftp.connect(options(server, tmp_path, private_key=key.read_text(), passphrase=passphrase)).close()


def test_a_key_of_which_a_form_made_one_line_is_read(tmp_path: Path, server: Server):
    line = " ".join(server.private_key.read_text().split("\n"))
    sftp.connect(options(server, tmp_path, private_key=line)).close()
    sftp.connect(options(server, tmp_path, private_key=line.replace("----- ", "-----"))).close()


def test_what_is_wrong_with_a_key_is_said(tmp_path: Path, server: Server):
    closed = openssh.make_key(tmp_path / "key", "secret").read_text()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"private_key": closed}, "needs its “passphrase”"),
        ({"private_key": closed, "passphrase": "wrong"}, "cannot be read"),
        ({"private_key": "ssh-ed25519 AAAA"}, "cannot be read"),
        ({"private_key": openssh.make_key(tmp_path / "unknown").read_text()}, "does not let"),
        ({"host": ""}, "“host” is missing"),
        ({"port": openssh.free_port()}, "lets nobody in"),
        ({"path": "/not/there"}, "There is no folder /not/there"),
    ]
    for given, said in cases:
        with pytest.raises(ConnectorError, match=said):
            sftp.connect(options(server, tmp_path, **given))


def test_signing_in_by_password(tmp_path: Path):
    with drops.running(tmp_path) as drop:
        about: dict[str, Any] = {"mode": "remote", "host": "127.0.0.1", "port": drop.port, "username": "alice"}
        known = sftp.Options(**about, password=drops.PASSWORD, host_key=drop.host_key)
        sftp.connect(known).close()
        with pytest.raises(ConnectorError, match="does not let alice in"):
            sftp.connect(msgspec.structs.replace(known, password="wrong"))


# Whether it can be trusted with names


def test_a_server_that_overwrites_is_used_for_nothing(tmp_path: Path):
    root = tmp_path / "photos"
    root.mkdir()
    (root / "IMG_1.jpg").write_bytes(b"one")
    with overwriting.running(root, tmp_path / "keys") as (port, key):
        about: dict[str, Any] = {"host": "127.0.0.1", "port": port, "username": "bob", "password": "any", "path": "/"}
        connector = sftp.connect(sftp.Options(mode="remote", host_key=key, **about))
        assert [one.path for one in connector.scan()] == ["IMG_1.jpg"]
        for ask in (connector.check, lambda: connector.protocol("")):
            with pytest.raises(ConnectorError, match="overwrites") as caught:
                ask()
            assert caught.value.permanent
        connector.close()
    assert FilesFromOutside(root).everything() == {"IMG_1.jpg": b"one"}


def test_the_trial_leaves_nothing_behind(source: ServedFolder):
    source.put("IMG_1.jpg", b"one")
    assert source.connector.protocol("") == "sftp"
    source.connector.check()
    assert source.everything() == {"IMG_1.jpg": b"one"}


# What is there


def test_a_name_that_is_no_unicode_is_said_and_the_rest_goes_on(source: ServedFolder):
    source.put("IMG_1.jpg", b"one")
    Path(os.fsdecode(os.fsencode(source.root) + b"/caf\xe9.jpg")).write_bytes(b"two")
    Path(os.fsdecode(os.fsencode(source.root) + b"/\xff")).mkdir()

    found = {one.path: one.problem for one in source.connector.scan()}

    assert found.pop("IMG_1.jpg") == ""
    assert list(found) == ["caf\\xe9.jpg", "\\xff"] or list(found) == ["\\xff", "caf\\xe9.jpg"]
    assert all("UTF-8" in problem for problem in found.values())
    assert set(source.connector.names("")) == {"IMG_1.jpg", "caf\\xe9.jpg", "\\xff"}


def test_links_are_not_followed(source: ServedFolder, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "IMG_2.jpg").write_bytes(b"two")
    source.put("a/IMG_1.jpg", b"one")
    (source.root / "link").symlink_to(outside)
    (source.root / "IMG_3.jpg").symlink_to(outside / "IMG_2.jpg")

    assert [one.path for one in source.connector.scan()] == ["a/IMG_1.jpg"]
    assert source.connector.stat("IMG_3.jpg") is None
    known = source.connector.stat("a/IMG_1.jpg")
    assert known is not None
    with pytest.raises(ConnectorError, match="link"):
        source.connector.rename(known, "link/beach.jpg", key="1", step=lambda _: None)


def test_a_folder_that_is_as_it_was_is_not_listed_again(source: ServedFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "SURE", 0.0)
    for number in range(3):
        source.put(f"{number}/IMG_1.jpg", b"one")
    listed = _count_listings(monkeypatch)
    first = sorted(one.path for one in source.connector.scan())
    list(source.connector.scan())
    listed.clear()

    assert sorted(one.path for one in source.connector.scan()) == first
    assert listed == []
    source.put("1/IMG_2.jpg", b"two")
    os.utime(source.root / "1", (1, 1))  # its time has a grain of a second
    assert sorted(one.path for one in source.connector.scan()) == sorted([*first, "1/IMG_2.jpg"])
    assert listed == [f"{source.root}/1"]


def _count_listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    listed: list[str] = []
    list_folder = Session.listing

    def listing(session: Any, path: str) -> Any:
        listed.append(path)
        return list_folder(session, path)

    monkeypatch.setattr(Session, "listing", listing)
    return listed


def test_a_file_is_finished_once_it_was_seen_twice(source: ServedFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "QUIET", 0.3)
    source.put("IMG_1.jpg", b"one")
    known = source.connector.stat("IMG_1.jpg")
    assert known is not None
    assert 0 < source.connector.unsettled(known) <= 0.3
    eventually(lambda: source.connector.unsettled(known) == 0)
    source.put("IMG_1.jpg", b"longer")
    grown = source.connector.stat("IMG_1.jpg")
    assert grown is not None
    assert source.connector.unsettled(grown) > 0


def test_the_beginning_of_a_file_is_all_that_is_fetched_for_it(source: ServedFolder, server: Server):
    source.put("IMG_1.jpg", PHOTO * 40)
    with wires.wire(server.port) as wire:
        connector = sftp.connect(options(server, source.root, port=wire.port))
        before = wire.carried
        with connector.open("IMG_1.jpg") as file:
            assert file.read(1000) == PHOTO[:1000]
        assert wire.carried - before < 300_000
        connector.close()


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_one(source: ServedFolder):
    source.put("IMG_1.jpg", PHOTO * 10)
    with source.connector.open("IMG_1.jpg") as file:
        file.read(1000)
        source.put("IMG_1.jpg", PHOTO)
        with pytest.raises(ConnectorError, match="became another file"):
            file.read()


# When it goes wrong


def test_a_connection_that_is_cut_loses_doubles_and_overwrites_nothing(source: ServedFolder, server: Server):
    dice = random.Random(7)
    source.put("stranger.jpg", b"stranger's")
    source.put("IMG_1.jpg", PHOTO)
    with wires.wire(server.port) as wire:
        connector = sftp.connect(options(server, source.root, port=wire.port, connections=2))
        old, new = "IMG_1.jpg", "beach.jpg"
        known = connector.stat(old)
        assert known is not None
        while wire.cuts < CUTS:
            wire.cut_after = dice.randrange(1, 1500)
            known = _renamed(connector, known, new)
            assert source.everything() == {new: PHOTO, "stranger.jpg": b"stranger's"}
            old, new = new, old
        connector.close()


def _renamed(connector: Any, known: Any, to: str) -> Any:
    """As often as it takes; a source that cannot be reached at the moment is tried again by the program."""
    for _ in range(50):
        try:
            return connector.rename(known, to, key="1", step=lambda _: None)
        except ConnectorError as error:
            if error.permanent:
                raise
    raise AssertionError(f"{to} never came about")


def test_reading_goes_on_after_a_cut(source: ServedFolder, server: Server):
    source.put("IMG_1.jpg", PHOTO * 5)
    with wires.wire(server.port) as wire:
        connector = sftp.connect(options(server, source.root, port=wire.port))
        with connector.open("IMG_1.jpg") as file:
            begun = file.read(100)
            wire.cut_after = 200_000
            assert begun + file.read() == PHOTO * 5
        assert wire.cuts == 1
        connector.close()


def test_a_kill_before_and_after_any_request_leaves_every_byte_and_is_made_good(source: ServedFolder, server: Server):
    command = [sys.executable, "-m", "tests.connectors.sftp_rename_server"]
    home = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home) as renamer:
        for old, new in [("IMG_1.jpg", "beach.jpg"), ("IMG_1.jpg", "new/beach.jpg")]:
            code, moments = _ordered(renamer, source, server, old, new, -1)
            assert code == 0
            assert moments >= 6
            for moment in range(moments):
                code, _ = _ordered(renamer, source, server, old, new, moment)
                assert code == KILLED
                _assert_made_good(source, old, new)
        assert renamer.stdin is not None
        renamer.stdin.close()


def _ordered(renamer: Any, source: ServedFolder, server: Server, old: str, new: str, dies_at: int) -> tuple[int, int]:
    for path in source.everything():
        source.remove(path)
    source.put("new/stranger.jpg", b"stranger's")
    source.put(old, PHOTO)
    known = source.connector.stat(old)
    assert known is not None
    order = {
        "options": msgspec.to_builtins(options(server, source.root)),
        "entry": [known.path, known.size, known.version],
        "to": new,
        "dies_at": dies_at,
    }
    renamer.stdin.write(json.dumps(order) + "\n")
    renamer.stdin.flush()
    code, moments = renamer.stdout.readline().split()
    return int(code), int(moments)


def _assert_made_good(source: ServedFolder, old: str, new: str) -> None:
    assert list(source.everything().values()).count(PHOTO) == 1
    stands = next(path for path, data in source.everything().items() if data == PHOTO)
    known = source.connector.stat(stands)
    assert known is not None
    entry = type(known)(old, known.size, known.version)
    source.another().rename(entry, new, key="1", step=lambda _: None)
    assert source.everything() == {new: PHOTO, "new/stranger.jpg": b"stranger's"}
