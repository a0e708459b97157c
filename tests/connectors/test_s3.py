"""The shared suite on a bucket: with each way to copy, and where the bucket keeps every version."""

from pathlib import Path

import pytest

from tests.connectors import conformance
from tests.connectors.buckets import BucketFromOutside
from tests.connectors.conformance import HOSTILE_NAMES, Conformance
from tests.servers.seaweed import Seaweed


class InBuckets(Conformance):
    """One bucket for the class, one folder of it for each test."""

    @pytest.fixture(scope="class")
    @classmethod
    def bucket(cls, seaweed: Seaweed) -> str:
        return seaweed.bucket()

    @pytest.fixture
    def source(self, seaweed: Seaweed, bucket: str, tmp_path: Path) -> BucketFromOutside:
        return BucketFromOutside(seaweed, bucket=bucket, prefix=f"photos of us/{tmp_path.name}")

    @pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if "\\" not in name])  # SeaweedFS makes it a slash
    def test_a_strange_name_is_a_name_like_any_other(self, source: conformance.Source, name: str):
        super().test_a_strange_name_is_a_name_like_any_other(source, name)


class TestByConditionalCopyInABucketThatKeepsVersions(InBuckets):
    @pytest.fixture(scope="class")
    @classmethod
    def bucket(cls, seaweed: Seaweed) -> str:
        return seaweed.bucket(versioned=True)


class TestByConditionalCopyInParts(InBuckets):
    @pytest.fixture
    def source(self, seaweed: Seaweed, bucket: str, tmp_path: Path) -> BucketFromOutside:
        return BucketFromOutside(seaweed, bucket=bucket, prefix=tmp_path.name, way="multipart")
