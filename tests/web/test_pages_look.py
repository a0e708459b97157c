"""Every page in light and dark, from a phone to a desktop: nothing that axe objects to, nothing that runs over."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scripts import samples

WIDTHS = (1440, 820, 360)
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUNS_OVER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
OPEN = "for (const one of document.querySelectorAll('main details')) one.open = true"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")  # no colour is caught halfway to another
    page = context.new_page()
    page.clock.set_fixed_time(samples.NOW)
    yield page
    context.close()


def complaints(page: Page, rules: object) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def in_both_colours(page: Page) -> Iterator[str]:
    """In the dark only the colours are others."""
    page.emulate_media(color_scheme="light")
    yield from complaints(page, EVERY_RULE)
    page.emulate_media(color_scheme="dark")
    yield from complaints(page, OF_COLOURS)


@pytest.mark.parametrize("name", samples.PAGES)
def test_a_page_is_for_everybody(pages: str, page: Page, name: str):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{pages}/{name}.html")
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"at {width}: {complaint}" for complaint in in_both_colours(page)]
        wrong += [f"runs over at {width}"] if page.evaluate(RUNS_OVER) else []

    assert not wrong + said


@pytest.mark.parametrize("name", ["review", "batch", "source-new-sftp", "source"])
def test_what_can_be_unfolded_is_for_everybody(pages: str, page: Page, name: str):
    page.goto(f"{pages}/{name}.html")
    page.evaluate(OPEN)

    assert not list(in_both_colours(page))
    page.set_viewport_size({"width": 360, "height": 900})
    assert not page.evaluate(RUNS_OVER)


@pytest.mark.parametrize(
    ("name", "dialog"),
    [
        ("review", "keys"),
        ("review", "light"),
        ("batch", "undo"),
        ("batch-done", "texts"),
        ("source", "remove"),
        ("account", "token-1"),
    ],
)
def test_a_dialog_is_for_everybody(pages: str, page: Page, name: str, dialog: str):
    page.goto(f"{pages}/{name}.html")
    page.evaluate(f"document.getElementById('{dialog}').showModal()")

    assert not list(in_both_colours(page))
