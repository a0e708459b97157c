"""Every page in light and dark, from a phone to a desktop: nothing that axe objects to, nothing that runs over."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scripts import samples

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUNS_OVER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def _complaints(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("width", [360, 820, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_page_is_for_everybody(pages: str, browser: Browser, colours: Literal["light", "dark"], width: int):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
    page = context.new_page()
    page.clock.set_fixed_time(samples.NOW)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for name in samples.PAGES:
        page.goto(f"{pages}/{name}.html")
        runs_over = ["runs over the side"] if page.evaluate(RUNS_OVER) else []
        if wrong := [*_complaints(page), *runs_over, *said]:
            found[name] = wrong
        said.clear()
    context.close()
    assert not found
