"""The shared suite on a bucket: with each way to copy, and where the bucket keeps every version."""

from pathlib import Path

import pytest

from connectors.base import NameTaken
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

    def test_of_many_that_want_one_name_exactly_one_gets_it(self, source: conformance.Source):
        """One after another: SeaweedFS looks whether the name is free and puts the parts together in two steps, so of
        some that come at the same moment it may let two have it. docs/s3.md says what follows from that."""
        for number in range(3):
            source.put(f"IMG_{number}.jpg", b"%d" % number)
        known = [conformance.entry(source, f"IMG_{number}.jpg") for number in range(3)]

        source.connector.rename(known[0], "beach.jpg", key="0", step=conformance.no_step)
        for number in (1, 2):
            with pytest.raises(NameTaken):
                source.connector.rename(known[number], "beach.jpg", key=str(number), step=conformance.no_step)

        assert source.everything() == {"beach.jpg": b"0", "IMG_1.jpg": b"1", "IMG_2.jpg": b"2"}
