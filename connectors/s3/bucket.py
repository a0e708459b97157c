"""A bucket, or a folder of one, as a source of images."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

from connectors.base import ConnectorError, Entry, FileGone, Limits, Texts, Watch
from connectors.junk import OURS
from connectors.s3 import describing, listing, locks, objects, probing, reading, renaming, watching
from connectors.s3.client import Client
from connectors.s3.copying import Habits
from connectors.s3.keys import LONGEST_NAME, Keys
from connectors.s3.probing import Ways
from connectors.s3.renaming import Move

__all__ = ["Bucket", "Habits"]

_known: dict[tuple[str, str], Ways] = {}
_probing = threading.Lock()


class Bucket:
    """Folders are what stands before the slashes of the keys. Each object appears whole, with all its bytes at once."""

    def __init__(self, client: Client, keys: Keys, *, notifications: str, describes: str, habits: Habits) -> None:
        self._client = client
        self._keys = keys
        self._notifications = notifications
        self._describes = describes
        self._habits = habits
        self._ways_given: Ways | None = None

    def use(self, ways: Ways) -> None:
        """For tests: takes these ways without asking the server what it can do."""
        self._ways_given = ways

    def check(self) -> None:
        listing.reach(self._client)
        locks.refuse_default_lock(self._client)
        self._ways(afresh=True)

    def scan(self, folder: str = "") -> Iterator[Entry]:
        return listing.scan(self._client, self._keys, folder)

    def names(self, folder: str) -> Iterator[str]:
        return listing.names(self._client, self._keys.of_folder(folder))

    def listing(self, folder: str) -> list[Entry]:
        entries, there = listing.directly_in(self._client, self._keys, folder)
        if folder and not there:
            raise FileGone(f"There is no folder {folder} (any more).")
        return entries

    def identity(self) -> str:
        access = self._client.access
        return f"{access.host}/{access.bucket}"

    def watching(self, changed: Callable[[str | None], None]) -> AbstractContextManager[Watch]:
        return watching.watching(self._client, self._keys, self._notifications, changed)

    def stat(self, path: str) -> Entry | None:
        found = objects.look(self._client, self._keys.of(path))
        return None if found is None else Entry(path, found.size, found.etag)

    def open(self, path: str) -> BinaryIO:
        return reading.opened(self._client, self._keys.of(path), path)

    def protocol(self, folder: str) -> str:
        """One for both ways to copy: what either has begun, its mark tells to the other."""
        self._keys.of_folder(folder)
        self._ways()
        return "s3"

    def limits(self, folder: str) -> Limits:  # noqa: ARG002  # the same everywhere
        return Limits(name_max=LONGEST_NAME)

    def unsettled(self, entry: Entry) -> float:  # noqa: ARG002  # none ever is
        return 0.0

    def rename(
        self,
        entry: Entry,
        to: str,
        *,
        key: str,
        step: Callable[[str], None],
        protocol: str = "",  # noqa: ARG002  # there is one alone
    ) -> Entry:
        old, new = self._keys.of(entry.path), self._keys.of(to)
        if to.rpartition("/")[2].startswith(OURS):
            raise ConnectorError(f"{to} would be mistaken for an object of ours: choose another name.", permanent=True)
        move = Move(self._client, entry, to, old, new, key, step, self._ways(), self._habits)
        return renaming.carry_out(move)

    def rewrite(self, entry: Entry, contents: bytes, *, key: str) -> Entry:  # noqa: ARG002  # nothing is set aside
        return renaming.rewrite(self._client, entry, self._keys.of(entry.path), contents, self._ways())

    def describe(self, entry: Entry, texts: Texts, *, key: str) -> Entry:  # noqa: ARG002  # nothing is set aside
        at = self._keys.of(entry.path)
        if self._describes == "metadata":
            return describing.in_metadata(self._client, entry, at, texts, self._ways())
        if self._describes == "tags":
            describing.in_tags(self._client, entry, at, texts)
        return entry

    def close(self) -> None:
        self._client.close()

    def _ways(self, *, afresh: bool = False) -> Ways:
        """Found out once for each bucket, and again when its owner asks whether all is well."""
        if self._ways_given is not None and not afresh:
            return self._ways_given
        here = self._client.access.host, self._client.access.bucket
        known = _known.get(here)
        if known is not None and not afresh:
            return known  # a server that does not answer holds up none but those that are not known yet
        with _probing:
            known = _known.get(here)
            if known is None or afresh:
                known = _known[here] = probing.probe(self._client, self._keys.root)
            return known
