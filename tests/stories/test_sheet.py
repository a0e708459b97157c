"""A contact sheet shows what would happen, and nothing happens."""

import re

import pytest

from tests.home import Home


def test_the_sheet_has_every_picture_with_its_old_and_its_new_name(home: Home):
    home.photo("IMG_0001.JPG", 1)
    home.photo("sub/IMG_0002.JPG", 2)
    before = home.snapshot()
    out = home.root / "sheet.html"

    said = home.run("sheet", home.pictures, "--out", out)

    assert said.exit_code == 0
    assert "The sheet of 2 images is in" in said.output
    page = out.read_text()
    assert "IMG_0001.JPG" in page
    assert "sub/IMG_0002.JPG" in page
    assert page.count('src="data:image/jpeg;base64,') == 2
    names = home.rename(apply=False).names()
    assert all(name.rpartition("/")[2] in page for name in names.values())
    assert re.search(r"\((pixels), \d+%\)", page)
    assert home.snapshot() == before


def test_nothing_in_the_sheet_is_fetched_or_run(home: Home):
    home.photo("IMG_0001.JPG")
    out = home.root / "sheet.html"
    home.run("sheet", home.pictures, "--out", out)
    page = out.read_text()
    assert "default-src 'none'" in page
    assert "http" not in re.sub(r'"http-equiv"|http-equiv=', "", page)
    assert "<script" not in page


def test_a_hostile_name_is_shown_and_not_obeyed(home: Home):
    home.photo("<script>alert(1)<&>.jpg")
    out = home.root / "sheet.html"
    home.run("sheet", home.pictures, "--all", "--out", out)
    assert "&lt;script&gt;alert(1)" in out.read_text()
    assert "<script" not in out.read_text()


def test_a_picture_that_cannot_be_opened_stands_there_without_a_thumbnail(home: Home):
    home.photo("IMG_0001.JPG")
    (home.pictures / "IMG_0002.JPG").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    out = home.root / "sheet.html"

    said = home.run("sheet", home.pictures, "--out", out)

    assert said.exit_code == 1
    page = out.read_text()
    assert "IMG_0002.JPG" in page
    assert page.count("base64,") == 1


def test_more_than_fifty_pictures_stand_in_groups_of_fifty(home: Home):
    for number in range(51):
        home.photo(f"IMG_{number:04}.JPG", number)
    out = home.root / "sheet.html"
    home.run("sheet", home.pictures, "--out", out)
    assert re.findall(r'<h2 id="page-\d">(.*)</h2>', out.read_text()) == ["1–50", "51–51"]


def test_the_limit_ends_it(home: Home):
    for number in range(3):
        home.photo(f"IMG_{number:04}.JPG", number)
    out = home.root / "sheet.html"
    assert "2 images" in home.run("sheet", home.pictures, "--limit", "2", "--out", out).output


def test_a_sheet_is_written_anew_and_any_other_file_stays(home: Home):
    home.photo("IMG_0001.JPG")
    out, letter = home.root / "sheet.html", home.root / "letter.html"
    letter.write_text("Dear Alice")

    assert home.run("sheet", home.pictures, "--out", out).exit_code == 0
    assert home.run("sheet", home.pictures, "--out", out).exit_code == 0
    refused = home.run("sheet", home.pictures, "--out", letter)

    assert refused.exit_code != 0
    assert "no sheet of ours" in refused.errors
    assert letter.read_text() == "Dear Alice"


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_a_link_or_a_folder_is_not_written_to(home: Home, kind: str):
    home.photo("IMG_0001.JPG")
    out, target = home.root / "sheet.html", home.root / "other"
    if kind == "link":
        out.symlink_to(target)
    else:
        out.mkdir()
    assert home.run("sheet", home.pictures, "--out", out).exit_code != 0
    assert not target.exists()
