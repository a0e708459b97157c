"""What was seen on a server before: folders that need not be listed again, files that must stand still first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from connectors.base import Entry
from connectors.sftp.session import Look

LASTS = 55.0  # seconds; then a folder is listed again, as files in it may have been written over
SURE = 3.0  # seconds that a folder must have been unchanged, since its time has a grain of one
QUIET = 5.0  # seconds without a change after which a file may be finished
OLD = 3600.0  # seconds after which it is; the server's clock may differ from ours by less
_MOST = 100_000

Listing = list[tuple[bytes, Look]]
List = Callable[[str, Look | None], tuple[Look, Listing | None]]


@dataclass(slots=True)
class _Known:
    look: Look
    found: Listing
    listed_at: float
    seen_at: float  # with this look, first


class Listings:
    """Folders as they were listed last. One that says that nothing came or went since is not listed again."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, folder: str, listed: List) -> Listing:
        now = time.monotonic()
        with self._lock:
            known = self._known.get(folder)
        fresh = known is not None and now - known.listed_at < LASTS and known.listed_at - known.seen_at > SURE
        look, found = listed(folder, known.look if known and fresh else None)
        if found is None and known is not None:
            return known.found
        return self._remember(folder, look, found or [], now)

    def anew(self, folder: str, listed: List) -> Listing:
        look, found = listed(folder, None)
        return self._remember(folder, look, found or [], time.monotonic())

    def _remember(self, folder: str, look: Look, found: Listing, now: float) -> Listing:
        with self._lock:
            known = self._known.pop(folder, None)
            seen_at = known.seen_at if known and known.look == look else now
            self._known[folder] = _Known(look, found, now, seen_at)
            while len(self._known) > 1 and sum(len(one.found) for one in self._known.values()) > _MOST:
                self._known.popitem(last=False)
        return found


class Settling:
    """A file is finished when two looks, a while apart, saw the same size and time."""

    def __init__(self) -> None:
        self._first: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, entry: Entry, clock: float) -> float:
        """The seconds until it may be finished; 0 where it is."""
        if 0 < int(entry.version.partition("-")[0] or 0) < clock - OLD:
            return 0
        now = time.monotonic()
        with self._lock:
            version, since = self._first.get(entry.path, ("", now))
            if version != entry.version:
                since = now
                self._first[entry.path] = entry.version, now
                if len(self._first) > _MOST:
                    self._first.popitem(last=False)
        return max(QUIET - (now - since), 0)
