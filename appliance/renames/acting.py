"""What is done to the source: the moves of an image and its companions, whole or not at all, and put right."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from appliance.renames import references
from appliance.renames.digests import digest
from appliance.renames.moves import Ending, Move, Result, Step
from connectors.base import Connector, ConnectorError, Entry, FileChanged, FileGone, NameTaken, Undoes

_BACK = "back"  # the step of a rename that is being taken back with its group

logger = logging.getLogger(__name__)

_ALONE: Mapping[str, str] = {}

Act = Callable[[Connector, Move, Step], Entry]


def apply(connector: Connector, moves: Sequence[Move], step: Step, standing: Mapping[str, str] = _ALONE) -> Result:
    """Renames an image and its companions, whole or not at all. The rows must say executing already.

    `standing` has further files of the group by the names that sidecars may know them by, with those they have now.
    """
    return _drive(connector, moves, step, standing, _rename)


def recover(connector: Connector, moves: Sequence[Move], step: Step, standing: Mapping[str, str] = _ALONE) -> Result:
    """Finishes or takes back what an attempt of unknown outcome left, judged by the bytes under both names.

    Safe to repeat; changes nothing where all is as it should be.
    """
    return _drive(connector, moves, step, standing, _put_right)


def _drive(connector: Connector, moves: Sequence[Move], step: Step, standing: Mapping[str, str], act: Act) -> Result:
    entries: dict[int, Entry] = {}
    for move in moves:
        try:
            entries[move.id] = act(connector, move, step)
        except (ConnectorError, OSError) as error:
            return _after_failure(connector, moves, entries, error, step)
    return references.keep_right(connector, moves, entries, step, standing)


def _rename(connector: Connector, move: Move, step: Step) -> Entry:
    if move.undoes_id is not None and isinstance(connector, Undoes):
        return connector.undo(move.entry, move.to_path, undoes=str(move.undoes_id), key=str(move.id))
    return connector.rename(
        move.entry, move.to_path, key=str(move.id), step=partial(step, move), protocol=move.protocol
    )


def _put_right(connector: Connector, move: Move, step: Step) -> Entry:
    """The connector finishes what it had begun, or cleans up after it where the file is another by now; whether a file
    is ours is decided here."""
    if move.step == _BACK:
        _finish_taking_back(connector, move)
    found = connector.stat(move.from_path)
    there = digest(connector, move.to_path)
    if there is not None and there == move.rewritten:
        return _rewritten(connector, move)
    ours_is_there = there == move.sha256
    if found and digest(connector, move.from_path) == move.sha256:
        move = replace(move, size=found.size, version=found.version)
    entry = _finish(connector, move, step, settled=bool(found) and ours_is_there)
    if digest(connector, entry.path) != move.sha256:
        raise FileChanged(f"What stands at {entry.path} is not the file that was to be there.")
    return entry


def _rewritten(connector: Connector, move: Move) -> Entry:
    entry = connector.stat(move.to_path)
    if entry is None:
        raise FileGone(f"{move.to_path} is no longer there.")
    return entry


def _finish(connector: Connector, move: Move, step: Step, *, settled: bool) -> Entry:
    """Where it is `settled` that ours has the new name, another file under the old one is somebody else's affair."""
    try:
        return _rename(connector, move, step)
    except FileChanged:
        there = connector.stat(move.to_path) if settled else None
        if there is None:
            raise
        return there


def _after_failure(
    connector: Connector,
    moves: Sequence[Move],
    entries: dict[int, Entry],
    error: Exception,
    step: Step,
) -> Result:
    """Takes back what the group had done already, so that an image and its companions keep one stem."""
    ending = _ending(error)
    if ending is Ending.UNCLEAR:
        return Result(ending, reason=_sentence(error), permanent=getattr(error, "permanent", False))
    for move in reversed([move for move in moves if move.id in entries]):
        try:
            step(move, _BACK)
            _take_back(connector, move, entries[move.id])
        except (ConnectorError, OSError) as second:
            logger.warning("%s could not be taken back: %s", move.to_path, second)
            return Result(Ending.UNCLEAR, reason=_sentence(second))
    return Result(ending, reason=_sentence(error))


def _take_back(connector: Connector, move: Move, entry: Entry) -> None:
    connector.rename(entry, move.from_path, key=f"{move.id}-back", step=lambda _: None, protocol=move.protocol)


def _finish_taking_back(connector: Connector, move: Move) -> None:
    """Where the taking back of a group was interrupted, its set-aside file is still to be cleaned up."""
    ours = digest(connector, move.to_path) == move.sha256
    entry = (connector.stat(move.to_path) if ours else None) or replace(move.entry, path=move.to_path)
    with suppress(FileGone, FileChanged, NameTaken):
        _take_back(connector, move, entry)


def _ending(error: Exception) -> Ending:
    for kind, ending in _ENDINGS:
        if isinstance(error, kind):
            return ending
    return Ending.UNCLEAR


_ENDINGS: tuple[tuple[type[Exception], Ending], ...] = (
    (NameTaken, Ending.TAKEN),
    (FileGone, Ending.MISSING),
    (FileChanged, Ending.CHANGED),
)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})." if error.filename else f"{error.strerror}."
    return str(error)
