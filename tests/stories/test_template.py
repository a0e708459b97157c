"""`template`: what a template makes of photos, before anything is renamed."""

import pytest

from appliance.naming import templates
from tests.home import Home

TAKEN = {0x9003: "2024:05:17 10:11:12"}


def test_each_token_is_shown_with_what_it_became_and_where_that_came_from(home: Home):
    photo = home.photo("IMG_0001.JPG", seed=1, exif=TAKEN)

    said = home.run("template", "{date}-{subject}-{place}-shop", photo)

    assert said.exit_code == 0
    lines = [" ".join(line.split()) for line in said.output.splitlines()]
    assert lines[0].startswith("IMG_0001.JPG → 2024-05-17-")
    assert lines[0].endswith("-shop.jpg")
    assert "{date} 2024-05-17 from exif" in lines
    assert any(line.startswith("{subject} ") and line.endswith("from pixels") for line in lines)
    assert "{place} – nothing, left out" in lines
    assert "-shop shop from person" in lines


def test_nothing_is_changed_and_no_data_folder_is_made(home: Home):
    photo = home.photo("IMG_0001.JPG")
    before = home.snapshot()
    home.run("template", "{subject}", photo, home.pictures)
    assert home.snapshot() == before
    assert not (home.root / "data").exists()


def test_the_preview_is_what_rename_does(home: Home):
    for number in range(3):
        home.photo(f"IMG_000{number}.JPG", seed=number, exif=TAKEN)
    home.photo("golden-retriever.jpg", seed=9)
    template = "{date:%Y}-{folder}-{subject}-{original}"
    shown = home.run("template", template, home.pictures).output
    for old, new in home.rename("--template", template, "--all").names().items():
        assert f"{old} → {new}" in shown


@pytest.mark.parametrize("asked", [(), ("{subject}",)])
def test_without_photos_every_token_is_explained(home: Home, asked: tuple[str, ...]):
    output = home.run("template", *asked).output
    assert all(f"{{{name}}}" in output for name in templates.KNOWN)
    assert set(templates.MEANINGS) == set(templates.KNOWN)


def test_without_a_provider_what_the_file_says_is_enough(home: Home):
    photo = home.photo("Sommer Haus.JPG", exif=TAKEN)
    output = home.run("template", "{date}-{original}", photo, "--provider", "none").output
    assert "Sommer Haus.JPG → 2024-05-17-sommer-haus.jpg" in output


@pytest.mark.parametrize("template", ["{nope}", "{subject", "no token", "{subject.__class__}", "{date:%c}"])
def test_a_template_that_makes_no_sense_is_refused_with_what_there_is(home: Home, template: str):
    said = home.run("template", template, home.photo("IMG_0001.JPG"))
    assert said.exit_code == 2
    assert "{subject}" in said.errors or "%Y" in said.errors


def test_a_photo_that_cannot_be_read_does_not_stop_the_others(home: Home):
    home.photo("IMG_0001.JPG")
    (home.pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    said = home.run("template", "{subject}", home.pictures)
    assert said.exit_code == 1
    assert "broken.jpg" in said.errors
    assert "IMG_0001.JPG →" in said.output
