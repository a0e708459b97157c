"""The sample pages, written once."""

from collections.abc import Iterator

import pytest

from scripts import preview_pages


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample pages."""
    folder = tmp_path_factory.mktemp("pages")
    preview_pages.write_pages(folder)
    preview_pages.write_thumbnails(folder / "thumbnails")
    with preview_pages.served(folder) as address:
        yield address
