"""Local folders: which source holds them, and how one becomes a part of another."""

from pathlib import Path, PurePosixPath

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from appliance.db import insert_once
from appliance.errors import Conflict
from appliance.models import Batch, BatchState, Event, Image, Rename, Source, Writing, now


def for_folder(session: Session, tenant_id: int, folder: Path) -> tuple[Source, str]:
    """The source that holds a local folder, and the folder's path within it.

    The innermost known source wins. Where there is none, one is made that nothing watches; sources that earlier
    commands made further inside become part of it, with their history.
    """
    inside = [source for source in local(session, tenant_id) if folder.is_relative_to(source.root)]
    if inside:
        source = max(inside, key=lambda known: len(known.root))
        return source, _relative(folder, Path(source.root))
    source = _made(session, tenant_id, folder)
    for narrower in local(session, tenant_id):
        if narrower.made_by_command and narrower.id != source.id and Path(narrower.root).is_relative_to(folder):
            refuse_busy(session, narrower)
            absorb(session, narrower, source)
    return source, ""


def local_paths(session: Session, tenant_id: int, path: Path) -> list[tuple[Source, str]]:
    """Every known source that holds a local file or folder, with its path there, innermost first."""
    holding = [source for source in local(session, tenant_id) if path.is_relative_to(source.root)]
    holding.sort(key=lambda source: -len(source.root))
    return [(source, _relative(path, Path(source.root))) for source in holding]


def local(session: Session, tenant_id: int) -> list[Source]:
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.kind == "watchfolder")
    return list(session.scalars(wanted.order_by(Source.id)))


def _relative(path: Path, root: Path) -> str:
    relative = PurePosixPath(path.relative_to(root))
    return "" if relative == PurePosixPath(".") else str(relative)


def _made(session: Session, tenant_id: int, folder: Path) -> Source:
    """Another command may make the same one at the same moment."""
    root = str(folder)
    values = {"tenant_id": tenant_id, "kind": "watchfolder", "name": folder.name or root, "root": root}
    insert_once(session, Source, [values | {"options": {"path": root}, "made_by_command": True, "created_at": now()}])
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.kind == "watchfolder", Source.root == root)
    return session.scalars(wanted).one()


def refuse_busy(session: Session, source: Source) -> None:
    running = select(Batch.id).where(Batch.source_id == source.id, Batch.state == BatchState.RUNNING)
    due = select(Image.id).where(Image.source_id == source.id, Image.due_at.is_not(None))
    if session.scalar(running.limit(1)) is not None or session.scalar(due.limit(1)) is not None:
        raise Conflict(f"Another command is working in {source.root}; run this again when that one has ended.")


def absorb(session: Session, narrower: Source, wider: Source) -> None:
    """Everything known of `narrower` is from now on known of `wider`, which has nothing of its own yet."""
    prefix = _relative(Path(narrower.root), Path(wider.root)) + "/"
    mine = Image.tenant_id == narrower.tenant_id, Image.source_id == narrower.id
    session.execute(
        update(Image)
        .where(*mine)
        .values(
            source_id=wider.id,
            fence=Image.fence + 1,
            path=prefix + Image.path,
            original_path=prefix + Image.original_path,
            folder=_below(prefix, Image.folder),
        )
    )
    session.execute(
        update(Rename)
        .where(Rename.tenant_id == narrower.tenant_id, Rename.source_id == narrower.id)
        .values(
            source_id=wider.id,
            from_path=prefix + Rename.from_path,
            to_path=prefix + Rename.to_path,
            folder=_below(prefix, Rename.folder),
        )
    )
    session.execute(
        update(Writing)
        .where(Writing.tenant_id == narrower.tenant_id, Writing.source_id == narrower.id)
        .values(source_id=wider.id, path=prefix + Writing.path)
    )
    for table in (Batch, Event):
        session.execute(update(table).where(table.source_id == narrower.id).values(source_id=wider.id))
    session.execute(delete(Source).where(Source.id == narrower.id))


def _below(prefix: str, folder: object) -> object:
    return func.rtrim(prefix + folder, "/")  # type: ignore[operator]  # a column
