"""The media library of a WordPress site as a source of images."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import httpx2

from connectors.base import ConnectorError, Entry, FileGone, Limits, NameTaken, Surroundings, Texts, Watch
from connectors.wordpress import certificate, checking, describing, listing, media, paths, redirects, watching
from connectors.wordpress.media import Item
from connectors.wordpress.plugin import Plugin
from connectors.wordpress.renaming import Renaming
from connectors.wordpress.shelf import Shelf
from connectors.wordpress.site import Site
from connectors.wordpress.watching import Poll

SETTLED_SECONDS = 120.0  # after its upload WordPress and its plugins may still be making copies of an image
_CHUNK = 1 << 18
_RESERVED_SUFFIXES = ("-scaled", "-rotated")


class Library:
    """Asks the site nothing before it must. Paths are relative to the uploads folder."""

    def __init__(self, site: Site, *, texts: str = "empty", poll_seconds: float = 30.0) -> None:
        self._site = site
        self._texts = texts
        self._poll_seconds = poll_seconds
        self._plugin = Plugin(site)
        self._shelf = Shelf(site, self._plugin)
        self._redirects = redirects.Redirects(site)
        self._ids: dict[str, int] = {}
        self._taken: dict[str, set[str]] = defaultdict(set)  # names that the site has for other things
        self._poll: Poll | None = None

    def check(self) -> None:
        for _, act in self.trials():
            act()

    def trials(self) -> Iterable[tuple[str, Callable[[], None]]]:
        return checking.Setup(self._site, self._plugin).trials()

    def scan(self, folder: str = "") -> Iterator[Entry]:
        """Folder by folder, each of them whole."""
        by_folder: dict[str, list[Entry]] = defaultdict(list)
        for one in self._shelf.items():
            if not folder or one.folder == folder or one.folder.startswith(f"{folder}/"):
                by_folder[one.folder].append(one.entry)
        for entries in by_folder.values():
            yield from entries

    def listing(self, folder: str) -> list[Entry]:
        return [one.entry for one in self._in(folder)]

    def names(self, folder: str) -> Iterator[str]:
        names = {name for one in self._in(folder) for name in one.names} | self._taken[folder]
        if not folder:
            names |= {one.folder.partition("/")[0] for one in self._shelf.items() if one.folder}
        yield from sorted(names)

    def _in(self, folder: str) -> Iterator[Item]:
        """A folder that has a name is asked for by it, which is cheaper than reading all."""
        found = listing.found_by_name(self._site, f"{folder}/") if folder else self._shelf.items()
        yield from (one for one in found if one.folder == folder)

    def stat(self, path: str) -> Entry | None:
        one = self._found(path)
        return one.entry if one else None

    def _found(self, path: str) -> Item | None:
        """The one that has this path now; by its number where it had it before, else by its name."""
        folder, name = paths.parted(path)
        known = self._ids.get(path)
        one = listing.one_item(self._site, known) if known else None
        if one is None or one.path != path:
            wanted = f"{folder}/{paths.stem_of(name)}".lstrip("/")
            alike = listing.found_by_name(self._site, wanted)
            one = next((found for found in alike if found.path == path), None)
        if one is None:
            self._ids.pop(path, None)
            return None
        self._ids[path] = one.id
        return one

    def open(self, path: str) -> BinaryIO:
        one = self._found(path)
        if one is None:
            raise FileGone(f"{path} is no longer there.")
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            self._load(one, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _load(self, one: Item, file: Any) -> None:
        try:
            with self._site.stream(httpx2.URL(one.address)) as said:
                if said.status_code in {404, 410}:
                    raise FileGone(f"{one.path} is in the media library, but its file is gone from the site.")
                if said.status_code != 200:
                    raise ConnectorError(
                        f"{one.address} answered with status {said.status_code}: let this appliance load images there "
                        "(protection against hot-linking, or a firewall, may keep it away)."
                    )
                for chunk in said.iter_bytes(_CHUNK):
                    file.write(chunk)
        except httpx2.HTTPError as error:
            raise ConnectorError(
                f"{one.address} could not be loaded to its end ({error}); it is tried again."
            ) from error

    def protocol(self, folder: str) -> str:  # noqa: ARG002
        self._plugin.required()
        return "wordpress"

    def limits(self, folder: str) -> Limits:  # noqa: ARG002
        return Limits(reserved_suffixes=_RESERVED_SUFFIXES)

    def unsettled(self, entry: Entry) -> float:
        said = self._site.get(f"wp/v2/media/{media.id_of(entry.version)}", context="edit", _fields="date_gmt")
        try:
            uploaded_at = datetime.fromisoformat(str(said.body["date_gmt"])).replace(tzinfo=UTC)
            there = parsedate_to_datetime(said.date).timestamp() if said.date else time.time()
        except (ValueError, KeyError):
            return 0
        age = there - uploaded_at.timestamp()
        return SETTLED_SECONDS - age if 0 <= age < SETTLED_SECONDS else 0

    def rename(
        self,
        entry: Entry,
        to: str,
        *,
        key: str,
        step: Callable[[str], None],  # noqa: ARG002  # the plugin's journal has the steps
        protocol: str = "",  # noqa: ARG002
    ) -> Entry:
        try:
            return self._renaming(entry, to).forth(key)
        except NameTaken:
            folder, name = paths.parted(to)
            self._taken[folder].add(name)  # by what the media library does not show
            raise

    def undo(self, entry: Entry, to: str, *, undoes: str, key: str) -> Entry:
        return self._renaming(entry, to).back(undoes, key)

    def _renaming(self, entry: Entry, to: str) -> Renaming:
        return Renaming(self._site, self._plugin, entry, to, self._found, self._settled, self._redirects.old_files)

    def _settled(self, one: Item, before: str) -> None:
        self._ids.pop(before, None)
        self._ids[one.path] = one.id

    def report(self, entry: Entry, *, before: str, key: str) -> Mapping[str, Any]:
        number = media.id_of(entry.version)
        record = self._renaming(entry, before).record(number, before, entry.path, key)
        return certificate.report(self._site, record) if record else {}

    def describe(self, entry: Entry, texts: Texts, *, key: str) -> Entry:  # noqa: ARG002  # nothing is set aside
        if self._texts != "none":
            describing.describe(self._site, media.id_of(entry.version), texts, over=self._texts == "all")
        return entry

    def surroundings(self, entry: Entry) -> Surroundings:
        return describing.surroundings(self._site, self._plugin, media.id_of(entry.version))

    def watching(self, changed: Callable[[str | None], None]) -> AbstractContextManager[Watch]:
        self._poll = Poll(self._site, self._plugin, changed, self._poll_seconds)
        return watching.watching(self._poll)

    def call(self, url: str, secret: str) -> None:
        if self._plugin.status() is not None:
            self._plugin.call(url, secret)

    def identity(self) -> str:
        if self._poll is not None and self._poll.problem is not None:
            raise self._poll.problem
        return f"{self._site.root()} {'with' if self._plugin.status() else 'without'} the plugin"

    def close(self) -> None:
        self._site.close()
