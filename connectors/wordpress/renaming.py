"""One rename or its undo: what is to be seen of the image first, what the plugin is asked, what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.base import ConnectorError, Entry, FileChanged, FileGone
from connectors.wordpress import listing, media, paths, plugin
from connectors.wordpress.media import Item
from connectors.wordpress.plugin import Plugin, request_id
from connectors.wordpress.site import Refusal, Site

_DONE = frozenset({"done", "noop"})
_BEGUN = frozenset({"planned", "linked", "switched"})
_MOST_LIVES = 20


@dataclass(frozen=True, slots=True)
class Renaming:
    """`found` looks for the image at a path; `settled` is told which one has its new name; `old_files` answers whether
    the plugin may remove old names."""

    site: Site
    plugin: Plugin
    entry: Entry
    to: str
    found: Callable[[str], Item | None]
    settled: Callable[[Item, str], None]
    old_files: Callable[[str], str]

    def forth(self, key: str) -> Entry:
        one = self._ready()
        if one is None:
            return self._finished(key)
        old_files = self.old_files(self.plugin.required().probe_url)
        for life in range(1, _MOST_LIVES):
            number = self._request_id(key, one.id, life)
            done = self._asked(partial(self._ask, one.id, one.file, number, old_files))
            if not done.get("replayed") or self._has_it(one.id):
                return self._arrived()
        raise ConnectorError(f"{self.entry.path} is put back on the site whenever it was renamed: look who does that.")

    def _finished(self, key: str) -> Entry:
        """The name is there already; what belongs to it may not be, where an earlier call was cut off."""
        attachment = media.id_of(self.entry.version)
        for life in range(1, _MOST_LIVES):
            number = self._request_id(key, attachment, life)
            record = self.plugin.record(number)
            if record is None:
                break
            if record.get("state") in _BEGUN:
                old_files = self.old_files(self.plugin.required().probe_url)
                self._asked(partial(self._ask, attachment, str(record["from"]), number, old_files))
        return self._arrived()

    def _ask(self, attachment: int, file: str, number: str, old_files: str) -> Mapping[str, Any]:
        stem = paths.stem_of(self.to)
        return self.plugin.give_name(attachment, file, stem, request_id=number, old_files=old_files)

    def back(self, undoes: str, key: str) -> Entry:
        """By the plugin's journal; as a rename where that knows nothing of it any more."""
        one = self._ready(edited=True)
        if one is None:
            return self._arrived()
        number = self._standing(one.id, self.to, self.entry.path, undoes)
        if number is None:
            return self.forth(key)
        self._asked(partial(self.plugin.undo, number))
        return self._arrived()

    def record(self, attachment: int, before: str, after: str, key: str) -> Mapping[str, Any] | None:
        """What the plugin wrote down of a rename that stands."""
        number = self._standing(attachment, before, after, key)
        return self.plugin.record(number) if number else None

    def _standing(self, attachment: int, before: str, after: str, key: str) -> str | None:
        """The newest life of a rename, if it was not undone since."""
        found: str | None = None
        for life in range(1, _MOST_LIVES):
            number = request_id(self.site.username, attachment, before, after, key, life)
            record = self.plugin.record(number)
            if record is None:
                break
            found = number if record.get("state") in _BEGUN | {"done", "undoing"} else None
        return found

    def _request_id(self, key: str, attachment: int, life: int) -> str:
        return request_id(self.site.username, attachment, self.entry.path, self.to, key, life)

    def _ready(self, *, edited: bool = False) -> Item | None:
        """The image as it is now; None where it has its new name already. Raises FileGone, FileChanged."""
        if paths.parted(self.entry.path)[0] != paths.parted(self.to)[0]:
            raise ConnectorError(f"{self.to}: WordPress keeps an image in the folder of its upload.", permanent=True)
        number = media.id_of(self.entry.version)
        one = listing.one_item(self.site, number) if number else None
        if one is None or one.path != self.entry.path:
            if one is not None and self._is_wanted(one.path):
                return None
            return self._other(one)
        if not edited and one.entry.version != self.entry.version:
            raise FileChanged(f"{self.entry.path} is not the file that it was when it was looked at.")
        return None if self._is_wanted(one.path) else one

    def _other(self, one: Item | None) -> Item:
        """What has the old name, if anything, is not what was seen."""
        if self.found(self.entry.path) is not None:
            raise FileChanged(f"{self.entry.path} is another image by now.")
        where = f" It is at {one.path} now." if one else ""
        raise FileGone(f"{self.entry.path} is no longer there.{where}")

    def _is_wanted(self, path: str) -> bool:
        """An ending stays what it is on the site, whatever was wanted."""
        return path == self.to or (
            path.rpartition(".")[0] == self.to.rpartition(".")[0]
            and path.rpartition(".")[2].lower() == self.entry.path.rpartition(".")[2].lower()
        )

    def _asked(self, act: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            done = act()
        except Refusal as refusal:
            raise plugin.error_for(refusal, self.entry, self.to) from refusal
        if done.get("state") not in _DONE | {"undone"}:
            raise ConnectorError(f"The site left {self.entry.path} as “{done.get('state')}”: it is tried again.")
        return done

    def _has_it(self, attachment: int) -> bool:
        one = listing.one_item(self.site, attachment)
        return one is not None and self._is_wanted(one.path)

    def _arrived(self) -> Entry:
        """As the site lists it now."""
        one = listing.one_item(self.site, media.id_of(self.entry.version))
        if one is None or not self._is_wanted(one.path):
            raise ConnectorError(f"{self.entry.path} was renamed on the site, but is not at {self.to}: look there.")
        self.settled(one, self.entry.path)
        return one.entry
