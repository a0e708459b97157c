"""Disks that do not keep every name as it is given."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.home import Home
from tests.servers import fuse


@pytest.fixture
def mac(home: Home) -> Iterator[Home]:
    """The pictures lie on a disk that stores every name decomposed, as a Mac's does."""
    with fuse.mounted(home.root / "backing", home.pictures, "--nfd"):
        yield home


def test_on_a_disk_that_decomposes_names_a_name_is_known_again_and_undone(mac: Home):
    folder = unicodedata.normalize("NFD", "Mühle")
    mac.photo(f"{folder}/IMG_0001.JPG")
    options = ("--profile", "unicode", "--template", "{folder}-{subject}")
    before = mac.contents()

    (line,) = mac.rename(*options).lines

    name = Path(line["to"]).name
    assert name.startswith(unicodedata.normalize("NFD", "mühle-"))
    assert mac.tree() == {f"{folder}/{name}"}
    assert mac.rename(*options, "--all").states() == {f"{folder}/{name}": "kept"}
    assert mac.run("undo", "--last").exit_code == 0
    assert mac.tree() == {f"{folder}/IMG_0001.JPG"}
    assert mac.contents() == before
