"""The view that clients have of an account's folder: each file once, under the name that they know it by."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from paramiko import SFTPAttributes

from connectors.base import Account
from connectors.junk import OURS
from connectors.sftp.drop import keeping
from connectors.sftp.drop.jail import UPLOADING, WAITING, Jail, Place, parts_of
from connectors.sftp.drop.shares import Share
from connectors.sftp.drop.uploads import shown


class Desk:
    """One for an account, shared by its connections."""

    def __init__(self, account: Account, delays: keeping.Delays) -> None:
        account.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.account = account
        self.share = Share(Jail(account.folder), account.options.quota, account.options.largest)
        self._delays = delays
        delays.find(self.share.jail, account.options.delay)

    @contextmanager
    def place(self, path: str) -> Iterator[Place]:
        with self.share.jail.place(path) as place:
            yield place

    def finished(self, path: str) -> None:
        """All of it is there, and its client says so."""
        with self.share.jail.place(path) as place, self.share.lock:
            keeping.finish(place)
        self.later(path)

    def later(self, path: str) -> None:
        self._delays.later(self.share.jail, path, self.account.options.delay)

    def found(self, place: Place, path: str) -> tuple[str, os.stat_result]:
        """Likewise under the name that it came with, where clients are to find it by that. Raises FileNotFoundError."""
        try:
            return place.found()
        except FileNotFoundError:
            name = self._old_names("/".join(parts_of(path)[:-1])).get(place.name, "")
            look = place.look(name) if name else None
            if look is None:
                raise
            return name, look

    def own(self, place: Place, path: str) -> tuple[str, os.stat_result]:
        """What a client may take away or rename. Raises PermissionError for a photo that has its name by now."""
        try:
            return place.found()
        except FileNotFoundError:
            self.found(place, path)
            raise PermissionError(errno.EACCES, "This photo has its name by now, and stays") from None

    def _old_names(self, folder: str) -> dict[str, str]:
        """The present names in a folder, by those that clients know; none where they are to see the present ones."""
        if self.account.options.after != "keep-names":
            return {}
        parted = ((old.rpartition("/"), new.rpartition("/")) for old, new in self.account.names().items())
        return {old[2]: new[2] for old, new in parted if old[0] == new[0] == folder}

    def listing(self, folder: int, path: str) -> list[SFTPAttributes]:
        """A photo stands there once: under its old name where clients are to find it by that."""
        found = self._present(folder)
        for old, new in self._old_names(path).items():
            if new in found and old not in found:
                found[new].filename = old
        return list(found.values())

    def _present(self, folder: int) -> dict[str, SFTPAttributes]:
        found: dict[str, SFTPAttributes] = {}
        for name in sorted(os.listdir(folder), key=_newest_last):
            seen = name.removeprefix(UPLOADING).removeprefix(WAITING)
            if name.startswith(OURS) or not _is_unicode(seen):
                continue
            look = Place(folder, name).look(name)
            if look is not None:
                found[seen] = shown(look, seen)
        return found


def _newest_last(name: str) -> tuple[bool, bool]:
    return name.startswith(UPLOADING), name.startswith(WAITING)


def _is_unicode(name: str) -> bool:
    return name.isascii() or os.fsencode(name).decode(errors="replace") == name
