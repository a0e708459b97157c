"""Previews and thumbnails: stored whole, found by content, and not kept for ever."""

import os
import time
from pathlib import Path

from appliance.storage import Storage

DAY = 24 * 3600
PICTURE = "ab" * 32


def test_a_picture_is_found_by_its_content_and_its_tenant_alone(tmp_path: Path):
    storage = Storage(tmp_path)
    storage.put_preview(1, PICTURE, b"large")
    storage.put_thumbnail(1, PICTURE, b"small")

    assert (storage.preview(1, PICTURE), storage.thumbnail(1, PICTURE)) == (b"large", b"small")
    assert (storage.preview(2, PICTURE), storage.thumbnail(2, PICTURE)) == (None, None)


def test_what_nobody_has_needed_for_long_is_removed(tmp_path: Path):
    storage = Storage(tmp_path)
    storage.put_preview(1, PICTURE, b"large")
    storage.put_thumbnail(1, PICTURE, b"small")
    for path in tmp_path.rglob("*.jpg"):
        os.utime(path, (0, time.time() - 40 * DAY))

    assert storage.prune() == 1
    assert storage.preview(1, PICTURE) is None
    assert storage.has_thumbnail(1, PICTURE)
