"""The rows of the journal: names reserved, intentions committed, endings written down."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from appliance import naming, telemetry
from appliance.db import tally_of
from appliance.models import IS_OPEN, OPEN, Rename, RenameState, now
from appliance.renames.moves import Ended, Ending, LeaseLost, Move
from appliance.sources import folder_of, name_of


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
        row.rewritten,
    )


def standing_names(session: Session, tenant_id: int, image_id: int) -> dict[str, str]:
    """The names that an image and its companions have, by every name that they had."""
    wanted = select(Rename.from_path, Rename.to_path).where(
        Rename.tenant_id == tenant_id,
        Rename.image_id == image_id,
        Rename.state == RenameState.DONE,
        Rename.undoes_id.is_(None),
    )
    names: dict[str, str] = {}
    for before, after in session.execute(wanted.order_by(Rename.id)):
        names = {old: name_of(after) if new == name_of(before) else new for old, new in names.items()}
        names[name_of(before)] = name_of(after)
    return names


def under_way(tenant_id: int) -> Select[int]:
    """The images of which the journal does not know how their rename ended."""
    return select(Rename.image_id).where(Rename.tenant_id == tenant_id, Rename.state == RenameState.EXECUTING, IS_OPEN)


def paths_under_way(session: Session, tenant_id: int, source_id: int) -> set[str]:
    """The paths at which a file may stand whose rename is of unknown outcome."""
    wanted = select(Rename.from_path, Rename.to_path).where(
        Rename.tenant_id == tenant_id, Rename.source_id == source_id, Rename.state == RenameState.EXECUTING, IS_OPEN
    )
    return {path for row in session.execute(wanted) for path in row}


def paths_renamed_since(session: Session, tenant_id: int, source_id: int, since: datetime) -> set[str]:
    """The old and new names of files whose rename or undo has ended since then."""
    wanted = select(Rename.from_path, Rename.to_path).where(
        Rename.tenant_id == tenant_id, Rename.done_at >= since, Rename.source_id == source_id
    )
    return {path for row in session.execute(wanted) for path in row}


def put_back_by_hand(
    session: Session, tenant_id: int, source_id: int, gone: Iterable[str], came: Iterable[str]
) -> list[Rename]:
    """The newest renames of images that stand, whose new name is gone and whose old name has come."""
    wanted = select(Rename).where(
        Rename.tenant_id == tenant_id,
        Rename.source_id == source_id,
        Rename.to_path.in_(list(gone)),
        Rename.state == RenameState.DONE,
        Rename.undoes_id.is_(None),
        Rename.companion.is_(False),
    )
    came = set(came)
    newest = {row.image_id: row for row in session.scalars(wanted.order_by(Rename.id))}
    return [row for row in newest.values() if row.from_path in came]


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
                "rewritten": move.rewritten,
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
    for one in ended:
        for move in one.moves:
            tally_of(session).count(telemetry.RENAMES, "undo" if move.undoes_id else "rename", one.result.ending)
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
        sha256 = move.rewritten if move.id in result.rewritten else move.sha256
        yield common | {
            "its_id": move.id,
            "to_path": entry.path if result.ending is Ending.DONE else move.to_path,
            "size": entry.size,
            "version": entry.version,
            "sha256": sha256,
            "report": result.reports.get(move.id),
        }


def _updating(*columns: str) -> Update:
    """One row of the journal, by `its_id` and `its_tenant`; built once, since it is used for each file."""
    here = _ROWS.c.id == bindparam("its_id"), _ROWS.c.tenant_id == bindparam("its_tenant")
    return update(_ROWS).where(*here).values({name: bindparam(name) for name in columns})


_ROWS: Table = Rename.__table__  # type: ignore[assignment]  # declared as FromClause
_INTEND = _updating("state", "protocol", "fence", "size", "version", "sha256", "rewritten").where(
    or_(*(_ROWS.c.state == state for state in OPEN))  # IN would have to be built anew for each use
)
_CLOSE = _updating("state", "reason", "done_at", "to_path", "size", "version", "sha256", "report")
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
