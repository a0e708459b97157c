"""`image-renamer rename`: a folder before, the command, the folder after."""

import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.home import Home

GRAMMAR = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*\.(jpg|png|webp|gif|tif|bmp)$")


def test_without_apply_nothing_is_changed_and_every_name_is_shown(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("2024/DSC00012.png", seed=2)
    before = home.snapshot()

    said = home.rename(apply=False)

    assert home.snapshot() == before
    assert said.exit_code == 0
    assert said.states() == {"IMG_0001.JPG": "proposed", "2024/DSC00012.png": "proposed"}
    assert all(GRAMMAR.match(Path(name).name) for name in said.names().values())


def test_with_apply_the_files_get_the_names_that_were_shown(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("2024/DSC00012.png", seed=2)
    before = home.contents()
    shown = home.rename(apply=False).names()

    said = home.rename()

    assert set(said.states().values()) == {"renamed"}
    assert home.tree() == set(shown.values())
    assert home.contents() == before


def test_every_word_of_a_name_says_where_it_comes_from(home: Home):
    home.photo("IMG_0001.JPG")

    (line,) = home.rename("--keywords", "lighthouse museum", apply=False).lines

    assert {word["from"] for word in line["words"]} == {"pixels", "keyword"}


def test_a_second_run_proposes_nothing(home: Home):
    for number in range(5):
        home.photo(f"IMG_{number:04}.JPG", seed=number)
    home.rename()
    before = home.snapshot()

    for options in ((), ("--all",), ("--all", "--again")):
        said = home.rename(*options)
        assert set(said.states().values()) == {"kept"}

    assert home.snapshot() == before


def test_a_good_name_is_kept_unless_every_image_was_asked_for(home: Home):
    home.photo("red-vintage-car.jpg")

    assert home.rename(apply=False).states() == {"red-vintage-car.jpg": "kept"}
    assert home.rename("--all", apply=False).states() == {"red-vintage-car.jpg": "proposed"}


def test_images_that_get_the_same_words_get_names_of_their_own(home: Home):
    photo = home.photo("IMG_0001.JPG", seed=1)
    for number in range(2, 30):
        shutil.copy2(photo, home.pictures / f"IMG_{number:04}.JPG")
    before = home.contents()

    home.rename()

    assert len(home.tree()) == 29
    assert home.contents() == before
    assert all(GRAMMAR.match(name) for name in home.tree())


def test_a_name_that_a_stranger_holds_is_never_taken(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    wanted = home.rename(apply=False).names()["IMG_0001.JPG"]
    (home.pictures / wanted.upper()).write_bytes(b"a stranger's")

    home.rename()

    assert (home.pictures / wanted.upper()).read_bytes() == b"a stranger's"
    assert wanted not in home.tree()
    assert len(home.tree()) == 2


def test_mode_times_links_and_attributes_stay(home: Home):
    photo = home.photo("IMG_0001.JPG")
    photo.chmod(0o640)
    os.link(photo, home.root / "second-link")
    os.setxattr(photo, "user.note", b"kept")
    before = photo.stat()

    (name,) = home.rename().names().values()

    after = (home.pictures / name).stat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns, after.st_nlink, after.st_uid) == (
        before.st_ino,
        0o100640,
        before.st_mtime_ns,
        2,
        before.st_uid,
    )
    assert os.getxattr(home.pictures / name, "user.note") == b"kept"


def test_below_the_threshold_the_old_name_is_kept_for_review(home: Home):
    home.photo("IMG_0001.JPG")

    said = home.rename("--threshold", "1")

    assert said.states() == {"IMG_0001.JPG": "review"}
    assert said.exit_code == 0
    assert home.tree() == {"IMG_0001.JPG"}


def test_sub_folders_are_left_alone_where_that_was_asked(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("sub/IMG_0002.JPG", seed=2)

    assert home.rename("--no-recursive", apply=False).states() == {"IMG_0001.JPG": "proposed"}


def test_single_files_may_be_named_alone(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    photo = home.photo("IMG_0002.JPG", seed=2)

    assert home.rename(photo).states() == {"IMG_0002.JPG": "renamed"}
    assert "IMG_0001.JPG" in home.tree()


def test_no_more_than_the_limit_is_taken(home: Home):
    for number in range(5):
        home.photo(f"IMG_{number:04}.JPG", seed=number)

    assert len(home.rename("--limit", "2").lines) == 2
    assert len([name for name in home.tree() if name.startswith("IMG_")]) == 3


def test_names_come_from_the_file_itself_where_no_provider_is_wanted(home: Home):
    home.photo("IMG_0001.JPG", exif={0x9003: "2024:05:17 10:11:12"})

    said = home.rename("--provider", "none", "--template", "{date:%Y-%m-%d}-{original}", "--all")

    assert said.names() == {"IMG_0001.JPG": "2024-05-17-img-0001.jpg"}


def test_the_extension_agrees_with_the_bytes(home: Home):
    home.photo("IMG_0001.png").rename(home.pictures / "IMG_0001.JPG")

    (name,) = home.rename().names().values()

    assert name.endswith(".png")


def test_a_folder_inside_a_known_one_shares_its_history(home: Home):
    home.photo("2023/IMG_0001.JPG", seed=1)
    home.photo("2024/IMG_0002.JPG", seed=2)
    home.rename(home.pictures / "2023")
    home.rename(home.pictures)

    assert home.run("undo", home.pictures).exit_code == 0
    assert home.tree() == {"2023/IMG_0001.JPG", "2024/IMG_0002.JPG"}


def test_images_with_sidecars_and_raw_files_keep_one_stem(home: Home):
    home.photo("IMG_0001.JPG")
    for name in ("IMG_0001.CR2", "IMG_0001.xmp", "IMG_0001.JPG.xmp"):
        (home.pictures / name).write_bytes(name.encode())
    before = home.contents()

    (name,) = home.rename().names().values()

    stem = name.removesuffix(".jpg")
    assert home.tree() == {name, f"{stem}.cr2", f"{stem}.xmp", f"{stem}.jpg.xmp"}
    assert home.contents() == before


def test_a_path_that_does_not_exist_is_wrong_usage(home: Home):
    said = home.run("rename", home.pictures / "nowhere")

    assert said.exit_code == 2
    assert "nowhere" in said.errors


@pytest.mark.parametrize("option", [("--template", "{subjekt}"), ("--template", ""), ("--provider", "nobody")])
def test_an_unknown_token_or_provider_is_wrong_usage_and_lists_the_known_ones(home: Home, option: tuple[str, str]):
    said = home.run("rename", home.pictures, *option)

    assert said.exit_code == 2
    assert "subject" in said.errors or "canned" in said.errors


def test_a_person_reads_a_table_that_ends_with_what_to_do_next(home: Home):
    home.photo("IMG_0001.JPG")

    said = home.run("rename", home.pictures)

    assert "IMG_0001.JPG" in said.output
    assert "→" in said.output
    assert "1 image would be renamed. Nothing was changed; add --apply to rename." in said.output


def test_the_real_program_runs_as_a_process_of_its_own(home: Home):
    home.photo("IMG_0001.JPG")
    command = home.command("rename", home.pictures, "--json")

    ran = subprocess.run(command, env=home.process_environment(), capture_output=True, text=True, check=True)

    assert '"state":"proposed"' in ran.stdout


def test_a_picture_may_take_the_name_of_one_that_was_deleted(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    (name,) = home.rename().names().values()
    (home.pictures / name).unlink()
    home.photo("IMG_0002.JPG", seed=1)

    assert home.rename().names() == {"IMG_0002.JPG": name}
    assert home.run("undo").exit_code == 0
    assert home.tree() == {"IMG_0002.JPG"}


def test_a_picture_that_was_moved_back_by_hand_can_be_renamed_again(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    (name,) = home.rename().names().values()
    (home.pictures / name).rename(home.pictures / "IMG_0001.JPG")

    assert home.rename().names() == {"IMG_0001.JPG": name}
    assert home.run("undo").exit_code == 0
    assert home.tree() == {"IMG_0001.JPG"}


def test_names_that_are_good_already_do_not_count_against_the_limit(home: Home):
    for number in range(3):
        home.photo(f"a-good-name-{'abc'[number]}.jpg", seed=number)
        home.photo(f"IMG_000{number}.JPG", seed=10 + number)

    states = list(home.rename("--limit", "2").states().values())

    assert states.count("renamed") == 2


def test_a_dry_run_leaves_no_rows_and_no_events(home: Home):
    home.photo("IMG_0001.JPG")
    home.rename(apply=False)

    with sqlite3.connect(home.root / "data" / "renamer.db") as database:
        for table in ("images", "batches", "renames", "events"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_each_line_says_below_which_folder_its_paths_are(home: Home):
    photo = home.photo("IMG_0001.JPG")

    (line,) = home.rename(apply=False).lines

    assert Path(line["root"]) / line["path"] == photo


def test_a_link_to_a_picture_is_not_renamed_through(home: Home):
    photo = home.photo("sub/IMG_0001.JPG")
    link = home.pictures / "IMG_0002.JPG"
    link.symlink_to(photo)

    said = home.rename(link)

    assert said.exit_code == 1
    assert said.states() == {"IMG_0002.JPG": "failed"}
    assert photo.exists()
