"""Other programs that know photos by their names: said before the first name changes, and once."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from appliance import downstream
from appliance.downstream import Program
from tests import companions
from tests.home import Home

TRACES = {
    "Lightroom/Lightroom Catalog.lrcat": Program.LIGHTROOM,
    "Fotos.photoslibrary/database/Photos.sqlite": Program.APPLE_PHOTOS,
    "Session.cosessiondb": Program.CAPTURE_ONE,
    "digikam4.db": Program.DIGIKAM,
    "upload/.immich": Program.IMMICH,
    ".photoprism/config.yml": Program.PHOTOPRISM,
    ".picasa.ini": Program.PICASA,
    "2024/@eaDir/IMG_0001.JPG/SYNOPHOTO_THUMB_M.jpg": Program.SYNOLOGY,
}


def put(home: Home, path: str, text: str = "x") -> None:
    there = home.pictures / path
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text(text)


@pytest.mark.parametrize(("path", "program"), TRACES.items(), ids=lambda value: str(value))
@pytest.mark.parametrize("apply", [False, True])
def test_a_program_is_named_with_what_it_may_lose_and_what_to_do(home: Home, path: str, program: Program, apply: bool):
    home.photo("IMG_0001.JPG")
    put(home, path)

    said = home.rename(apply=apply)

    trace = downstream.Trace(program, path)
    assert program in said.errors
    assert trace.loses in said.errors
    assert trace.remedy in said.errors
    assert said.exit_code == 0
    assert said.lines  # what is for programs stays for programs
    assert ("IMG_0001.JPG" in home.tree()) is not apply


@pytest.mark.parametrize(
    ("text", "program"),
    [(companions.darktable("IMG_0001.JPG"), Program.DARKTABLE), (companions.adobe("JPG"), Program.LIGHTROOM)],
)
def test_a_program_is_known_by_what_it_writes_into_sidecars(home: Home, text: str, program: Program):
    home.photo("IMG_0001.JPG")
    put(home, "IMG_0001.xmp", text)
    assert program in home.rename(apply=False).errors


def test_a_tree_without_traces_has_no_warning(home: Home):
    home.photo("IMG_0001.JPG")
    put(home, "IMG_0001.xmp", "<x/>")
    put(home, "notes.txt")
    assert "Other programs" not in home.rename().errors


def test_after_the_first_rename_nothing_more_is_said(home: Home):
    home.photo("IMG_0001.JPG")
    put(home, "digikam4.db")
    assert "digiKam" in home.rename().errors
    home.photo("IMG_0002.JPG", seed=2)
    assert "digiKam" not in home.rename().errors


def test_another_folder_of_the_same_source_is_another_tree(home: Home):
    for folder in ("one", "two"):
        home.photo(f"{folder}/IMG_0001.JPG")
        put(home, f"{folder}/digikam4.db")
    home.rename(apply=False)
    assert "digiKam" in home.rename(home.pictures / "one").errors
    assert "digiKam" in home.rename(home.pictures / "two").errors


def test_a_photo_library_is_left_alone(home: Home):
    photo = home.photo("Fotos.photoslibrary/originals/0/IMG_0001.JPG")
    home.rename()
    assert photo.exists()


@pytest.mark.parametrize(("answer", "renamed"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_at_a_terminal_it_asks_first(home: Home, answer: str, renamed: bool):
    home.photo("IMG_0001.JPG")
    put(home, "digikam4.db")
    shown = at_a_terminal(home, answer, "rename", home.pictures, "--apply")
    assert "Rename all the same? [y/N]" in shown
    assert ("IMG_0001.JPG" in home.tree()) is not renamed
    assert "Traceback" not in shown


def test_with_yes_it_does_not_ask(home: Home):
    home.photo("IMG_0001.JPG")
    put(home, "digikam4.db")
    shown = at_a_terminal(home, "", "rename", home.pictures, "--apply", "--yes")
    assert "digiKam" in shown
    assert "Rename all the same?" not in shown
    assert "IMG_0001.JPG" not in home.tree()


def at_a_terminal(home: Home, answer: str, *arguments: str | Path) -> str:
    """What a terminal shows of a command to which somebody types an answer."""
    controller, terminal = pty.openpty()
    command = home.command(*arguments)
    environment = home.process_environment() | {"COLUMNS": "200"}
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as program:
        os.close(terminal)
        os.write(controller, answer.encode())
        shown = b""
        try:
            while part := os.read(controller, 1 << 16):
                shown += part
        except OSError:  # what a terminal says when the last program has left it
            pass
        os.close(controller)
    assert program.returncode is not None
    return shown.decode()
