"""`image-renamer undo` and `history`: the way back."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from tests.home import Home


@pytest.fixture
def renamed(home: Home) -> Home:
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("sub/IMG_0002.png", seed=2)
    home.before = home.snapshot()
    home.rename()
    assert "IMG_0001.JPG" not in home.tree()
    return home


def test_undo_puts_back_names_bytes_times_and_modes(renamed: Home):
    said = renamed.run("undo", "--last", "--json")

    assert said.exit_code == 0
    assert set(said.states().values()) == {"undone"}
    assert renamed.snapshot() == renamed.before


def test_undo_without_a_word_takes_back_the_last_command(renamed: Home):
    assert renamed.run("undo").exit_code == 0
    assert renamed.snapshot() == renamed.before


@pytest.mark.parametrize("by", ["old name", "new name", "folder", "batch"])
def test_what_to_undo_is_said_by_name_folder_or_batch(renamed: Home, by: str):
    (new,) = (name for name in renamed.tree() if "/" not in name)
    (batch,) = {line["batch"] for line in renamed_history(renamed)}
    what: dict[str, str | Path] = {
        "old name": renamed.pictures / "IMG_0001.JPG",
        "new name": renamed.pictures / new,
        "folder": renamed.pictures,
        "batch": str(batch),
    }

    assert renamed.run("undo", what[by]).exit_code == 0
    assert "IMG_0001.JPG" in renamed.tree()
    assert ("sub/IMG_0002.png" in renamed.tree()) == (by in {"folder", "batch"})


def renamed_history(home: Home) -> list[dict[str, Any]]:
    return home.run("history", "--json").lines


def test_undo_twice_says_that_there_is_nothing_left(renamed: Home):
    renamed.run("undo")

    said = renamed.run("undo")

    assert said.exit_code == 1
    assert "nothing to undo" in said.errors


def test_an_old_name_that_is_taken_by_now_is_refused_and_the_rest_is_put_back(renamed: Home):
    (renamed.pictures / "IMG_0001.JPG").write_bytes(b"a stranger's")

    said = renamed.run("undo", "--json")

    assert said.exit_code == 1
    assert sorted(said.states().values()) == ["failed", "undone"]
    assert (renamed.pictures / "IMG_0001.JPG").read_bytes() == b"a stranger's"
    assert len(renamed.tree()) == 3


def test_an_edited_picture_gets_its_old_name_back_and_keeps_its_new_bytes(renamed: Home):
    (new,) = (renamed.pictures / name for name in renamed.tree() if "/" not in name)
    ImageEnhance.Brightness(Image.open(new)).enhance(1.1).save(new)
    edited = new.read_bytes()

    said = renamed.run("undo", "--json")

    assert said.exit_code == 0
    assert any("changed since" in str(line["reason"]) for line in said.lines)
    assert (renamed.pictures / "IMG_0001.JPG").read_bytes() == edited


def test_a_strangers_picture_under_the_new_name_is_left_alone(renamed: Home):
    (new,) = (name for name in renamed.tree() if "/" not in name)
    (renamed.pictures / new).unlink()
    renamed.photo(new, seed=99)
    before = renamed.contents()

    said = renamed.run("undo", "--json")

    assert said.exit_code == 1
    assert any("shows another picture" in str(line["reason"]) for line in said.lines)
    assert renamed.contents() == before
    assert new in renamed.tree()


def test_a_file_that_was_renamed_again_names_the_act_to_undo_first(renamed: Home):
    first = renamed_history(renamed)[0]["batch"]
    renamed.rename("--all", "--again", "--keywords", "lighthouse")

    said = renamed.run("undo", str(first), "--json")

    assert said.exit_code == 1
    assert all("undo that first" in str(line["reason"]) for line in said.lines)
    renamed.run("undo", "--last")
    renamed.run("undo", "--last")
    assert renamed.snapshot() == renamed.before


def test_history_tells_when_and_from_what_and_what_was_undone(renamed: Home):
    renamed.run("undo", renamed.pictures / "IMG_0001.JPG")

    lines = renamed_history(renamed)

    assert [line["state"] for line in sorted(lines, key=lambda line: str(line["from"]))] == ["undone", "done"]
    assert all(line["at"] and line["sha256"] for line in lines)
    assert renamed.run("history", renamed.pictures / "sub", "--json").lines == [
        line for line in lines if "IMG_0002" in str(line["from"])
    ]


def test_after_an_undo_the_pictures_may_be_renamed_again(renamed: Home):
    names = renamed.tree()
    renamed.run("undo")

    renamed.rename()

    assert renamed.tree() == names
