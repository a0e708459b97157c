"""A WordPress with the plugin, new for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import wordpress

PLUGIN = Path("connectors/wordpress/plugin")


@pytest.fixture
def site(mariadb_server: Path) -> Iterator[wordpress.Site]:
    with wordpress.site(mariadb_server) as site:
        site.install(PLUGIN, "image-renamer")
        yield site
        assert site.log() == ""
