"""What the eyes of the engine measure, on pictures that are made here."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from appliance import vision
from appliance.vision import seeing
from appliance.vision.boxes import Box
from appliance.vision.detector import Thing

MOST_MEGABYTES = 400


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()


def page(*lines: tuple[str, int]) -> bytes:
    """A page with lines of text, each with its size in pixels."""
    picture = Image.new("RGB", (1000, 1000), "white")
    draw, top = ImageDraw.Draw(picture), 80
    for words, size in lines:
        draw.text((80, top), words, "black", ImageFont.load_default(size))
        top += round(size * 1.6)
    return jpeg(picture)


def test_the_title_of_a_document_is_in_its_name():
    preview = page(("Quarterly Report", 90), ("The numbers of the third quarter", 30), ("and of the year so far", 30))
    said = vision.load("local").describe(preview, language="en")
    assert "quarterly report" in " ".join(word.text for word in said.candidates[0]).lower()
    assert said.confidence > 0.5


def test_no_private_text_leaves_the_eyes():
    preview = page(("Wifi for guests", 80), ("alice@example.org", 60), ("Password: hunter2", 60))
    seen = seeing.see(preview)
    assert [line.private for line in seen.lines if line.private]
    provider = vision.load("local")
    said = provider.describe(preview, language="en")
    told = repr((said, provider.explain(preview, language="en"), seen.lines)).lower()
    assert "alice" not in told
    assert "hunter2" not in told


def test_an_animal_is_looked_at_alone_where_it_is_neither_too_small_nor_most_of_the_picture():
    picture = Image.new("RGB", (900, 600), "green")
    dogs = {part: Thing("dog", 0.9, Box(0, 0, part, 1)) for part in (0.04, 0.3, 0.6)}
    closer = {part for part, dog in dogs.items() if seeing.EYES._sighted(picture, dog, 0).closer is not None}
    assert closer == {0.3}


@pytest.mark.parametrize(("shade", "name"), [((200, 20, 20), "red"), ((20, 60, 200), "blue"), ((30, 130, 40), "green")])
def test_a_colour_has_its_name(shade: tuple[int, int, int], name: str):
    seen = seeing.see(jpeg(Image.new("RGB", (400, 300), shade)))
    assert (seen.colour.name, seen.colour.enough) == (name, True)


def test_a_blue_sky_and_a_picture_without_colour_are_known():
    gradient = np.linspace(120, 235, 300)[:, None].repeat(400, axis=1)
    sky = np.stack([gradient * 0.55, gradient * 0.75, np.full_like(gradient, 235)], axis=-1).astype(np.uint8)
    assert seeing.see(jpeg(Image.fromarray(sky))).scene.shows_sky
    grey = Image.fromarray(gradient.astype(np.uint8)).convert("RGB")
    assert seeing.see(jpeg(grey)).scene.black_and_white


def test_nothing_is_said_of_nothing():
    said = vision.load("local").describe(jpeg(Image.new("RGB", (300, 300), (128, 128, 128))), language="en")
    assert said.candidates == () or said.confidence < 0.5


def test_all_models_together_need_no_more_memory_than_is_said():
    program = (
        "import sys; from pathlib import Path; from appliance import vision\n"
        "vision.load('local').describe(sys.stdin.buffer.read(), language='en')\n"
        "(peak,) = [line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')]\n"
        "print(int(peak.split()[1]) // 1024)"
    )
    ran = subprocess.run([sys.executable, "-c", program], input=page(("Quarterly Report", 90)), capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()
    assert int(ran.stdout) < MOST_MEGABYTES, ran.stdout
