"""The media library as it was read last, kept right by what the plugin tells has happened since."""

import threading
import time
from collections.abc import Iterable

from connectors.wordpress import listing
from connectors.wordpress.media import Item
from connectors.wordpress.plugin import Event, Plugin
from connectors.wordpress.site import Site

_WITH_PLUGIN_SECONDS = 6 * 3600.0  # after which all is read again, whatever was told
_WITHOUT_SECONDS = 3.0
_YOUNG_SECONDS = 150.0  # in which more is made of an upload than is told


class Shelf:
    """Safe to use from several threads."""

    def __init__(self, site: Site, plugin: Plugin) -> None:
        self._site = site
        self._plugin = plugin
        self._lock = threading.Lock()
        self._items: dict[int, Item] | None = None
        self._seq = 0
        self._young: dict[int, float] = {}
        self._read_at = 0.0

    def items(self) -> list[Item]:
        """All images that are there now."""
        with self._lock:
            status = self._plugin.status()
            good_for = _WITH_PLUGIN_SECONDS if status else _WITHOUT_SECONDS
            if self._items is None or time.monotonic() - self._read_at > good_for:
                self._read(status.last_event_seq if status else 0)
            elif status:
                self._catch_up()
            return list((self._items or {}).values())

    def _read(self, seq: int) -> None:
        """What happens meanwhile is told after `seq`, and is looked at once more."""
        fresh = self._plugin.status(afresh=True)
        self._seq = fresh.last_event_seq if fresh else seq
        self._items = {one.id: one for one in listing.every_item(self._site)}
        self._read_at = time.monotonic()

    def _catch_up(self) -> None:
        while True:
            events, seq = self._plugin.events(self._seq)
            self._look_at(events)
            if seq == self._seq:
                return
            self._seq = seq

    def _look_at(self, events: Iterable[Event]) -> None:
        at = time.monotonic()
        self._young |= {event.attachment: at + _YOUNG_SECONDS for event in events}
        ids = sorted(self._young)
        self._young = {number: until for number, until in self._young.items() if until > at}
        there = {one.id: one for one in listing.items(self._site, ids)}
        known = self._items or {}
        for number in ids:
            if number in there:
                known[number] = there[number]
            else:
                known.pop(number, None)
