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
    assert all(line["to"] == line["path"] for line in said.lines if line["state"] == "failed")
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


def test_companions_come_back_with_their_picture(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    (home.pictures / "IMG_0001.xmp").write_text("<x/>")
    before = home.snapshot()
    new = home.rename().names()["IMG_0001.JPG"]

    said = home.run("undo", home.pictures / new, "--json")

    assert said.exit_code == 0
    assert [line["companions"] for line in said.lines] == [["IMG_0001.xmp"]]
    assert home.snapshot() == before


def test_a_sidecar_names_its_picture(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    (home.pictures / "IMG_0001.xmp").write_text("<x/>")
    before = home.snapshot()
    stem = Path(home.rename().names()["IMG_0001.JPG"]).stem

    assert home.run("undo", home.pictures / f"{stem}.xmp").exit_code == 0
    assert home.snapshot() == before


def test_a_sidecar_that_was_removed_does_not_keep_its_picture_from_its_old_name(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    (home.pictures / "IMG_0001.xmp").write_text("<x/>")
    stem = Path(home.rename().names()["IMG_0001.JPG"]).stem
    (home.pictures / f"{stem}.xmp").unlink()

    assert home.run("undo").exit_code == 0
    assert home.tree() == {"IMG_0001.JPG"}


def test_undo_says_which_name_came_back(renamed: Home):
    said = renamed.run("undo", "--json")

    assert {"IMG_0001.JPG", "sub/IMG_0002.png"} == set(said.names().values())


def test_an_undo_that_could_not_reach_the_disk_can_be_repeated(renamed: Home):
    renamed.pictures.rename(renamed.root / "unplugged")
    assert renamed.run("undo", "--last").exit_code == 1
    (renamed.root / "unplugged").rename(renamed.pictures)

    assert renamed.run("undo", "--last").exit_code == 0
    assert renamed.snapshot() == renamed.before


def test_a_batch_that_was_taken_back_says_so(renamed: Home):
    number = str(renamed_history(renamed)[0]["batch"])
    renamed.run("undo", number)

    assert f"Batch {number} was taken back already." in renamed.run("undo", number).errors


def test_a_number_beyond_all_batches_is_an_answer_and_no_crash(renamed: Home):
    assert "is known of '99999999999999999999'" in renamed.run("undo", "9" * 20).errors


def test_two_acts_on_one_picture_are_taken_back_the_newer_one_first(renamed: Home):
    first = str(renamed_history(renamed)[0]["batch"])
    renamed.rename("--all", "--again", "--keywords", "lighthouse")
    second = str(renamed_history(renamed)[-1]["batch"])

    assert renamed.run("undo", first, second).exit_code == 0
    assert renamed.snapshot() == renamed.before
