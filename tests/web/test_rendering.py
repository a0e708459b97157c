"""What is drawn into pages."""

import re
from datetime import UTC, datetime

import pytest

from appliance.web import differences, plots, rendering, views, wording
from appliance.words import Origin
from scripts import samples

EVERY = [pytest.param(view, frame, id=name) for name, (view, frame) in samples.PAGES.items()]


@pytest.mark.parametrize(("view", "frame"), EVERY)
def test_no_page_carries_style_or_script_of_its_own(view: views.View, frame: views.Frame):
    page = rendering.page(view, frame)

    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:", page)
    assert re.findall(r"<script(?! src=\"/static/)", page) == []


@pytest.mark.parametrize(("view", "frame"), EVERY)
def test_every_form_that_changes_something_says_whom_it_comes_from(view: views.View, frame: views.Frame):
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", rendering.page(view, frame), re.DOTALL)

    assert all('name="csrf" value="c5f1"' in form for form in forms)


def test_a_name_with_markup_in_it_is_text():
    recent = views.Recent(image_id=1, old="<img src=x>.jpg", new="a\u202egpj.jpg", at=samples.NOW)
    page = rendering.page(views.Overview(recent=(recent,), sources=samples.SOURCES), samples.FRAME)

    assert "<img src=x" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("IMG_0001.JPG", "cat.jpg", ("[IMG_0001.JPG]", "[cat.jpg]")),
        ("IMG_0001.jpg", "cat.jpg", ("[IMG_0001].jpg", "[cat].jpg")),
        ("beach_2019.jpg", "beach-sunset.jpg", ("beach[_2019].jpg", "beach[-sunset].jpg")),
        ("cat.jpg", "cat.jpg", ("cat.jpg", "cat.jpg")),
        ("Фото 1.jpg", "foto-1.jpg", ("[Фото ]1.jpg", "[foto-]1.jpg")),
        ("a.jpg", "", ("[a.jpg]", "")),
    ],
)
def test_what_differs_between_two_names_is_marked(old: str, new: str, marked: tuple[str, str]):
    change = differences.changed(old, new)

    assert tuple(_told(pieces) for pieces in change) == marked
    assert ("".join(piece.text for piece in change.old), "".join(piece.text for piece in change.new)) == (old, new)


def _told(pieces: tuple[differences.Piece, ...]) -> str:
    return "".join(piece.text if piece.change == "same" else f"[{piece.text}]" for piece in pieces)


def test_every_origin_of_a_word_is_explained():
    assert set(wording.ORIGINS) == set(Origin)


@pytest.mark.parametrize(("most", "top"), [(0, 4), (3, 4), (4, 4), (7, 10), (11, 20), (120, 200), (501, 1000)])
def test_the_plot_ends_above_the_highest_bar_at_a_number_that_reads_well(most: int, top: int):
    drawn = plots.bars([views.Hour(at=datetime(2026, 3, 1, 10, tzinfo=UTC), renamed=most)], 720)

    assert drawn.lines[-1].value == top


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "less than a minute"), (61, "1 minute"), (540, "9 minutes"), (7300, "2 hours")],
)
def test_time_left_is_said_roughly(seconds: float, said: str):
    assert wording.duration(seconds) == said
