"""An image and the files that belong to it: one stem for all, before and after."""

import os
import signal
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from tests import companions
from tests.home import Home

RAW = b"II*\0a raw file"
NOON = "2024:05:17 12:00:00"
AN_HOUR_LATER = datetime(2024, 5, 17, 13, 0, 0)  # noqa: DTZ001  # by the camera's clock


@pytest.fixture
def renamed(home: Home) -> Home:
    """IMG_0001.JPG has its new name."""
    home.photo("IMG_0001.JPG", seed=1, exif={0x9003: NOON})
    home.rename()
    return home


def stem(home: Home) -> str:
    (line,) = [one for one in home.run("history", "--json").lines if str(one["from"]).endswith("IMG_0001.JPG")]
    return Path(str(line["to"])).stem


def test_the_film_of_a_live_photo_follows_the_still_with_its_identifier(home: Home):
    companions.still(home, "IMG_0001.JPG", "11111111-AAAA", seed=1)
    companions.film(home, "IMG_0001.MOV", "22222222-bbbb")
    companions.still(home, "IMG_0002.JPG", "22222222-BBBB", seed=2)
    companions.film(home, "IMG_0002(1).MOV", "11111111-aaaa")
    before = home.snapshot()

    names = home.rename().names()

    first = names["IMG_0001.JPG"].removesuffix(".jpg")
    second = names["IMG_0002.JPG"].removesuffix(".jpg")
    assert home.tree() == {f"{first}.jpg", f"{first}.mov", f"{second}.jpg", f"{second}.mov"}
    assert b"11111111-aaaa" in (home.pictures / f"{first}.mov").read_bytes()
    home.run("undo", "--last")
    assert home.snapshot() == before


def test_the_film_of_a_live_photo_in_heic_follows_its_still(home: Home):
    companions.still(home, "IMG_0001.HEIC", "11111111-AAAA", seed=1)
    companions.still(home, "IMG_0002.HEIC", "22222222-BBBB", seed=2)
    companions.film(home, "IMG_0001.MOV", "22222222-BBBB")
    before = home.snapshot()

    second = home.rename().names()["IMG_0002.HEIC"].removesuffix(".heic")

    assert {f"{second}.heic", f"{second}.mov"} < home.tree()
    home.run("undo", "--last")
    assert home.snapshot() == before


def test_a_film_of_another_hour_is_not_the_film_of_a_photo_with_its_number(home: Home):
    companions.still(home, "IMG_0001.JPG", taken=NOON)
    companions.film(home, "IMG_0001.MOV", created_at=AN_HOUR_LATER.replace(minute=7))
    home.rename()
    assert "IMG_0001.MOV" in home.tree()


def test_sidecars_name_the_files_by_their_new_names_and_undo_gives_them_back_their_bytes(home: Home):
    home.photo("IMG_0001.JPG")
    (home.pictures / "IMG_0001.CR2").write_bytes(RAW)
    (home.pictures / "IMG_0001.CR2.xmp").write_text(companions.darktable("IMG_0001.CR2"))
    (home.pictures / "IMG_0001.xmp").write_text(companions.adobe("CR2", "IMG_0001.CR2"))
    before = {name: seen[:3] for name, seen in home.snapshot().items()}  # without inodes

    home.rename()

    raw = f"{stem(home)}.cr2"
    assert f'xmpMM:DerivedFrom="{raw}"' in (home.pictures / f"{raw}.xmp").read_text()
    assert 'PreservedFileName="IMG_0001.CR2"' in (home.pictures / f"{raw}.xmp").read_text()
    assert f"<crs:RawFileName>{raw}<" in (home.pictures / f"{stem(home)}.xmp").read_text()
    home.run("undo", "--last")
    assert {name: seen[:3] for name, seen in home.snapshot().items()} == before


def test_a_sidecar_that_was_edited_after_the_rename_keeps_the_edit_when_it_is_undone(home: Home):
    home.photo("IMG_0001.JPG")
    (home.pictures / "IMG_0001.JPG.xmp").write_text(companions.darktable("IMG_0001.JPG"))
    home.rename()
    sidecar = home.pictures / f"{stem(home)}.jpg.xmp"
    sidecar.write_text(sidecar.read_text().replace('applied="1"', 'applied="2"'))

    home.run("undo", "--last")

    expected = companions.darktable("IMG_0001.JPG").replace('applied="1"', 'applied="2"')
    assert (home.pictures / "IMG_0001.JPG.xmp").read_text() == expected


@pytest.mark.parametrize("wanted", ["IMG_0001.xmp", "IMG_0001.JPG.xmp", "IMG_0001.AAE", "IMG_0001.JPG.json"])
def test_a_sidecar_that_comes_later_takes_the_name_of_its_image(renamed: Home, wanted: str):
    (renamed.pictures / wanted).write_text("<x/>")
    said = renamed.rename(apply=False)
    ending = wanted.removeprefix("IMG_0001").lower()
    assert said.names()[wanted] == stem(renamed) + ending
    assert said.states()[wanted] == "proposed"
    assert wanted in renamed.tree()

    assert renamed.rename().states()[wanted] == "renamed"

    assert renamed.tree() == {f"{stem(renamed)}.jpg", stem(renamed) + ending}


def test_a_latecomer_that_names_its_image_names_it_by_the_new_name(renamed: Home):
    (renamed.pictures / "IMG_0001.JPG.xmp").write_text(companions.darktable("IMG_0001.JPG"))
    renamed.rename()
    text = (renamed.pictures / f"{stem(renamed)}.jpg.xmp").read_text()
    assert f'xmpMM:DerivedFrom="{stem(renamed)}.jpg"' in text


