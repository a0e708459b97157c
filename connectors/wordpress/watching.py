"""Notices what happens in the media library: asks the plugin for what it has written down, again and again."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.base import ConnectorError, Watch
from connectors.wordpress import listing
from connectors.wordpress.plugin import Event, Plugin
from connectors.wordpress.site import Site

logger = logging.getLogger(__name__)

BLIND = "Without the plugin nobody tells what changes, so everything is looked through regularly."

Changed = Callable[[str | None], None]


class Poll:
    """Asks in a thread of its own. `problem` is why it could not, at the last time."""

    def __init__(self, site: Site, plugin: Plugin, changed: Changed, seconds: float) -> None:
        self.problem: ConnectorError | None = None
        self._site, self._plugin, self._changed, self._seconds = site, plugin, changed, seconds
        self._folders: dict[int, str] = {}
        self._seq = 0
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wordpress events", daemon=True)

    def start(self) -> Watch:
        """Raises ConnectorError where the site is not there."""
        status = self._plugin.status(afresh=True)
        if status is None:
            return Watch(BLIND)
        self._seq = status.last_event_seq
        self._thread.start()
        return Watch(nudge=self._wake.set)

    def stop(self) -> None:
        """Does not wait for a site that does not answer."""
        self._stopping = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._seconds)
            self._wake.clear()
            if not self._stopping:
                self._look()

    def _look(self) -> None:
        try:
            events, self._seq = self._plugin.events(self._seq)
            self._tell(events)
            self.problem = None
            if events:
                self._wake.set()  # there may be more of them
        except ConnectorError as error:
            logger.info("%s: %s", self._site.url, error)
            self.problem = error
        except Exception:
            logger.exception("What %s tells could not be read", self._site.url)
            self._changed(None)

    def _tell(self, events: list[Event]) -> None:
        ids = sorted({event.attachment for event in events})
        there = {one.id: one.folder for one in listing.items(self._site, ids)}
        for number in ids:
            before, after = self._folders.get(number), there.get(number)
            if before is None and after is None:
                named = [event.file for event in events if event.attachment == number and event.file]
                before = named[-1].rpartition("/")[0] if named else None
            for folder in {before, after} - {None}:
                self._changed(folder)
            if before is None and after is None:
                self._changed(None)
        self._folders |= there


@contextmanager
def watching(poll: Poll) -> Iterator[Watch]:
    try:
        yield poll.start()
    finally:
        poll.stop()
