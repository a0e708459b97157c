"""The town where a photo was taken stands in its name, unless its owner does not want that."""

import os
import re

import pytest
from PIL.ExifTags import GPS, Base

from tests.home import Home
from tests.imaging.pictures import with_exif

PARIS: dict[int, object] = {
    GPS.GPSLatitude: (48.0, 51.0, 28.2),
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLongitude: (2.0, 17.0, 49.2),
    GPS.GPSLongitudeRef: "E",
}


@pytest.fixture
def paris(home: Home) -> Home:
    path = home.photo("IMG_0001.JPG")
    path.write_bytes(with_exif({Base.Model: "X"}, {Base.DateTimeOriginal: "2024:05:17 18:03:09"}, PARIS))
    os.utime(path, (1, 1))
    return home


def test_the_town_is_in_the_name_with_its_origin(paris: Home):
    (line,) = paris.rename(apply=False).lines
    assert line["to"].endswith("-paris.jpg")
    assert {"word": "paris", "from": "place"} in line["words"]


def test_with_the_switch_it_is_not(paris: Home):
    (line,) = paris.rename("--no-places", apply=False).lines
    assert "paris" not in line["to"]


def test_a_template_has_it_where_it_asks_for_it(paris: Home):
    (line,) = paris.rename("--template", "{place}-{date:%Y}-{subject}", apply=False).lines
    assert line["to"].startswith("paris-2024-")


def test_explain_names_the_town(paris: Home):
    (photo,) = paris.pictures.iterdir()
    assert re.search(
        r"^At 48\.85\d\d, 2\.29\d\d, near Paris, France$", paris.run("explain", photo).output, re.MULTILINE
    )
    (line,) = paris.run("explain", photo, "--json").lines
    assert line["place"] == {"name": "Paris", "country": "France"}
