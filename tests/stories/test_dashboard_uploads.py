"""Photos are brought in a real browser, past the server into a bucket, and taken away with their new names."""

import zipfile
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.home import Home
from tests.servers.seaweed import Seaweed
from tests.serving import served
from tests.storages import url_of
from tests.watching import eventually
from tests.web.dashboard import PATIENCE, Dashboard, opened

DROP = """([target, names, bodies]) => {
  const brought = new DataTransfer();
  const bytes = (body) => Uint8Array.from(atob(body), (one) => one.charCodeAt());
  names.forEach((name, at) => brought.items.add(new File([bytes(bodies[at])], name)));
  const dropped = new DragEvent("drop", { dataTransfer: brought, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(dropped);
}"""


def test_photos_are_dropped_named_and_downloaded_also_without_scripts(home: Home, browser: Browser, seaweed: Seaweed):
    home.environment["RENAMER_STORAGE_URL"] = url_of(seaweed, seaweed.bucket())
    photos = [home.photo(f"IMG_000{number}.JPG", seed=number) for number in (1, 2, 3)]
    with served(home) as server:
        with opened(browser, server) as dashboard:
            dashboard.set_up()
            past = drop(dashboard, seaweed, photos)
            assert past == {"PUT"}
            assert taken_away(dashboard, home) == {photo.read_bytes() for photo in photos}
            expect(dashboard.page.locator("#batch")).to_contain_text("Done", timeout=PATIENCE)
            expect(dashboard.page.locator("#taking")).to_contain_text("will be deleted")
            assert dashboard.complaints() == []
        with opened(browser, server, scripts=False) as plain:
            plain.open("/uploads")
            plain.sign_in()
            plain.page.set_input_files("#files", [*photos[:1], home.root / "serve.log"])
            plain.press("Upload and name them")
            expect(plain.page.locator(".toast, .notice").filter(has_text="1 file left out").first).to_be_visible()
            assert len(taken_away(plain, home)) == 1


def drop(dashboard: Dashboard, seaweed: Seaweed, photos: list[Path]) -> set[str]:
    """Drops the photos into the page; how the bucket was asked by it."""
    asked: set[str] = set()
    dashboard.page.on("request", lambda sent: asked.add(sent.method) if seaweed.host in sent.url else None)
    dashboard.open("/uploads")
    bodies = [b64encode(photo.read_bytes()).decode() for photo in photos]
    dashboard.page.evaluate(DROP, [".drop", [photo.name for photo in photos], bodies])
    expect(dashboard.page.locator("#sent")).to_have_text("3 files")
    dashboard.press("Upload and name them")
    dashboard.page.wait_for_url("**/batches/*")
    return asked


def is_named(dashboard: Dashboard) -> bool:
    """Also without scripts, where a page does not come anew by itself."""
    dashboard.page.reload()
    return "Nothing is left to do" in dashboard.page.locator("#progress").inner_text()


def taken_away(dashboard: Dashboard, home: Home) -> set[bytes]:
    """What the archive has once all is named."""
    page = dashboard.page
    eventually(lambda: is_named(dashboard), what=dashboard.served.log)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    archive = home.root / "photos.zip"
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as whole:
        assert not any("IMG" in name for name in whole.namelist())
        return {whole.read(name) for name in whole.namelist()}
