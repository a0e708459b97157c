"""A bucket as an owner adds it in the dashboard, in a real browser."""

import os

from playwright.sync_api import Browser, expect

from tests.connectors.buckets import BucketFromOutside
from tests.home import Home
from tests.servers.seaweed import ACCESS_KEY, SECRET_KEY, Seaweed
from tests.serving import served
from tests.web.dashboard import PATIENCE, opened


def test_a_bucket_is_added_tested_first_and_its_secret_is_never_shown_again(
    home: Home, browser: Browser, seaweed: Seaweed
):
    bucket = BucketFromOutside(seaweed)
    with served(home) as server, opened(browser, server) as dashboard:
        page = dashboard.page
        dashboard.set_up()
        dashboard.open("/sources/new?kind=s3")
        page.get_by_role("textbox", name="Name", exact=True).fill("Shop")
        page.get_by_role("textbox", name="Bucket", exact=True).fill(bucket.name)
        page.locator("#endpoint").fill(f"http://{seaweed.host}")
        for fold in page.locator("details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        page.locator("#access_key").fill(ACCESS_KEY)
        page.locator("#secret_key").fill("wrong")
        assert page.locator("#secret_key").get_attribute("type") == "password"
        dashboard.press("Only test it")
        expect(page.locator("#tests .bad")).to_contain_text("correct secret_key", timeout=PATIENCE)
        page.locator("#secret_key").fill(SECRET_KEY)
        page.locator("#public[type=checkbox]").check()
        dashboard.press("Only test it")
        expect(page.locator("#tests li.good")).to_have_count(3, timeout=PATIENCE)
        assert dashboard.complaints() == []
        if folder := os.environ.get("RENAMER_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/bucket.png", full_page=True)
        dashboard.press("Add this source")
        dashboard.heading("Shop")
        assert SECRET_KEY not in page.content()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Watching", timeout=PATIENCE)
