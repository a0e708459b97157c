"""What is found out about a disk before anything is renamed on it, and what is said where that fails."""

import os
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import pytest

from connectors import kernel
from connectors.base import ConnectorError, Limits
from connectors.watchfolder import mounts
from connectors.watchfolder.places import Place
from tests.connectors.conformance import no_step
from tests.connectors.folders import FolderFromOutside, names
from tests.servers import fuse

as_root = pytest.mark.optional("only root may mount")


@contextmanager
def tmpfs(at: Path, size: str) -> Iterator[Path]:
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)


def fill_up(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"f" * 4096)


def rename(source: FolderFromOutside, path: str, to: str) -> None:
    entry = source.connector.stat(path)
    assert entry is not None
    source.connector.rename(entry, to, key="1", step=no_step)


def test_a_local_disk_renames_by_one_atomic_call_and_the_probe_leaves_nothing(tmp_path: Path):
    source = FolderFromOutside(tmp_path)
    assert source.connector.protocol("") == "noreplace"
    assert names(tmp_path) == []


def test_a_mount_is_probed_once(tmp_path: Path):
    source = FolderFromOutside(tmp_path)
    (tmp_path / "a").mkdir()
    source.connector.protocol("")
    before = (tmp_path / "a").stat().st_mtime_ns
    assert source.connector.protocol("a") == "noreplace"
    assert (tmp_path / "a").stat().st_mtime_ns == before


def test_what_a_killed_probe_left_is_removed_later(tmp_path: Path):
    (tmp_path / ".rn-probe-0123-a").write_bytes(b"old")
    (tmp_path / ".rn-probe-4567-a").write_bytes(b"of a probe that runs now")
    os.utime(tmp_path / ".rn-probe-0123-a", (1, 1))
    FolderFromOutside(tmp_path).connector.protocol("")
    assert names(tmp_path) == [".rn-probe-4567-a"]


def test_limits_are_found_out_without_writing(tmp_path: Path):
    (tmp_path / "IMG_1.jpg").write_bytes(b"x")
    before = tmp_path.stat().st_mtime_ns
    assert FolderFromOutside(tmp_path).connector.limits("") == Limits(255, case_sensitive=True)
    assert tmp_path.stat().st_mtime_ns == before


def test_a_disk_that_ignores_case_is_known_by_a_file_on_it(tmp_path: Path):
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--ignore-case") as disk:
        (disk / "IMG_1.jpg").write_bytes(b"x")
        assert not FolderFromOutside(disk).connector.limits("").case_sensitive


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_disk_that_stores_names_in_one_form_is_known_by_a_file_on_it(tmp_path: Path, form: Literal["NFC", "NFD"]):
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--nfd") as disk:
        (disk / unicodedata.normalize(form, "Ähre.jpg")).write_bytes(b"x")
        assert FolderFromOutside(disk).connector.limits("").unicode_form == "NFD"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_disk_that_keeps_names_as_they_are_given_has_no_form(tmp_path: Path, form: Literal["NFC", "NFD"]):
    (tmp_path / unicodedata.normalize(form, "Ähre.jpg")).write_bytes(b"x")
    assert FolderFromOutside(tmp_path).connector.limits("").unicode_form == ""


def test_on_a_disk_that_stores_names_as_a_mac_does_a_name_is_what_the_folder_lists(tmp_path: Path):
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--nfd") as disk:
        (disk / "IMG_1.jpg").write_bytes(b"x")
        source = FolderFromOutside(disk)
        entry = source.connector.stat("IMG_1.jpg")
        assert entry is not None
        done = source.connector.rename(entry, "Mühle.jpg", key="1", step=no_step)
        assert done.path == unicodedata.normalize("NFD", "Mühle.jpg")
        assert [one.path for one in source.connector.scan()] == [done.path]
        assert source.connector.limits("").unicode_form == "NFD"


