"""Bad input is said for that file with its remedy; the rest goes on, and nothing is lost."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.home import Home


def fill(path: Path) -> None:
    """Writes until nothing more fits on the disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def run_at_once(commands: list[list[str]], environment: dict[str, str]) -> list[tuple[int, str]]:
    """The exit codes, and what was said on stderr."""
    runs = [
        subprocess.Popen(one, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for one in commands
    ]
    errors = [run.communicate()[1] for run in runs]
    return [(run.returncode, said) for run, said in zip(runs, errors, strict=True)]


def assert_ended_in_good_order(ended: list[tuple[int, str]]) -> None:
    """What another run is working on is a failure of this one, but none that it did not expect."""
    assert {code for code, _ in ended} <= {0, 1}, ended
    assert not [errors for _, errors in ended if "Traceback" in errors], ended


def reason(said, path: str) -> str:
    (line,) = (line for line in said.lines if line["path"] == path)
    return str(line["reason"])


@pytest.fixture
def with_a_good_one(home: Home) -> Home:
    home.photo("IMG_0001.JPG", seed=1)
    return home


def test_a_truncated_picture_is_said_and_keeps_its_name(with_a_good_one: Home):
    broken = with_a_good_one.photo("IMG_0002.JPG", seed=2)
    broken.write_bytes(broken.read_bytes()[:2000])
    os.utime(broken, (1, 1))

    said = with_a_good_one.rename()

    assert said.exit_code == 1
    assert said.states() == {"IMG_0001.JPG": "renamed", "IMG_0002.JPG": "failed"}
    assert "ends before its picture does" in reason(said, "IMG_0002.JPG")


def test_what_is_no_picture_at_all_is_said(with_a_good_one: Home):
    (with_a_good_one.pictures / "IMG_0002.JPG").write_bytes(b"#!/bin/sh\nrm -rf /\n" * 100)
    os.utime(with_a_good_one.pictures / "IMG_0002.JPG", (1, 1))

    said = with_a_good_one.rename()

    assert said.states() == {"IMG_0001.JPG": "renamed", "IMG_0002.JPG": "failed"}


def test_a_name_that_is_no_utf8_is_said_and_the_rest_goes_on(with_a_good_one: Home):
    good = with_a_good_one.photo("good.jpg", seed=5)
    os.link(os.fsencode(good), os.fsencode(with_a_good_one.pictures) + b"/IMG_\xff\xfe.jpg")

    said = with_a_good_one.rename()

    assert said.exit_code == 1
    assert "renamed" in said.states().values()
    assert any("UTF-8" in str(line["reason"]) for line in said.lines)


def test_a_file_that_is_being_written_by_a_program_is_left_alone(with_a_good_one: Home):
    photo = with_a_good_one.photo("IMG_0002.JPG", seed=2)
    with photo.open("ab") as writer:
        writer.write(b"")

        said = with_a_good_one.rename()

    assert said.states() == {"IMG_0001.JPG": "renamed", "IMG_0002.JPG": "failed"}
    assert "still being written" in reason(said, "IMG_0002.JPG")


def test_an_empty_folder_is_no_failure(home: Home):
    said = home.run("rename", home.pictures)

    assert said.exit_code == 0
    assert "no images" in said.output


def test_hostile_names_are_renamed_and_can_be_undone(home: Home):
    hostile = [
        "IMG_0001 (1).JPG",
        "IMG_0002\nnewline.JPG",
        "-rf.JPG",
        "IMG_'\"$(reboot).JPG",
        "IMG_0005\x1b[31m.JPG",
        "IMG_😀.JPG",
        "IMG_" + "x" * 240 + ".JPG",
        "IMG_cafe\u0301.JPG",
        "IMG_caf\u00e9.JPG",
        "con.JPG",
        "IMG_\u202egpj.JPG",
    ]
    for seed, name in enumerate(hostile):
        home.photo(name, seed=seed)
    before = home.snapshot()

    home.rename("--all")
    assert not home.tree() & set(hostile)

    assert home.run("undo").exit_code == 0
    assert home.snapshot() == before


def test_two_runs_at_once_over_one_folder_lose_nothing_and_double_nothing(home: Home):
    for number in range(40):
        home.photo(f"IMG_{number:04}.JPG", seed=number)
    before = home.contents()
    command, environment = home.command("rename", home.pictures, "--apply"), home.process_environment()

    ended = run_at_once([command] * 3, environment)

    assert_ended_in_good_order(ended)
    assert home.contents() == before
    home.rename()
    assert not any(name.startswith("IMG_") for name in home.tree())
    assert len(home.run("history", "--json").lines) == 40


def test_two_runs_with_databases_of_their_own_lose_nothing_either(home: Home):
    for number in range(40):
        home.photo(f"IMG_{number:04}.JPG", seed=number)
    before = home.contents()
    commands = [home.command("rename", home.pictures, "--apply", data=data) for data in ("one", "two")]

    ended = run_at_once(commands, home.process_environment())

    assert_ended_in_good_order(ended)
    assert home.contents() == before


def test_links_are_never_followed(home: Home):
    outside = home.root / "outside"
    outside.mkdir()
    home.photo("../outside/IMG_0009.JPG", seed=9)
    (home.pictures / "link").symlink_to(outside)
    (home.pictures / "IMG_0010.JPG").symlink_to(outside / "IMG_0009.JPG")

    home.rename()

    assert {path.name for path in outside.iterdir()} == {"IMG_0009.JPG"}
    assert (home.pictures / "IMG_0010.JPG").is_symlink()


@pytest.mark.optional("only root may mount a small file system")
def test_a_full_disk_is_said_and_nothing_is_lost(home: Home):
    with mounted(home.root / "disk", "size=6m") as disk:
        small = Home(disk)
        small.pictures.mkdir()
        for number in range(10):
            small.photo(f"IMG_{number:04}.JPG", seed=number)
        before = small.contents()
        fill(disk / "filler")

        said = small.run("rename", small.pictures, "--apply")

        assert said.exit_code == 1
        assert "full" in said.errors
        assert before <= small.contents()
        (disk / "filler").unlink()
        small.rename()
        assert small.contents() == before
        assert not any(name.startswith("IMG_") for name in small.tree())


@pytest.mark.optional("only root may mount a file system")
def test_a_folder_that_cannot_be_renamed_in_does_not_keep_the_others_waiting(home: Home):
    home.photo("good/IMG_0001.JPG", seed=1)

    with mounted(home.pictures / "bad", "ro"):
        said = home.rename(home.pictures / "bad", home.pictures / "good")

    assert said.exit_code == 1
    assert sorted(said.states().values()) == ["failed", "renamed"]
    assert any("read-only" in str(line["reason"]) for line in said.lines)


def test_a_damaged_database_is_said_in_one_line(home: Home):
    (home.root / "data").mkdir()
    (home.root / "data" / "renamer.db").write_text("this is no database, whatever its name says" * 50)

    for command in ("history", "check"):
        said = home.run(command)
        assert said.exit_code == 1
        assert "file is not a database" in said.errors + said.output
        assert "Traceback" not in said.errors


def test_explain_of_a_pipe_does_not_wait_for_it(home: Home):
    os.mkfifo(home.pictures / "pipe.jpg")

    said = home.run("explain", home.pictures / "pipe.jpg")

    assert said.exit_code == 1
    assert "is no file" in said.errors
