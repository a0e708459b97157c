"""`lint`: how good the names of a library are, for people, for scripts and as a page."""

import json
import os
from pathlib import Path

import pytest

from tests.home import Home, Said


@pytest.fixture
def library(home: Home) -> Home:
    home.photo("red-barn.jpg", seed=1)
    home.photo("2024/IMG_0001.JPG", seed=2)
    home.photo("2024/My_Red Car.jpg", seed=3)
    home.photo("2024/tree.png", seed=4).rename(home.pictures / "2024/tree.gif")
    (home.pictures / "2024/IMG_0009.xmp").write_text("<x/>")
    return home


def scores(said: Said) -> dict[str, object]:
    return {Path(line["path"]).name: line["score"] for line in said.lines[:-1]}


def rules(said: Said, name: str) -> list[str]:
    (line,) = [line for line in said.lines[:-1] if Path(line["path"]).name == name]
    return [fault["rule"] for fault in line["faults"]]


def test_each_name_has_a_score_and_its_faults_and_nothing_is_changed(library: Home):
    before = library.snapshot()

    said = library.run("lint", library.pictures, "--json")

    assert said.exit_code == 0
    assert scores(said)["red-barn.jpg"] == 100
    assert rules(said, "IMG_0001.JPG") == ["bad-name", "extension"]
    assert rules(said, "My_Red Car.jpg") == ["letters"]
    assert rules(said, "tree.gif") == ["content"]
    assert scores(said)["IMG_0009.xmp"] is None
    assert rules(said, "IMG_0009.xmp") == ["alone"]
    assert said.lines[-1]["images"] == 4
    assert said.lines[-1]["perfect"] == 1
    assert said.lines[-1]["score"] == round((100 + 5 + 70 + 70) / 4)
    assert library.snapshot() == before
    assert not (library.root / "data").exists()


def test_for_a_person_it_shows_the_worst_first_and_what_mends_them(library: Home):
    output = library.run("lint", library.pictures, "--worst", "2").output

    assert output.startswith("Score 61 of 100: 1 of 4 images has no fault.")
    assert output.index("IMG_0001.JPG") < output.index("My_Red Car.jpg")
    assert "tree.gif" not in output
    assert f"rename {library.pictures}" in output
    assert "--template '{original}'" in output


def test_what_it_advises_mends_the_names(library: Home):
    before = library.run("lint", library.pictures, "--json").lines[-1]["score"]
    library.rename()
    library.rename("--all", "--provider", "none", "--template", "{original}")
    said = library.run("lint", library.pictures, "--json")
    assert said.lines[-1]["score"] > before
    assert said.lines[-1]["faults"] == {"alone": 1}


def test_a_library_without_a_fault_says_so(home: Home):
    home.photo("red-barn.jpg")
    output = home.run("lint", home.pictures).output
    assert output.strip() == "Score 100 of 100: 1 of 1 image has no fault."


def test_as_a_policy_it_fails_under_a_score(library: Home):
    assert library.run("lint", library.pictures, "--fail-under", "90").exit_code == 1
    assert library.run("lint", library.pictures, "--fail-under", "10").exit_code == 0


def test_companions_are_not_judged_by_themselves(home: Home):
    home.photo("red-barn.jpg")
    for name in ("red-barn.cr2", "red-barn.xmp", "red-barn.mov"):
        (home.pictures / name).write_bytes(b"x")
    assert scores(home.run("lint", home.pictures, "--json")) == {"red-barn.jpg": 100}


def test_two_names_that_a_mac_takes_for_one_are_both_faulty(home: Home):
    home.photo("barn.jpg", seed=1)
    home.photo("Barn.jpg", seed=2)
    said = home.run("lint", home.pictures, "--json")
    assert "taken" in rules(said, "barn.jpg")
    assert "taken" in rules(said, "Barn.jpg")


def test_single_files_and_folders_alone_can_be_asked_for(library: Home):
    said = library.run("lint", library.pictures / "red-barn.jpg", "--json")
    assert scores(said) == {"red-barn.jpg": 100}
    assert scores(library.run("lint", library.pictures, "--no-recursive", "--json")) == {"red-barn.jpg": 100}


def test_a_file_that_is_no_image_is_said(home: Home):
    (home.pictures / "notes.txt").write_text("x")
    said = home.run("lint", home.pictures / "notes.txt")
    assert said.exit_code == 1
    assert "notes.txt: It is not an image" in said.errors


def test_a_report_does_not_go_through_a_link(library: Home, tmp_path: Path):
    (tmp_path / "letter.html").write_text("Dear Alice")
    (tmp_path / "report.html").symlink_to(tmp_path / "letter.html")
    said = library.run("lint", library.pictures, "--html", tmp_path / "report.html")
    assert said.exit_code == 1
    assert "cannot be written" in said.errors
    assert (tmp_path / "letter.html").read_text() == "Dear Alice"


def test_what_cannot_be_read_is_said(home: Home):
    home.photo("red-barn.jpg")
    (home.pictures / os.fsdecode(b"not-utf8-\xff.jpg")).write_bytes(b"x")
    said = home.run("lint", home.pictures)
    assert said.exit_code == 1
    assert "not valid UTF-8" in said.errors


def test_an_own_profile_is_the_measure(home: Home, tmp_path: Path):
    home.photo("one-two-three-four.jpg")
    (tmp_path / "short.toml").write_text("most_words = 3")
    said = home.run("lint", home.pictures, "--json", "--profile", tmp_path / "short.toml")
    assert rules(said, "one-two-three-four.jpg") == ["length"]


HOSTILE = '<script>alert("1")</script>\u202egpj.jpg'


def test_the_page_stands_for_itself_and_shows_hostile_names_as_text(library: Home, tmp_path: Path):
    library.photo("x.jpg", seed=9).rename(library.pictures / HOSTILE.replace("/", "|"))
    page = tmp_path / "report.html"

    assert library.run("lint", library.pictures, "--html", page).exit_code == 0

    text = page.read_text()
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text
    assert "&lt;script&gt;" in text
    assert "http:" not in text
    assert "https:" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert "IMG_0001.JPG" in text


def test_a_report_is_written_anew_and_any_other_file_stays(library: Home, tmp_path: Path):
    page, letter = tmp_path / "report.html", tmp_path / "letter.html"
    letter.write_text("Dear Alice")
    library.run("lint", library.pictures, "--html", page)
    library.rename()
    assert library.run("lint", library.pictures, "--html", page).exit_code == 0
    assert "IMG_0001" not in page.read_text().partition("without its image")[0]

    said = library.run("lint", library.pictures, "--html", letter)

    assert said.exit_code == 1
    assert "is there already and no report of ours" in said.errors
    assert letter.read_text() == "Dear Alice"


def test_json_lines_are_json_whatever_the_names(library: Home):
    library.photo("x.jpg", seed=9).rename(library.pictures / 'quo"te\n.jpg')
    for line in library.run("lint", library.pictures, "--json").output.splitlines():
        json.loads(line)