def test_a_copy_in_another_format_that_comes_later_takes_the_name_of_its_image(renamed: Home):
    renamed.photo("IMG_0001.webp", seed=1)
    renamed.rename()
    assert renamed.tree() == {f"{stem(renamed)}.jpg", f"{stem(renamed)}.webp"}


def test_another_photo_with_the_same_number_gets_a_name_of_its_own(renamed: Home):
    renamed.photo("IMG_0001.webp", seed=2)
    renamed.rename()
    assert f"{stem(renamed)}.webp" not in renamed.tree()
    assert len({name.partition(".")[0] for name in renamed.tree()}) == 2


def test_a_new_photo_under_the_old_name_keeps_its_own_sidecar(renamed: Home):
    renamed.photo("IMG_0001.JPG", seed=2)
    (renamed.pictures / "IMG_0001.xmp").write_text("<x/>")
    before = renamed.tree()
    names = renamed.rename().names()
    new = names["IMG_0001.JPG"].removesuffix(".jpg")
    assert renamed.tree() == before - {"IMG_0001.JPG", "IMG_0001.xmp"} | {f"{new}.jpg", f"{new}.xmp"}


def test_the_film_of_a_live_photo_may_come_later(home: Home):
    companions.still(home, "IMG_0001.JPG", "11111111-AAAA")
    home.rename()
    companions.film(home, "IMG_0001.MOV", "11111111-AAAA")
    home.rename()
    assert home.tree() == {f"{stem(home)}.jpg", f"{stem(home)}.mov"}


def test_a_latecomer_finds_an_image_that_was_renamed_twice_since(renamed: Home):
    renamed.rename("--again", "--all", "--template", "trip-{subject}")
    (name,) = renamed.tree()
    (renamed.pictures / "IMG_0001.JPG.xmp").write_text(companions.darktable("IMG_0001.JPG"))
    renamed.rename()
    assert renamed.tree() == {name, f"{name}.xmp"}
    assert f'xmpMM:DerivedFrom="{name}"' in (renamed.pictures / f"{name}.xmp").read_text()


def test_a_latecomer_of_an_image_that_was_moved_away_keeps_its_name(renamed: Home):
    (photo,) = renamed.pictures.iterdir()
    photo.rename(renamed.pictures / "mine.jpg")
    (renamed.pictures / "IMG_0001.xmp").write_text("<x/>")
    renamed.rename()
    assert renamed.tree() == {"mine.jpg", "IMG_0001.xmp"}


def test_undo_of_an_image_takes_back_what_joined_it_later(renamed: Home):
    (renamed.pictures / "IMG_0001.xmp").write_text("<x/>")
    before = renamed.contents()
    renamed.rename()

    assert renamed.run("undo", "1").exit_code == 0

    assert renamed.tree() == {"IMG_0001.JPG", "IMG_0001.xmp"}
    assert renamed.contents() == before


def test_undo_of_the_latecomer_alone_leaves_the_image_its_name(renamed: Home):
    (renamed.pictures / "IMG_0001.JPG.xmp").write_text(companions.darktable("IMG_0001.JPG"))
    renamed.rename()
    said = renamed.run("undo", "--last", "--json")
    assert [line["state"] for line in said.lines] == ["undone"]
    assert renamed.tree() == {f"{stem(renamed)}.jpg", "IMG_0001.JPG.xmp"}
    assert (renamed.pictures / "IMG_0001.JPG.xmp").read_text() == companions.darktable("IMG_0001.JPG")
    renamed.rename()
    assert renamed.tree() == {f"{stem(renamed)}.jpg", f"{stem(renamed)}.jpg.xmp"}


def test_where_the_new_name_is_taken_the_latecomer_keeps_its_own_and_it_is_said(renamed: Home):
    (renamed.pictures / "IMG_0001.xmp").write_text("<x/>")
    (renamed.pictures / f"{stem(renamed)}.xmp").write_text("a stranger's")
    before = renamed.snapshot()

    said = renamed.rename()

    assert renamed.snapshot() == before
    assert said.states()["IMG_0001.xmp"] == "failed"
    (line,) = [one for one in said.lines if one["path"] == "IMG_0001.xmp"]
    assert line["reason"].startswith("IMG_0001.xmp keeps its name:")


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("call", ["renameat2", "fsync"])
def test_killed_while_it_joins_the_next_run_puts_it_right(renamed: Home, call: str, number: int):
    (renamed.pictures / "IMG_0001.JPG.xmp").write_text(companions.darktable("IMG_0001.JPG"))
    (renamed.pictures / "IMG_0001.AAE").write_text("<plist/>")
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", f"--trace={call}"]
    tracer += [f"--inject={call}:signal=SIGKILL:when={number}"]
    command = renamed.command("rename", renamed.pictures, "--apply")
    killed = subprocess.run([*tracer, *command], capture_output=True, env=renamed.process_environment())
    assert killed.returncode in {0, -signal.SIGKILL, 128 + signal.SIGKILL}, killed.stderr.decode()

    renamed.rename()

    new = stem(renamed)
    visible = {name for name in renamed.tree() if not name.startswith(".rn-probe-")}
    assert visible == {f"{new}.jpg", f"{new}.jpg.xmp", f"{new}.aae"}
    assert f'DerivedFrom="{new}.jpg"' in (renamed.pictures / f"{new}.jpg.xmp").read_text()


def test_no_file_is_left_open(renamed: Home):
    """Films and sidecars are opened to look at them, and closed."""
    for number in range(2, 40):
        companions.still(renamed, f"IMG_{number:04}.JPG", f"{number:08}-AAAA", seed=number)
        companions.film(renamed, f"IMG_{number:04}.MOV", f"{number:08}-AAAA")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # descriptors are no files
    renamed.rename()
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # noqa: PTH208
