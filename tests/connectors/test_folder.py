"""What is special about folders: links, attributes, owners, and names that are no text."""

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import connectors
from connectors import watchfolder
from connectors.base import ConnectorError, Entry, FileChanged, FileGone, Limited, NameTaken, Settles
from connectors.watchfolder import Options
from connectors.watchfolder.folder import Folder
from tests.connectors.conformance import no_step
from tests.connectors.folders import FolderFromOutside, names

LONG_AGO = 1_234_567_890_123_456_789

each_protocol = pytest.mark.parametrize("protocol", ["noreplace", "link", "copy"])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    return pictures


def opened(root: Path, protocol: watchfolder.Protocol | None = None, **options: object) -> Folder:
    return watchfolder.connect(msgspec.convert({"path": str(root)} | options, Options), protocol=protocol)


def photo(path: Path, data: bytes = b"photo") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path


def rename(folder: Folder, path: str, to: str) -> Entry:
    entry = folder.stat(path)
    assert entry is not None
    return folder.rename(entry, to, key="1", step=no_step)


# Options


def test_the_kind_is_found_by_its_name(pictures: Path):
    module = connectors.load("watchfolder")
    assert isinstance(module.connect(module.Options(path=str(pictures))), Folder)


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere", "does not exist"), ("a file.jpg", "is a file"), ("a file.jpg/inside", "does not exist")],
)
def test_a_path_that_is_no_folder_is_said_in_a_sentence(pictures: Path, path: str, said: str):
    photo(pictures / "a file.jpg")
    with pytest.raises(ConnectorError, match=said):
        opened(pictures / path)


@pytest.mark.parametrize("path", ["pictures", "", "~nobody-of-this-name/pictures"])
def test_a_path_that_depends_on_where_one_stands_is_refused(path: str):
    with pytest.raises((ConnectorError, msgspec.ValidationError), match=r"whole path|length"):
        watchfolder.connect(msgspec.convert({"path": path}, Options))


def test_an_unknown_option_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"path": "/", "recursiv": True}, Options)


def test_a_folder_may_itself_be_reached_through_a_link(pictures: Path, tmp_path: Path):
    photo(pictures / "IMG_1.jpg")
    (tmp_path / "link").symlink_to(pictures)
    folder = opened(tmp_path / "link")
    folder.check()
    rename(folder, "IMG_1.jpg", "beach.jpg")
    assert names(pictures) == ["beach.jpg"]


def test_its_optional_abilities_are_found(pictures: Path):
    assert isinstance(opened(pictures), Limited)
    assert isinstance(opened(pictures), Settles)


# Scanning


