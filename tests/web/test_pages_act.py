"""What the pages do by themselves, with scripts and without."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.web import rendering
from scripts import preview_pages, samples


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_keys_lead_from_photo_to_photo(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#shot-2")).to_be_focused()

    page.keyboard.press("k")
    expect(page.locator("#shot-1")).to_be_focused()
    expect(page.locator(".shot.current")).to_have_count(1)


def test_keys_select_photos_and_the_bar_counts_them(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    expect(page.locator("#bulk")).to_be_hidden()
    for key in "jxjx":
        page.keyboard.press(key)

    expect(page.locator("#bulk .count")).to_have_text("2 selected")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#bulk")).to_be_hidden()


def test_a_key_opens_the_name_for_editing_and_escape_leaves_it(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#stem-1")).to_be_focused()

    page.keyboard.type("jxx")
    expect(page.locator("#stem-1")).to_have_value("jxx")
    page.keyboard.press("Escape")
    expect(page.locator("#shot-1")).to_be_focused()


@pytest.mark.parametrize(("key", "act"), [("a", "approve"), ("r", "reject"), ("l", "lock"), ("g", "regenerate")])
def test_keys_press_the_buttons_of_the_photo(pages: str, page: Page, key: str, act: str):
    page.goto(f"{pages}/review.html")
    page.keyboard.press("j")
    with page.expect_request(f"**/review/1/{act}") as sent:
        page.keyboard.press(key)

    assert sent.value.method == "POST"
    assert sent.value.headers["x-csrf-token"] == "c5f1"
    assert "csrf=c5f1" in (sent.value.post_data or "")


def test_what_the_server_refuses_is_said(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.locator("#shot-1").get_by_role("button", name="Approve").click()

    expect(page.locator(".toast.bad")).to_contain_text("Nothing was changed")
    expect(page.locator("#announcements")).to_contain_text("Nothing was changed")


def test_a_name_is_checked_while_it_is_typed(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.locator("#shot-1").get_by_text("Change the name").click()
    with page.expect_request("**/review/1/check") as sent:
        page.locator("#stem-1").fill("tiger cat")

    assert "name=tiger+cat" in (sent.value.post_data or "") or "name=tiger%20cat" in (sent.value.post_data or "")


def test_keys_can_be_switched_off(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.keyboard.press("?")
    page.get_by_label("Keys are on in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")

    expect(page.locator(".shot.current")).to_have_count(0)


def test_a_menu_opens_under_the_finger(pages: str, page: Page):
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{pages}/review.html")
    page.get_by_text("More for ginger-cat-portrait.jpg").locator("..").click()
    expect(page.locator("#shot-1").get_by_role("button", name="Look at it again")).to_be_visible()

    page.locator("h1").click()
    expect(page.locator("#shot-1").get_by_role("button", name="Look at it again")).to_be_hidden()


def test_a_photo_is_shown_in_large(pages: str, page: Page):
    page.goto(f"{pages}/review.html")
    page.keyboard.press("j")
    page.keyboard.press("v")

    expect(page.locator("#light")).to_be_visible()
    expect(page.locator("#light img")).to_have_attribute("src", f"{pages}/thumbnails/1")
    page.keyboard.press("Escape")
    expect(page.locator("#light")).to_be_hidden()


def test_the_chosen_colours_are_kept(pages: str, page: Page):
    page.goto(f"{pages}/overview.html")
    page.get_by_role("button", name="Dark").click()
    page.goto(f"{pages}/history.html")

    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 16)"


def test_without_scripts_there_is_nothing_that_needs_them(pages: str, plain: Page):
    plain.goto(f"{pages}/review.html")

    expect(plain.get_by_role("group", name="Colours")).to_be_hidden()
    expect(plain.get_by_role("button", name="Keys")).to_be_hidden()
    expect(plain.locator("#bulk")).to_be_visible()
    expect(plain.locator("#shot-1").get_by_role("button", name="Approve")).to_be_visible()


def test_without_scripts_a_destructive_act_asks_first(pages: str, plain: Page):
    plain.goto(f"{pages}/batch.html")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.get_by_role("dialog")).to_contain_text("gets back the name that it had")
    with plain.expect_request("**/batches/31/undo") as sent:
        plain.get_by_role("button", name="Put the old names back").click()

    assert sent.value.post_data == "csrf=c5f1"


class Telling(preview_pages.Pages):
    """The pages, and a stream that tells of one event once it may."""

    may = Event()

    def do_GET(self) -> None:
        if self.path != "/events":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.may.wait(30)
        about = json.dumps({"image": 3, "batch": 31})
        self.wfile.write(f"event: image.renamed\ndata: {about}\n\n".encode())
        self.close_connection = True
        return None


def test_what_happens_on_the_server_shows_by_itself(tmp_path: Path, page: Page):
    preview_pages.write_pages(tmp_path)
    shown = tmp_path / "overview.html"
    frame = msgspec.structs.replace(samples.FRAME, events="/events", event_types=("image.renamed",))
    view, _ = samples.PAGES["overview"]
    shown.write_text(rendering.page(view, frame))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Telling, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    page.goto(f"http://127.0.0.1:{server.server_port}/overview.html")
    expect(page.locator("#figures")).to_contain_text("418")

    later = msgspec.structs.replace(view, queued=7, waiting=13)
    shown.write_text(rendering.page(later, msgspec.structs.replace(frame, waiting=13)))
    Telling.may.set()

    expect(page.locator("#figures")).to_contain_text("7")
    expect(page.locator("#figures")).not_to_contain_text("418")
    expect(page.locator("#count-review")).to_contain_text("13")
    server.shutdown()
    server.server_close()
