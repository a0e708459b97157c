"""The sample pages, written and shown to a browser once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from scripts import preview_pages
from tests.web.browser import chromium


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample pages."""
    folder = tmp_path_factory.mktemp("pages")
    preview_pages.write_pages(folder)
    preview_pages.write_thumbnails(folder / "thumbnails")
    with preview_pages.served(folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
