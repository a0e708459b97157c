"""The dashboard as an owner uses it, against the real server: from the first start to undo, in a real browser."""

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.home import Home
from tests.serving import served
from tests.watching import eventually
from tests.web.browser import chromium
from tests.web.dashboard import PATIENCE, Dashboard, opened

PHOTOS = [f"IMG_000{number}.JPG" for number in range(1, 7)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def drop(home: Home, names: list[str]) -> Counter[str]:
    for seed, name in enumerate(names):
        home.photo(name, seed=seed + 1)
    return home.contents()


def test_from_the_first_start_to_undo(home: Home, browser: Browser):
    with served(home) as server, opened(browser, server) as dashboard:
        page = dashboard.page
        dashboard.set_up()
        expect(page.get_by_role("heading", name="Show Image Renamer where your photos live")).to_be_visible()

        add_a_folder_that_is_tested_first(dashboard, home)
        dashboard.open("/review")
        expect(page.get_by_role("heading", name="All decided")).to_be_visible()
        before = drop(home, PHOTOS)
        for name in PHOTOS:  # without a reload
            expect(dashboard.shot(name)).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#count-review")).to_contain_text("6")

        one, two, three, four, five, six = PHOTOS
        edit_a_name(dashboard, one)
        dashboard.press("Approve", dashboard.shot(two))
        expect(dashboard.shot(two)).to_have_count(0)
        dashboard.shot(three).focus()
        page.keyboard.press("a")
        expect(dashboard.shot(three)).to_have_count(0)
        dashboard.shot(four).focus()
        page.keyboard.press("r")
        expect(dashboard.shot(four)).to_have_count(0)
        for name in (five, six):
            dashboard.shot(name).get_by_role("checkbox").check()
        expect(page.locator("#bulk .count")).to_have_text("2 selected")
        dashboard.press("Approve", page.locator("#bulk"))
        dashboard.told("2 photos approved.")
        expect(page.get_by_role("heading", name="All decided")).to_be_visible()

        eventually(lambda: len(home.tree() & set(PHOTOS)) == 1, what=server.log)
        assert {"my-teapot.jpg", four} <= home.tree()
        assert home.contents() == before

        dashboard.open("/")
        expect(page.locator("#figures")).to_contain_text("5 in all")
        expect(page.locator("#recent li")).to_have_count(5)
        undo_one_and_then_the_others(dashboard, home)
        assert home.tree() == set(PHOTOS)
        assert home.contents() == before


def add_a_folder_that_is_tested_first(dashboard: Dashboard, home: Home) -> None:
    page = dashboard.page
    page.get_by_role("link", name="Add a source").click()
    dashboard.heading("Add a source")
    page.get_by_role("textbox", name="Name", exact=True).fill("Holidays")
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(home.root / "nowhere"))
    dashboard.press("Only test it")
    expect(page.locator("#tests .bad")).to_contain_text("nowhere")
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(home.pictures))
    dashboard.press("Only test it")
    expect(page.locator("#tests li.good").first).to_be_visible()
    expect(page.locator("#tests li.bad")).to_have_count(0)
    dashboard.press("Add this source")
    dashboard.heading("Holidays")
    dashboard.told("is watched from now on")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Watching", timeout=PATIENCE)


def edit_a_name(dashboard: Dashboard, name: str) -> None:
    card = dashboard.shot(name)
    card.get_by_text("Change the name").click()
    card.get_by_label("New name").fill("a/b")
    expect(card.locator(".message.bad")).to_be_visible()
    card.get_by_label("New name").fill("my-teapot")
    expect(card.locator(".message.good")).to_contain_text("free")
    dashboard.press("Use this name", card)
    expect(card).to_have_count(0)
    dashboard.told("my-teapot.jpg")


def undo_one_and_then_the_others(dashboard: Dashboard, home: Home) -> None:
    page = dashboard.page
    dashboard.open("/history")
    row = page.get_by_role("row").filter(has_text="my-teapot.jpg")
    dashboard.press("Undo", row)
    dashboard.told("The old name is being put back.")
    eventually(lambda: PHOTOS[0] in home.tree(), what=dashboard.served.log)
    page.reload()
    expect(row).to_contain_text("Undone")
    page.get_by_role("row").filter(has_text=PHOTOS[1]).get_by_role("link").click()
    dashboard.press("Undo")
    dashboard.press("Put the old names back")
    eventually(lambda: home.tree() == set(PHOTOS), what=dashboard.served.log)
