"""The shared suite on a folder: with each protocol, and on disks that leave no choice of one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.conformance import Conformance
from tests.connectors.folders import FolderFromOutside
from tests.servers import fuse


class TestByOneAtomicCall(Conformance):
    @pytest.fixture
    def source(self, tmp_path: Path) -> FolderFromOutside:
        return FolderFromOutside(tmp_path, "noreplace")


class TestByLinking(Conformance):
    @pytest.fixture
    def source(self, tmp_path: Path) -> FolderFromOutside:
        return FolderFromOutside(tmp_path, "link")


class TestByCopying(Conformance):
    @pytest.fixture
    def source(self, tmp_path: Path) -> FolderFromOutside:
        return FolderFromOutside(tmp_path, "copy")


class OnFuse(Conformance):
    """One mount for the class, one folder of it for each test."""

    options: tuple[str, ...] = ()
    protocol = "link"

    @pytest.fixture(scope="class")
    @classmethod
    def disk(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
        base = tmp_path_factory.mktemp("fuse")
        with fuse.mounted(base / "backing", base / "disk", *cls.options) as disk:
            yield disk

    @pytest.fixture
    def source(self, disk: Path, tmp_path: Path) -> FolderFromOutside:
        root = disk / tmp_path.name
        root.mkdir()
        return FolderFromOutside(root)

    def test_the_protocol_is_the_one_that_this_disk_allows(self, source: FolderFromOutside):
        assert source.connector.protocol("") == self.protocol


class TestOnFuse(OnFuse):
    pass


class TestOnFuseWithoutLinks(OnFuse):
    options = ("--no-links",)
    protocol = "copy"


class TestOnFuseThatIgnoresCase(OnFuse):
    options = ("--ignore-case",)
