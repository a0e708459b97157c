"""XMP sidecars that name the files around them are kept right when those get new names."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from appliance import naming
from appliance.renames.moves import Ending, Move, Result, Step
from appliance.sources import name_of
from connectors.base import Connector, ConnectorError, Entry, FileGone, Rewrites

_LARGEST = 8 << 20  # bytes of a sidecar that is read for names
_REWRITING = "rewriting"

logger = logging.getLogger(__name__)


def foreseen(connector: Connector, moves: Sequence[Move], standing: Mapping[str, str]) -> list[Move]:
    """The moves, with what each sidecar will be once it has the new names in it. Reads sidecars; changes nothing."""
    names = {**standing, **_names(moves)}
    return [replace(move, rewritten=_foreseen(connector, move, names)) for move in moves]


def _names(moves: Sequence[Move]) -> dict[str, str]:
    return {name_of(move.from_path): name_of(move.to_path) for move in moves}


def _foreseen(connector: Connector, move: Move, names: Mapping[str, str]) -> str:
    contents = _contents(connector, move, move.from_path)
    if contents is None or _digest(contents) != move.sha256:
        return ""
    changed = naming.sidecars.renamed(contents, names)
    return "" if changed == contents else _digest(changed)


def _contents(connector: Connector, move: Move, path: str) -> bytes | None:
    """None for what is no sidecar that could be rewritten."""
    if not (move.companion and path.lower().endswith(".xmp") and move.size <= _LARGEST):
        return None
    try:
        with connector.open(path) as file:
            return file.read(_LARGEST + 1)
    except FileGone:
        return None


def _digest(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


def keep_right(
    connector: Connector,
    moves: Sequence[Move],
    entries: dict[int, Entry],
    step: Step,
    standing: Mapping[str, str],
) -> Result:
    """The end of an attempt that gave all files their new names. A sidecar that cannot be rewritten keeps its bytes,
    which is said; the names stay."""
    names, notes, rewritten = {**standing, **_names(moves)}, [], set()
    for move in (move for move in moves if move.rewritten):
        try:
            entries[move.id] = _rewrite(connector, move, names, entries[move.id], step)
            rewritten.add(move.id)
        except (ConnectorError, OSError) as error:
            logger.warning("%s was not rewritten: %s", move.to_path, error)
            notes.append(f"{name_of(move.to_path)} still has the old names in it.")
    return Result(Ending.DONE, entries, frozenset(rewritten), " ".join(notes))


def _rewrite(connector: Connector, move: Move, names: Mapping[str, str], entry: Entry, step: Step) -> Entry:
    """Safe to repeat: what is rewritten already is left so. Raises ConnectorError where the bytes are others."""
    if not isinstance(connector, Rewrites):
        raise ConnectorError("This source cannot change what is in a file.", permanent=True)
    contents = _contents(connector, replace(move, size=entry.size), entry.path)
    if contents is not None and _digest(contents) == move.sha256:
        contents = naming.sidecars.renamed(contents, names)
    if contents is None or _digest(contents) != move.rewritten:
        raise ConnectorError(f"{entry.path} was changed meanwhile.")
    step(move, _REWRITING)
    return connector.rewrite(replace(move.entry, path=entry.path), contents, key=str(move.id))
