"""What a person wrote into a picture's file, or into the sidecar beside it, is its name."""

from pathlib import Path

import pytest
from PIL import Image

from tests.home import Home
from tests.imaging import written


def titled(home: Home, name: str, title: str, *, seed: int = 1) -> Path:
    path = home.photo(name, seed=seed)
    with Image.open(path) as image:
        image.load()
    image.save(path, xmp=written.packet(title=title))
    return path


def test_a_title_in_the_file_is_its_name_and_undo_gives_the_old_one_back(home: Home):
    titled(home, "IMG_0001.JPG", "The red barn")
    before = home.snapshot()
    home.rename()
    assert home.tree() == {"red-barn.jpg"}
    home.run("undo", "--last")
    assert home.snapshot() == before


@pytest.mark.parametrize("extension", ["HEIC", "AVIF", "WEBP"])
def test_a_title_is_read_from_other_formats(home: Home, extension: str):
    titled(home, f"IMG_0001.{extension}", "The red barn")
    home.rename()
    assert home.tree() == {f"red-barn.{extension.lower()}"}


def test_without_anybody_who_looks_the_title_is_the_name(home: Home):
    titled(home, "IMG_0001.JPG", "The red barn")
    home.rename("--provider", "none")
    assert home.tree() == {"red-barn.jpg"}


def test_two_pictures_of_one_title_are_told_apart_by_what_is_seen(home: Home):
    titled(home, "IMG_0001.JPG", "Red barn", seed=1)
    titled(home, "IMG_0002.JPG", "Red barn", seed=2)
    home.rename()
    assert "red-barn.jpg" in home.tree()
    (other,) = home.tree() - {"red-barn.jpg"}
    assert other.startswith("red-barn-")
    assert other != "red-barn-2.jpg"


@pytest.mark.parametrize("sidecar", ["IMG_0001.xmp", "IMG_0001.JPG.xmp"])
def test_a_title_in_the_sidecar_outranks_the_one_in_the_file(home: Home, sidecar: str):
    titled(home, "IMG_0001.JPG", "Old title")
    (home.pictures / sidecar).write_bytes(written.packet(title="Harvest in Vermont"))
    home.rename()
    assert "harvest-in-vermont.jpg" in home.tree()


def test_the_next_run_sees_a_new_title(home: Home):
    titled(home, "IMG_0001.JPG", "Red barn")
    home.rename()
    titled(home, "IMG_0002.JPG", "Blue barn")
    home.rename()
    assert home.tree() == {"red-barn.jpg", "blue-barn.jpg"}


def test_a_picture_whose_title_was_edited_after_the_rename_gets_its_old_name_back(home: Home):
    titled(home, "IMG_0001.JPG", "Red barn")
    home.rename()
    with Image.open(home.pictures / "red-barn.jpg") as image:
        image.load()
    image.save(home.pictures / "red-barn.jpg", xmp=written.packet(title="Green barn"))
    home.run("undo", "--last")
    assert home.tree() == {"IMG_0001.JPG"}


def test_explain_says_what_stands_in_the_file_and_why_it_is_left_out(home: Home):
    path = home.photo("IMG_0001.JPG")
    with Image.open(path) as image:
        image.load()
    packet = written.packet(title="OLYMPUS DIGITAL CAMERA", headline="Red barn", caption="password: swordfish")
    image.save(path, xmp=packet)
    said = home.run("explain", path, "--json").lines[0]
    assert [(one["word"]["text"], one["word"]["origin"], one["said"]) for one in said["words"][:3]] == [
        ("OLYMPUS DIGITAL CAMERA", "metadata", False),
        ("Red barn", "metadata", True),
        ("…", "metadata", False),
    ]
    assert said["words"][0]["why"] == "A title in the file, left out: a camera or a program wrote it."
    assert not any(one["said"] for one in said["words"] if one["word"]["origin"] == "pixels")
    assert "swordfish" not in home.run("explain", path).output
