"""A WordPress with the plugin, new for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import wordpress

PLUGIN = Path("connectors/wordpress/plugin")
BOTH = pytest.mark.parametrize("site", wordpress.RELEASES, indirect=True)


@pytest.fixture
def site(mariadb_server: Path, request: pytest.FixtureRequest) -> Iterator[wordpress.Site]:
    """Of the newest version; `@BOTH` runs a test on both."""
    with wordpress.site(mariadb_server, getattr(request, "param", wordpress.NEWEST)) as site:
        site.install(PLUGIN, "image-renamer")
        yield site
        assert site.log() == ""
