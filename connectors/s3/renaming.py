"""Another name for an object: a conditional copy by the server, a look at it, and the old name taken off.

A kill between any two requests leaves every byte under a name, and the next call for the same key goes on from what it
finds: a copy of ours carries a mark that names the rename and the bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, NameTaken
from connectors.s3 import copying, listing, objects
from connectors.s3.client import Action, Client, ConditionFailed
from connectors.s3.copying import Copy, Habits
from connectors.s3.objects import Found, mark_of
from connectors.s3.probing import Ways


@dataclass(frozen=True, slots=True)
class Move:
    """One rename: `old` and `new` are the keys of `entry` and `to`."""

    client: Client
    entry: Entry
    to: str
    old: str
    new: str
    key: str
    step: Callable[[str], None]
    ways: Ways
    habits: Habits

    @property
    def mark(self) -> str:
        return mark_of(self.old, self.new, self.key, self.entry.version)

    def is_entry(self, found: Found | None) -> bool:
        return found is not None and found.etag == self.entry.version and found.size == self.entry.size

    def is_ours(self, found: Found | None) -> bool:
        """A copy that this rename made, of these bytes."""
        return found is not None and found.mark == self.mark and found.size == self.entry.size

    def arrived(self, found: Found) -> Entry:
        return Entry(self.to, found.size, found.etag)


def carry_out(move: Move) -> Entry:
    """What is left of the move, or all of it. Raises as Connector.rename does."""
    old = objects.look(move.client, move.old)
    if old is None or not move.is_entry(old):
        return _end(move, old)
    if move.old == move.new:
        return move.arrived(old)
    if reason := old.refusal():
        raise ConnectorError(f"{move.entry.path} {reason}, then rename it again.", permanent=True)
    if listing.has_below(move.client, f"{move.new}/"):
        raise NameTaken(f"{move.to} is a folder already.")
    _copy(move, old)
    move.step("copied")
    new = _look_at_copy(move)
    _retire(move)
    return move.arrived(new)


def _end(move: Move, old: Found | None) -> Entry:
    """The old name is not the object that was to be renamed: because that is done, or for another reason."""
    new = objects.look(move.client, move.new)
    if new is not None and (move.is_ours(new) or (old is None and move.is_entry(new))):
        return move.arrived(new)
    if old is None:
        raise FileGone(f"{move.entry.path} is no longer there.")
    raise FileChanged(f"{move.entry.path} is not the object that was looked at: look at it again.")


def _copy(move: Move, old: Found) -> None:
    headers = old.properties() | {objects.MARK: move.mark}
    if move.ways.acls:
        headers |= objects.grants(move.client, move.old)
    try:
        copying.copy(move.client, Copy(old, move.new, headers), move.ways.copy, move.habits)
    except (ConditionFailed, FileGone) as error:
        _judge(move, error)


def _judge(move: Move, error: ConnectorError) -> None:
    """The server refused to copy, and does not say which condition did not hold; nothing is wrong where an earlier try
    has made the copy."""
    new = objects.look(move.client, move.new)
    if move.is_ours(new):
        return
    if new is not None:
        raise NameTaken(f"{move.to} exists already.") from error
    old = objects.look(move.client, move.old)
    if old is None:
        raise FileGone(f"{move.entry.path} is no longer there.") from error
    if not move.is_entry(old):
        raise FileChanged(f"{move.entry.path} was changed a moment ago: look at it again.") from error
    raise ConnectorError(f"{move.to} was being written by another program: run this again.") from error


def _look_at_copy(move: Move) -> Found:
    new = objects.look(move.client, move.new)
    if new is None:
        raise ConnectorError(f"{move.to} was made and is gone again: look at the bucket, then run this again.")
    if not move.is_ours(new):
        raise ConnectorError(f"{move.to} was written by another program meanwhile: run this again.")
    return new


def _retire(move: Move) -> None:
    """Takes the old name off, unless another program has written there since: that is a new object, and stays."""
    condition = {"If-Match": f'"{move.entry.version}"'} if move.ways.deletes_if_match else {}
    try:
        if not condition and not move.is_entry(objects.look(move.client, move.old)):
            return
        move.client.send("DELETE", move.old, Action.DELETE, headers=condition)
    except (ConditionFailed, FileGone):
        return


def rewrite(client: Client, entry: Entry, at: str, contents: bytes, ways: Ways) -> Entry:
    """Other contents for a small object. Raises as Rewrites.rewrite does."""
    if not ways.puts_if_match:
        raise ConnectorError(f"{client.access.host} cannot write {entry.path} safely.", permanent=True)
    found = objects.look(client, at)
    if found is None:
        raise FileGone(f"{entry.path} is no longer there.")
    if found.etag == entry.version:
        headers = found.properties() | objects.as_header(objects.tags(client, found))
        headers |= objects.grants(client, at) if ways.acls else {}
        try:
            client.send("PUT", at, Action.WRITE, body=contents, headers=headers | {"If-Match": f'"{found.etag}"'})
        except ConditionFailed as error:
            if client.send("GET", at, Action.READ).data != contents:
                raise FileChanged(f"Another program changed {entry.path} meanwhile.") from error
    elif client.send("GET", at, Action.READ).data != contents:
        raise FileChanged(f"Another program changed {entry.path} meanwhile.")
    done = objects.look(client, at)
    if done is None:
        raise FileGone(f"{entry.path} is no longer there.")
    return replace(entry, size=done.size, version=done.etag)
