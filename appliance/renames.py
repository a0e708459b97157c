"""The journal: every change of a name is written down before it happens, and can be finished, put right or undone."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from appliance import naming
from appliance.models import IS_OPEN, OPEN, Rename, RenameState, now
from appliance.sources import folder_of, name_of
from connectors.base import Connector, ConnectorError, Entry, FileChanged, FileGone, NameTaken

_BACK = "back"  # the step of a rename that is being taken back with its group

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the journal, as the worker holds it."""

    id: int
    from_path: str
    to_path: str
    size: int
    version: str
    sha256: str
    undoes_id: int | None = None
    companion: bool = False
    protocol: str = ""
    step: str = ""

    @property
    def entry(self) -> Entry:
        return Entry(self.from_path, self.size, self.version)


Step = Callable[[Move, str], None]
Act = Callable[[Connector, Move, Step], Entry]


class LeaseLost(Exception):
    """Another worker has taken the image over; whatever is half done is theirs to finish."""


class Ending(StrEnum):
    """How an attempt on an image and its companions ended."""

    DONE = "done"  # all have their new names
    TAKEN = "taken"  # a new name exists already; all have their old names
    CHANGED = "changed"  # the bytes are not those that were looked at; all have their old names
    MISSING = "missing"  # a file is gone
    UNCLEAR = "unclear"  # the source failed in between: look at both names again later


@dataclass(frozen=True, slots=True)
class Result:
    ending: Ending
    entries: dict[int, Entry] = field(default_factory=dict)  # the files under their new names, by Move.id
    reason: str = ""
    permanent: bool = False  # of UNCLEAR: trying again is no use until somebody changes something


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt whose rows are to be closed."""

    tenant_id: int
    moves: Sequence[Move]
    result: Result


def open_names(session: Session, tenant_id: int, source_id: int, folder: str) -> set[str]:
    """The names that open rows reserve in a folder."""
    wanted = select(Rename.to_path).where(
        Rename.tenant_id == tenant_id, Rename.source_id == source_id, Rename.folder == folder, IS_OPEN
    )
    return {name_of(path) for path in session.scalars(wanted)}


def reserve(session: Session, tenant_id: int, source_id: int, batch_id: int, moves: Iterable[tuple[int, Move]]) -> None:
    """Plans renames of images, each named by the image's id. Raises IntegrityError where another open row has taken the
    same file or the same new name."""
    batch = {"tenant_id": tenant_id, "source_id": source_id, "batch_id": batch_id}
    if rows := [batch | {"image_id": image_id} | _planned(move) for image_id, move in moves]:
        session.execute(insert(_ROWS), rows)


def _planned(move: Move) -> dict[str, Any]:
    new_name = name_of(move.to_path)
    return {
        "undoes_id": move.undoes_id,
        "companion": move.companion,
        "from_path": move.from_path,
        "to_path": move.to_path,
        "folder": folder_of(move.to_path),
        # Old names stood side by side once, so the source can tell them apart, and undo may bring both back.
        "to_key": new_name if move.undoes_id else naming.fold(new_name),
        "size": move.size,
        "version": move.version,
        "sha256": move.sha256,
        "state": RenameState.PLANNED,
    }


def open_moves(session: Session, tenant_id: int, image_ids: Iterable[int]) -> dict[int, list[Move]]:
    """The open rows of images: the image's own first, then its companions in the order they were planned."""
    wanted = select(Rename).where(
        Rename.tenant_id == tenant_id, Rename.image_id.in_(list(image_ids)), Rename.state.in_(OPEN)
    )
    moves: dict[int, list[Move]] = {}
    for row in session.scalars(wanted.order_by(Rename.image_id, Rename.companion, Rename.id)):
        moves.setdefault(row.image_id, []).append(_move(row))
    return moves


def _move(row: Rename) -> Move:
    return Move(
        row.id,
        row.from_path,
        row.to_path,
        row.size,
        row.version,
        row.sha256,
        row.undoes_id,
        row.companion,
        row.protocol,
        row.step,
    )


def under_way(tenant_id: int) -> Select[int]:
    """The images of which the journal does not know how their rename ended."""
    return select(Rename.image_id).where(Rename.tenant_id == tenant_id, Rename.state == RenameState.EXECUTING, IS_OPEN)


def paths_under_way(session: Session, tenant_id: int, source_id: int) -> set[str]:
    """The paths at which a file may stand whose rename is of unknown outcome."""
    wanted = select(Rename.from_path, Rename.to_path).where(
        Rename.tenant_id == tenant_id, Rename.source_id == source_id, Rename.state == RenameState.EXECUTING, IS_OPEN
    )
    return {path for row in session.execute(wanted) for path in row}


def intend(session: Session, tenant_id: int, moves: Sequence[Move], fence: int) -> None:
    """Commits what is about to happen, and how: from here on only the world tells whether it did.

    Raises LeaseLost where a row has been closed meanwhile.
    """
    intended = session.connection().execute(
        _INTEND,
        [
            {
                "its_id": move.id,
                "its_tenant": tenant_id,
                "state": RenameState.EXECUTING,
                "protocol": move.protocol,
                "fence": fence,
                "size": move.size,
                "version": move.version,
                "sha256": move.sha256,
            }
            for move in moves
        ],
    )
    if intended.rowcount != len(moves):
        raise LeaseLost("Somebody has cancelled a rename that was planned.")


