"""What is drawn into pages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from appliance.web import differences, plots, rendering, views, wording
from appliance.words import Origin
from scripts import samples
from scripts.samples import review, sources

ROOT = Path(__file__).parent.parent.parent
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


def test_every_form_is_documented_and_no_other():
    reference = (ROOT / "docs" / "reference" / "pages.md").read_text()
    documented = set(re.findall(r"^\| `(/[^`]+)` \| [^|]*\|[^|]*\|$", reference.split("| form |")[1], re.MULTILINE))
    drawn = "".join(rendering.page(view, frame) for view, frame in samples.PAGES.values())
    drawn += rendering.part("shot", samples.FRAME, shot=msgspec.structs.replace(review.shot(1), locked=True))
    posts = re.findall(r"(?:formaction|hx-post)=\"([^\"?]+)|method=\"post\" action=\"([^\"?]+)", drawn)

    asked = {re.sub(r"(?<=/)(\d+|[ab])(?=/|$)", "{id}", one or other) for one, other in posts}
    assert asked == documented


def test_an_answer_brings_the_part_and_its_notices():
    undo = views.Notice(says="a.jpg is now cat.jpg.", undo="/history/7/undo")
    answer = rendering.part("shot", samples.FRAME, (undo,), shot=review.shot(2))

    assert 'id="shot-2"' in answer
    assert 'hx-swap-oob="beforeend:#toasts"' in answer
    assert 'hx-post="/history/7/undo"' in answer
    assert "<html" not in answer


def test_an_answer_may_be_notices_alone():
    assert "cat.jpg" in rendering.part("", samples.FRAME, (views.Notice(says="a.jpg is now cat.jpg."),))


def test_a_test_of_a_source_brings_its_steps():
    answer = rendering.part("tests", samples.FRAME, steps=sources.STEPS, test_at="")

    assert "The server refuses the password" in answer


def test_a_typed_name_is_answered_with_what_is_wrong():
    check = views.NameCheck(image_id=1, says="cat.jpg is there already; it would become cat-2.", tone="warm")

    assert "cat-2" in rendering.part("name_check", samples.FRAME, check=check)