def test_only_the_folder_itself_where_that_is_wanted(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    photo(pictures / "more" / "IMG_2.jpg")
    assert [entry.path for entry in opened(pictures, recursive=False).scan()] == ["IMG_1.jpg"]


@pytest.mark.parametrize("glob", ["raw", "raw/*", "*_2.jpg", "**/IMG_2.jpg"])
def test_what_the_owner_ignores_is_left_out(pictures: Path, glob: str):
    photo(pictures / "IMG_1.jpg")
    photo(pictures / "raw" / "IMG_2.jpg")
    assert [entry.path for entry in opened(pictures, ignore=[glob]).scan()] == ["IMG_1.jpg"]


def test_links_are_not_followed(pictures: Path, tmp_path: Path):
    photo(tmp_path / "elsewhere" / "IMG_1.jpg")
    photo(pictures / "IMG_2.jpg")
    (pictures / "folder").symlink_to(tmp_path / "elsewhere")
    (pictures / "IMG_3.jpg").symlink_to(pictures / "IMG_2.jpg")
    (pictures / "IMG_4.jpg").symlink_to("nowhere")
    (pictures / "loop").symlink_to(pictures)
    assert [entry.path for entry in opened(pictures).scan()] == ["IMG_2.jpg"]


def test_pipes_sockets_and_devices_are_left_out(pictures: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(pictures / "pipe.jpg")
    monkeypatch.chdir(pictures)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.jpg")
        folder = opened(pictures)
        assert list(folder.scan()) == []
        assert folder.stat("pipe.jpg") is None
        for name in ("pipe.jpg", "socket.jpg"):
            with pytest.raises(FileGone):
                folder.open(name)


def test_a_name_that_is_no_utf8_is_reported_and_the_rest_goes_on(pictures: Path):
    (pictures / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    (pictures / os.fsdecode(b"\xffolder")).mkdir()
    photo(pictures / "IMG_1.jpg")
    found = {entry.path: entry for entry in opened(pictures).scan()}
    assert found.keys() == {"caf\\xe9.jpg", "\\xffolder", "IMG_1.jpg"}
    assert "UTF-8" in found["caf\\xe9.jpg"].problem
    assert not found["IMG_1.jpg"].problem
    assert "caf\\xe9.jpg" in list(opened(pictures).names(""))


def test_a_scan_opens_no_file(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    before = (pictures / "IMG_1.jpg").stat().st_atime_ns
    list(opened(pictures).scan())
    assert (pictures / "IMG_1.jpg").stat().st_atime_ns == before


def test_a_scan_of_a_folder_that_is_gone_says_so(pictures: Path):
    with pytest.raises(FileGone, match="summer"):
        list(opened(pictures).scan("summer"))


def test_a_root_that_is_gone_takes_no_picture_with_it(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    folder = opened(pictures)
    entry = folder.stat("IMG_1.jpg")
    assert entry is not None
    pictures.rename(pictures.parent / "unplugged")
    acts: list[Callable[[], object]] = [
        lambda: folder.stat("IMG_1.jpg"),
        lambda: folder.rename(entry, "x.jpg", key="1", step=no_step),
        folder.check,
    ]
    for act in acts:
        with pytest.raises(ConnectorError, match="plug in or mount") as caught:
            act()
        assert not isinstance(caught.value, FileGone)
        assert not caught.value.permanent


# Staying inside


@each_protocol
def test_a_folder_that_was_swapped_for_a_link_leads_nowhere(
    pictures: Path, tmp_path: Path, protocol: watchfolder.Protocol
):
    photo(pictures / "summer" / "IMG_1.jpg")
    photo(tmp_path / "private" / "IMG_1.jpg", b"private")
    folder = opened(pictures, protocol)
    entry = folder.stat("summer/IMG_1.jpg")
    assert entry is not None
    (pictures / "summer").rename(tmp_path / "summer")
    (pictures / "summer").symlink_to(tmp_path / "private")
    acts: list[Callable[[], object]] = [
        lambda: folder.open("summer/IMG_1.jpg"),
        lambda: list(folder.names("summer")),
        lambda: list(folder.scan("summer")),
        lambda: folder.stat("summer/IMG_1.jpg"),
        lambda: folder.rename(entry, "summer/beach.jpg", key="1", step=no_step),
        lambda: folder.rename(entry, "beach.jpg", key="1", step=no_step),
    ]
    for act in acts:
        with pytest.raises(ConnectorError):
            act()
    assert names(tmp_path / "private") == names(tmp_path / "summer") == ["IMG_1.jpg"]


@each_protocol
def test_a_link_is_never_renamed_and_never_written_through(pictures: Path, protocol: watchfolder.Protocol):
    photo(pictures / "IMG_1.jpg")
    photo(pictures / "IMG_2.jpg", b"two")
    folder = opened(pictures, protocol)
    entry = folder.stat("IMG_1.jpg")
    assert entry is not None
    (pictures / "IMG_1.jpg").rename(pictures / "real.jpg")
    (pictures / "IMG_1.jpg").symlink_to("real.jpg")
    (pictures / "dangling.jpg").symlink_to("nowhere.jpg")
    with pytest.raises(FileChanged):
        folder.rename(entry, "beach.jpg", key="1", step=no_step)
    with pytest.raises(NameTaken):
        rename(folder, "IMG_2.jpg", "dangling.jpg")
    assert names(pictures) == ["IMG_1.jpg", "IMG_2.jpg", "dangling.jpg", "real.jpg"]


def test_the_key_of_a_rename_cannot_lead_anywhere(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    folder = opened(pictures, "link")
    entry = folder.stat("IMG_1.jpg")
    assert entry is not None
    for key in ("../1", "", "a/b", "x" * 65, "a\0"):
        with pytest.raises(ConnectorError):
            folder.rename(entry, "beach.jpg", key=key, step=no_step)
    assert names(pictures) == ["IMG_1.jpg"]


def test_a_target_folder_that_does_not_exist_is_not_a_missing_photo(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    with pytest.raises(ConnectorError, match="make it") as caught:
        rename(opened(pictures), "IMG_1.jpg", "summer/beach.jpg")
    assert not isinstance(caught.value, FileGone)


# Keeping everything


@each_protocol
def test_mode_owner_times_and_attributes_stay(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.jpg")
    owner = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(path, *owner)
    path.chmod(0o604)
    os.setxattr(path, "user.rating", b"5")
    os.setxattr(path, "user.empty", b"")
    before = path.stat()
    rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    after = (pictures / "beach.jpg").stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (*owner, before.st_mode)
    assert (after.st_mtime_ns, after.st_size) == (LONG_AGO, before.st_size)
    assert {name: os.getxattr(pictures / "beach.jpg", name) for name in os.listxattr(pictures / "beach.jpg")} == {
        "user.rating": b"5",
        "user.empty": b"",
    }


@each_protocol
def test_access_lists_stay(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.jpg")
    subprocess.run(["setfacl", "--modify", "u:1234:r--,g:4321:rw-", path], check=True)
    before = _access_list(path)
    subprocess.run(["setfacl", "--default", "--modify", "u:999:rwx", pictures], check=True)
    rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    assert "user:1234:r--" in before
    assert _access_list(pictures / "beach.jpg") == before


@each_protocol
def test_a_default_access_list_of_the_folder_is_not_given_to_the_file(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.jpg")
    path.chmod(0o640)
    before = _access_list(path)
    subprocess.run(["setfacl", "--default", "--modify", "u:999:rwx", pictures], check=True)
    rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    assert _access_list(pictures / "beach.jpg") == before


def _access_list(path: Path) -> list[str]:
    said = subprocess.run(["getfacl", "--omit-header", "--numeric", "--absolute-names", path], capture_output=True)
    return said.stdout.decode().split()


@each_protocol
def test_a_file_that_may_not_be_written_is_renamed_all_the_same(pictures: Path, protocol: watchfolder.Protocol):
    photo(pictures / "IMG_1.jpg").chmod(0o444)
    rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    assert stat.S_IMODE((pictures / "beach.jpg").stat().st_mode) == 0o444


@pytest.mark.parametrize("protocol", ["noreplace", "link"])
def test_hard_links_stay(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.jpg")
    os.link(path, pictures / "album.jpg")
    before = path.stat()
    rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    after = (pictures / "beach.jpg").stat()
    assert (after.st_ino, after.st_nlink) == (before.st_ino, 2)
    assert names(pictures) == ["album.jpg", "beach.jpg"]


@each_protocol
def test_a_name_that_another_link_of_the_same_photo_has_is_taken(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.jpg")
    os.link(path, pictures / "beach.jpg")
    with pytest.raises(NameTaken):
        rename(opened(pictures, protocol), "IMG_1.jpg", "beach.jpg")
    assert names(pictures) == ["IMG_1.jpg", "beach.jpg"]


@each_protocol
def test_another_link_that_differs_in_case_only_is_taken(pictures: Path, protocol: watchfolder.Protocol):
    path = photo(pictures / "IMG_1.JPG")
    os.link(path, pictures / "img_1.jpg")
    with pytest.raises(NameTaken):
        rename(opened(pictures, protocol), "IMG_1.JPG", "img_1.jpg")
    assert names(pictures) == ["IMG_1.JPG", "img_1.jpg"]


def test_a_copy_does_not_cut_hard_links(pictures: Path):
    path = photo(pictures / "IMG_1.jpg")
    os.link(path, pictures / "album.jpg")
    with pytest.raises(ConnectorError, match="hard links"):
        rename(opened(pictures, "copy"), "IMG_1.jpg", "beach.jpg")
    assert names(pictures) == ["IMG_1.jpg", "album.jpg"]


# Whether a file is finished


def test_a_file_that_was_written_just_now_is_waited_for(pictures: Path):
    (pictures / "IMG_1.jpg").write_bytes(b"x")
    folder = opened(pictures)
    assert 0 < folder.unsettled(_seen(folder)) <= 5


def test_a_file_that_rests_is_finished(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    folder = opened(pictures)
    assert folder.unsettled(_seen(folder)) == 0


def test_a_file_that_a_program_holds_open_for_writing_is_unfinished_however_old_it_is(pictures: Path):
    path = photo(pictures / "IMG_1.jpg")
    folder = opened(pictures)
    with path.open("ab"):
        assert folder.unsettled(_seen(folder)) > 0
    assert folder.unsettled(_seen(folder)) == 0


def test_a_time_in_the_future_does_not_keep_a_file_waiting_for_ever(pictures: Path):
    path = photo(pictures / "IMG_1.jpg")
    os.utime(path, (4_000_000_000, 4_000_000_000))
    folder = opened(pictures)
    assert folder.unsettled(_seen(folder)) <= 5


def test_a_file_that_is_gone_is_not_waited_for(pictures: Path):
    photo(pictures / "IMG_1.jpg")
    folder = opened(pictures)
    entry = _seen(folder)
    (pictures / "IMG_1.jpg").unlink()
    assert folder.unsettled(entry) == 0


def _seen(folder: Folder) -> Entry:
    entry = folder.stat("IMG_1.jpg")
    assert entry is not None
    return entry


def test_descriptors_are_given_back(pictures: Path):
    for number in range(30):
        photo(pictures / "a" / "b" / f"IMG_{number}.jpg", b"%d" % number)
    for protocol in ("noreplace", "link", "copy"):
        source = FolderFromOutside(pictures, protocol)
        before = len(names(Path("/proc/self/fd")))
        for number, entry in enumerate(list(source.connector.scan())):
            source.connector.rename(entry, f"a/b/{protocol}-{number}.jpg", key=str(number), step=no_step)
            with pytest.raises(FileGone):
                source.connector.rename(entry, "a/gone.jpg", key="gone", step=no_step)
        assert len(names(Path("/proc/self/fd"))) == before