def test_two_names_that_differ_in_case_prove_that_case_counts(tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    os.link(tmp_path / "a.jpg", tmp_path / "A.JPG")
    assert FolderFromOutside(tmp_path).connector.limits("").case_sensitive


def test_a_fuse_disk_is_never_trusted_with_the_atomic_call(tmp_path: Path):
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk") as disk:
        assert FolderFromOutside(disk).connector.protocol("") == "link"
        assert names(disk) == []


def test_a_read_only_disk_can_be_looked_at_and_says_why_nothing_can_be_renamed(tmp_path: Path):
    (tmp_path / "backing").mkdir()
    (tmp_path / "backing" / "IMG_1.jpg").write_bytes(b"x")
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--read-only") as disk:
        source = FolderFromOutside(disk)
        assert [entry.path for entry in source.connector.scan()] == ["IMG_1.jpg"]
        assert source.connector.limits("").case_sensitive
        for act in (source.connector.check, lambda: source.connector.protocol("")):
            with pytest.raises(ConnectorError, match="mounted read-only") as caught:
                act()
            assert caught.value.permanent
        with pytest.raises(ConnectorError, match="mounted read-only"):
            rename(source, "IMG_1.jpg", "beach.jpg")


def test_the_atomic_call_is_found_by_its_number_where_the_c_library_is_older(tmp_path: Path):
    call = kernel._by_number()
    assert call is not None
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert call(folder, b"a", folder, b"b", 1) == -1
        assert call(folder, b"a", folder, b"c", 1) == 0
    finally:
        os.close(folder)
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == {"b": "b", "c": "a"}


@as_root
def test_a_folder_that_is_mounted_again_read_only(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("not root")
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "IMG_1.jpg").write_bytes(b"x")
    (tmp_path / "shown").mkdir()
    subprocess.run(["mount", "--bind", tmp_path / "real", tmp_path / "shown"], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", tmp_path / "shown"], check=True)
        source = FolderFromOutside(tmp_path / "shown", "noreplace")
        for act in (source.connector.check, lambda: rename(source, "IMG_1.jpg", "beach.jpg")):
            with pytest.raises(ConnectorError, match="mounted read-only"):
                act()
    finally:
        subprocess.run(["umount", tmp_path / "shown"], check=True)


def test_a_folder_without_permission_is_said_and_the_rest_goes_on(tmp_path: Path):
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--locked=private") as disk:
        source = FolderFromOutside(disk)
        source.put("private/IMG_1.jpg", b"x")
        source.put("IMG_2.jpg", b"x")
        found = {entry.path: entry.problem for entry in source.connector.scan()}
        assert found.keys() == {"private", "IMG_2.jpg"}
        assert "permission" in found["private"]
        with pytest.raises(ConnectorError, match="permission"):
            source.connector.protocol("private")
        with pytest.raises(ConnectorError, match="permission"):
            FolderFromOutside(disk / "private").connector.check()


@pytest.mark.parametrize("room", [0, 5_000, 12_000])
def test_a_copy_that_fills_the_disk_leaves_everything_as_it_was(tmp_path: Path, room: int):
    photo = b"p" * 10_000
    with fuse.mounted(tmp_path / "backing", tmp_path / "disk", "--no-links", f"--space={30_000}") as disk:
        source = FolderFromOutside(disk)
        source.put("IMG_1.jpg", photo)
        assert source.connector.protocol("") == "copy"
        filling = b"f" * (20_000 - room)
        source.put("filling", filling)
        if room < len(photo):
            with pytest.raises(ConnectorError, match="full"):
                rename(source, "IMG_1.jpg", "beach.jpg")
            assert source.everything() == {"IMG_1.jpg": photo, "filling": filling}
            source.remove("filling")
        rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything().get("beach.jpg") == photo
        assert "IMG_1.jpg" not in source.everything()


@as_root
@pytest.mark.parametrize("protocol", ["noreplace", "link", "copy"])
def test_a_full_memory_disk(tmp_path: Path, protocol: str):
    if os.geteuid() != 0:
        pytest.skip("not root")
    with tmpfs(tmp_path / "disk", "64k") as disk:
        source = FolderFromOutside(disk, protocol)  # type: ignore[arg-type]  # from a list of them
        source.put("IMG_1.jpg", b"p" * 10_000)
        fill_up(disk)
        with pytest.raises(ConnectorError, match="full"):
            source.connector.check()
        if protocol == "copy":
            with pytest.raises(ConnectorError, match="full"):
                rename(source, "IMG_1.jpg", "beach.jpg")
            assert names(disk) == ["IMG_1.jpg", "filling"]
            (disk / "filling").unlink()
        rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.get("beach.jpg") == b"p" * 10_000
        assert not [name for name in names(disk) if name not in ("beach.jpg", "filling")]


@as_root
def test_a_disk_that_is_full_when_it_is_probed_says_so(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("not root")
    with tmpfs(tmp_path / "disk", "16k") as disk:
        fill_up(disk)
        with pytest.raises(ConnectorError, match="full"):
            FolderFromOutside(disk).connector.protocol("")
        assert names(disk) == ["filling"]


@as_root
def test_a_rename_does_not_cross_over_to_another_disk(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("not root")
    with tmpfs(tmp_path / "card", "1m"):
        source = FolderFromOutside(tmp_path)
        source.put("IMG_1.jpg", b"x")
        with pytest.raises(ConnectorError, match="another file system"):
            rename(source, "IMG_1.jpg", "card/beach.jpg")
        assert source.everything() == {"IMG_1.jpg": b"x"}


@pytest.mark.parametrize("works", [mounts._noreplace_works, mounts._link_works, mounts._exclusive_creation_works])
def test_each_protocol_is_probed_by_trying(tmp_path: Path, works: Callable[[Place, Place, Place], bool]):
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with mounts._probe_files(folder) as places:
            assert works(*places)
    finally:
        os.close(folder)
    assert names(tmp_path) == []