def note_step(session: Session, tenant_id: int, move: Move, fence: int, step: str) -> None:
    """Stores the next step of a rename under way. Raises LeaseLost where another worker has taken over."""
    noted = (
        update(Rename)
        .where(
            Rename.tenant_id == tenant_id,
            Rename.id == move.id,
            Rename.fence == fence,
            Rename.state == RenameState.EXECUTING,
        )
        .values(step=step)
        .returning(Rename.id)
    )
    if session.scalar(noted) is None:
        raise LeaseLost(f"Another worker has taken over {move.from_path}.")


def close(session: Session, attempts: Sequence[Ended]) -> None:
    """Ends the rows of attempts, and what they undo. UNCLEAR leaves them open."""
    ended = [one for one in attempts if one.result.ending in _ENDS]
    if rows := [row for one in ended for row in _closing(one)]:
        session.execute(_CLOSE, rows)
    done = (one for one in ended if one.result.ending is Ending.DONE)
    undone = [
        {"state": RenameState.UNDONE, "its_id": move.undoes_id, "its_tenant": one.tenant_id}
        for one in done
        for move in one.moves
        if move.undoes_id
    ]
    if undone:
        session.execute(_MARK_UNDONE, undone)


def _closing(ended: Ended) -> Iterator[dict[str, Any]]:
    result = ended.result
    common = {"state": _ENDS[result.ending], "reason": result.reason, "done_at": now(), "its_tenant": ended.tenant_id}
    for move in ended.moves:
        entry = result.entries.get(move.id, move.entry)
        yield common | {"its_id": move.id, "size": entry.size, "version": entry.version}


def _updating(*columns: str) -> Update:
    """One row of the journal, by `its_id` and `its_tenant`; built once, since it is used for each file."""
    here = _ROWS.c.id == bindparam("its_id"), _ROWS.c.tenant_id == bindparam("its_tenant")
    return update(_ROWS).where(*here).values({name: bindparam(name) for name in columns})


_ROWS: Table = Rename.__table__  # type: ignore[assignment]  # declared as FromClause
_INTEND = _updating("state", "protocol", "fence", "size", "version", "sha256").where(
    or_(*(_ROWS.c.state == state for state in OPEN))  # IN would have to be built anew for each use
)
_CLOSE = _updating("state", "reason", "done_at", "size", "version")
_MARK_UNDONE = _updating("state")
_ENDS = {
    Ending.DONE: RenameState.DONE,
    Ending.TAKEN: RenameState.CONFLICT,
    Ending.CHANGED: RenameState.CONFLICT,
    Ending.MISSING: RenameState.MISSING,
}


def cancel(session: Session, tenant_id: int, which: ColumnElement[bool], reason: str) -> None:
    """Gives up reserved names, of which nothing has happened yet."""
    session.execute(
        update(Rename)
        .where(
            Rename.tenant_id == tenant_id,
            which,
            Rename.state == RenameState.PLANNED,
        )
        .values(state=RenameState.CANCELLED, reason=reason, done_at=now())
    )


def apply(connector: Connector, moves: Sequence[Move], step: Step) -> Result:
    """Renames an image and its companions, whole or not at all. The rows must say executing already."""
    return _drive(connector, moves, step, _rename)


def recover(connector: Connector, moves: Sequence[Move], step: Step) -> Result:
    """Finishes or takes back what an attempt of unknown outcome left, judged by the bytes under both names.

    Safe to repeat; changes nothing where all is as it should be.
    """
    return _drive(connector, moves, step, _put_right)


def _drive(connector: Connector, moves: Sequence[Move], step: Step, act: Act) -> Result:
    entries: dict[int, Entry] = {}
    for move in moves:
        try:
            entries[move.id] = act(connector, move, step)
        except (ConnectorError, OSError) as error:
            return _after_failure(connector, moves, entries, error, step)
    return Result(Ending.DONE, entries)


def _rename(connector: Connector, move: Move, step: Step) -> Entry:
    return connector.rename(
        move.entry, move.to_path, key=str(move.id), step=partial(step, move), protocol=move.protocol
    )


def _put_right(connector: Connector, move: Move, step: Step) -> Entry:
    """The connector finishes what it had begun, or cleans up after it where the file is another by now; whether a file
    is ours is decided here."""
    if move.step == _BACK:
        _finish_taking_back(connector, move)
    found = connector.stat(move.from_path)
    ours_is_there = digest(connector, move.to_path) == move.sha256
    if found and digest(connector, move.from_path) == move.sha256:
        move = replace(move, size=found.size, version=found.version)
    entry = _finish(connector, move, step, settled=bool(found) and ours_is_there)
    if digest(connector, entry.path) != move.sha256:
        raise FileChanged(f"What stands at {entry.path} is not the file that was to be there.")
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


def digest(connector: Connector, path: str) -> str | None:
    """The SHA-256 of a file's bytes as hex; None where there is no such file (any more)."""
    try:
        with connector.open(path) as file:
            return digest_of(file)
    except FileGone:
        return None


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of what is left to read, as hex."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # every such file has readinto
