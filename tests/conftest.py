"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import databases
from tests.home import Home
from tests.servers import mariadb, postgres, seaweed
from tests.servers.seaweed import Seaweed
from tests.web.browser import chromium

pytest_plugins = ["tests.required"]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the socket of the run's PostgreSQL."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        return postgres.shared(run.parent, owner=os.getppid())
    return postgres.shared(run, owner=os.getpid())


@pytest.fixture(scope="session", name="seaweed")
def seaweed_server(tmp_path_factory: pytest.TempPathFactory) -> Seaweed:
    """The run's server of buckets."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        return seaweed.shared(run.parent, owner=os.getppid())
    return seaweed.shared(run, owner=os.getpid())


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the socket of the run's MariaDB."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        return mariadb.shared(run.parent, owner=os.getppid())
    return mariadb.shared(run, owner=os.getpid())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The only one of a process: two at a time are more than Playwright bears."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """A new database with the newest tables, by its SQLAlchemy URL."""
    with postgres.database(postgres_server, databases.prepare(postgres_server)) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Likewise, of each sort that the program runs on."""
    if request.param == "sqlite":
        return databases.put(tmp_path / "renamer.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def empty_postgres_url(postgres_server: Path) -> Iterator[str]:
    """A new database with nothing in it."""
    with postgres.database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'renamer.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.pictures.mkdir()
    return home
