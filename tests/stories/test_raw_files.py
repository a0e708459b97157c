"""Raw files without a JPEG beside them are pictures of their own."""

import pytest

from tests.home import Home
from tests.imaging import raws, written


@pytest.mark.parametrize(("name", "build"), [("IMG_0001.CR2", raws.cr2), ("DSC_0001.DNG", raws.dng)])
def test_a_raw_file_is_named_by_its_preview_and_undo_gives_the_old_name_back(home: Home, name, build):
    (home.pictures / name).write_bytes(build(raws.preview()))
    before = home.snapshot()
    home.rename()
    (new,) = home.tree()
    assert new != name
    assert new.endswith(name[-4:].lower())
    home.run("undo", "--last")
    assert home.snapshot() == before


def test_a_raw_file_keeps_the_extension_of_its_camera(home: Home):
    (home.pictures / "DSCN0001.NRW").write_bytes(raws.nef(raws.preview()))
    home.rename()
    (new,) = home.tree()
    assert new.endswith(".nrw")


def test_the_sidecar_of_a_raw_file_names_it(home: Home):
    (home.pictures / "IMG_0001.DNG").write_bytes(raws.dng(raws.preview()))
    (home.pictures / "IMG_0001.xmp").write_bytes(written.packet(title="Harvest in Vermont"))
    home.rename()
    assert home.tree() == {"harvest-in-vermont.dng", "harvest-in-vermont.xmp"}


def test_of_a_raw_file_and_its_jpeg_the_jpeg_is_looked_at(home: Home):
    jpeg = home.photo("IMG_0001.JPG")
    (home.pictures / "IMG_0001.DNG").write_bytes(raws.dng(jpeg.read_bytes()))
    home.rename()
    assert {name[-3:] for name in home.tree()} == {"dng", "jpg"}
    assert len({name.partition(".")[0] for name in home.tree()}) == 1
