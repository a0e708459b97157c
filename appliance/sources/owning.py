"""What an owner does with sources: add, find, change, pause, remove."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import connectors
from appliance import events, profiles, providers
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import Batch, BatchState, Image, ImageState, Rename, RenameState, Source, now
from appliance.secrets import Vault
from appliance.sources import folders, opening, sealing
from appliance.sources.policies import Wanted


def add(session: Session, tenant_id: int, vault: Vault, asked: Wanted, *, actor: str) -> Source:
    """A source that is watched from now on. One that a command made of the same place becomes it, with its history.
    Raises Invalid, Conflict."""
    root = root_of(asked.kind, asked.options)
    _refuse_unknown_profile(session, tenant_id, asked.choices.profile)
    _refuse_unknown_provider(session, tenant_id, asked.choices.provider)
    _refuse_metadata(asked)
    _refuse_overlap(session, tenant_id, asked.kind, root)
    source = _same(session, tenant_id, asked.kind, root)
    if source is None:
        source = Source(tenant_id=tenant_id, kind=asked.kind, root=root, name=asked.name)
        session.add(source)
    source.name, source.choices = asked.name, msgspec.to_builtins(asked.choices)
    source.made_by_command, source.scan_due_at = False, now()
    _keep(session, source, asked)
    sealing.keep(source, vault, asked.options)
    _take_over(session, source)
    told = {"kind": source.kind, "name": source.name, "root": root}
    _tell(session, source, "source.added", actor, after=told)
    return source


def _keep(session: Session, source: Source, asked: Wanted) -> None:
    """Files that lie with us have a folder that nobody else had, also in another tenant. Raises Conflict."""
    source.kept = opening.kept_name(asked.kind, opening.wanted_of(asked.kind, asked.options)) or None
    if source.kept:
        source.scanned_at = now()  # what is uploaded is new, however soon
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"“{source.kept}” is taken: choose another name.") from error


def root_of(kind: str, options: Mapping[str, Any]) -> str:
    """The place that these options name, for people and to tell it from others."""
    module = connectors.load(kind)
    root: str = module.where(msgspec.convert(options, module.Options))
    return root


def _same(session: Session, tenant_id: int, kind: str, root: str) -> Source | None:
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.kind == kind, Source.root == root)
    return session.scalars(wanted.with_for_update()).one_or_none()


def _refuse_overlap(session: Session, tenant_id: int, kind: str, root: str) -> None:
    """No file belongs to two sources that are watched."""
    for other in watched(session, tenant_id):
        if other.kind == kind and other.root == root:
            raise Conflict(f"{root} is a source already: “{other.name}”.")
        if kind == other.kind == "watchfolder" and _nested(Path(root), Path(other.root)):
            raise Conflict(f"{root} and the source “{other.name}” ({other.root}) lie in each other: remove that first.")


def _nested(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _take_over(session: Session, source: Source) -> None:
    """What commands made further inside becomes part of it."""
    for narrower in folders.local(session, source.tenant_id):
        inside = narrower.made_by_command and narrower.id != source.id and source.kind == "watchfolder"
        if inside and Path(narrower.root).is_relative_to(source.root):
            folders.refuse_busy(session, narrower)
            folders.absorb(session, narrower, source)


def watched(session: Session, tenant_id: int) -> list[Source]:
    """The sources that an owner added, in the order in which that was done."""
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.made_by_command.is_(False))
    return list(session.scalars(wanted.order_by(Source.id)))


def all_of(session: Session, tenant_id: int) -> list[Source]:
    """Also those that commands made."""
    return list(session.scalars(select(Source).where(Source.tenant_id == tenant_id).order_by(Source.id)))


def find(session: Session, tenant_id: int, source_id: int) -> Source:
    """A source that an owner added. Raises NotFound."""
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.id == source_id)
    source = session.scalars(wanted.where(Source.made_by_command.is_(False))).one_or_none()
    if source is None:
        raise NotFound(f"There is no source {source_id}.")
    return source


def named(session: Session, tenant_id: int, name: str) -> Source:
    """Likewise, by its name or number. Raises NotFound, with those that there are."""
    known = watched(session, tenant_id)
    for source in known:
        if name in {source.name, str(source.id)}:
            return source
    there = ", ".join(f"“{source.name}”" for source in known) or "none yet"
    raise NotFound(f"There is no source “{name}”; there are: {there}.")


def change(session: Session, source: Source, vault: Vault, asked: Wanted, *, actor: str) -> None:
    """Other choices for what comes from now on, and another way to connect with the same place; what waits already
    keeps the name that is proposed. Raises Invalid where there is no such profile."""
    _refuse_unknown_profile(session, source.tenant_id, asked.choices.profile)
    _refuse_unknown_provider(session, source.tenant_id, asked.choices.provider)
    _refuse_metadata(asked)
    before = source.options | source.choices
    if asked.options != sealing.options_of(source, vault):
        sealing.keep(source, vault, asked.options)
        source.scan_due_at = now()
    source.choices, source.name = msgspec.to_builtins(asked.choices), asked.name.strip() or source.name
    _tell(session, source, "source.changed", actor, before=before, after=source.options | source.choices)


def _refuse_metadata(asked: Wanted) -> None:
    """Texts are written into files of this machine alone. Raises Invalid."""
    if asked.choices.metadata == "none" or asked.kind == opening.LOCAL:
        return
    if not opening.kept_name(asked.kind, opening.wanted_of(asked.kind, asked.options)):
        raise Invalid("“metadata” is for folders of this machine and for uploads to it: leave it at none here.")
    if asked.choices.metadata == "file":
        raise Invalid(
            "“metadata” cannot be file here, as clients compare the sizes of what they uploaded: sidecar can."
        )


def _refuse_unknown_provider(session: Session, tenant_id: int, name: str | None) -> None:
    if name is not None:
        providers.check_name(session, tenant_id, name)


def _refuse_unknown_profile(session: Session, tenant_id: int, name: str) -> None:
    try:
        profiles.settings_of(session, tenant_id, name)
    except NotFound as error:
        raise Invalid(str(error)) from error


def pause(session: Session, source: Source, *, actor: str) -> None:
    """Nothing new is taken in until it is resumed; what was is worked off."""
    source.paused = True
    _tell(session, source, "source.changed", actor, before={"paused": False}, after={"paused": True})


def resume(session: Session, source: Source, *, actor: str) -> None:
    """What came meanwhile is found at once."""
    source.paused, source.scan_due_at = False, now()
    _tell(session, source, "source.changed", actor, before={"paused": True}, after={"paused": False})


def ask_for_scan(source: Source) -> None:
    """It is looked through as soon as a watcher can."""
    source.scan_due_at = now()


ACTS = ("scan", "pause", "resume")


def act(session: Session, source: Source, wanted: str, *, actor: str) -> None:
    """One of ACTS. Raises NotFound for anything else."""
    if wanted == "scan":
        ask_for_scan(source)
    elif wanted == "pause":
        pause(session, source, actor=actor)
    elif wanted == "resume":
        resume(session, source, actor=actor)
    else:
        raise NotFound(f"A source cannot “{wanted}”; it can scan, pause and resume.")


def remove(session: Session, source: Source, *, actor: str) -> None:
    """It is watched no longer; its files and history stay, so undo still works. What waits is given up."""
    mine = Image.tenant_id == source.tenant_id, Image.source_id == source.id
    busy = select(Image.id).where(*mine, Image.state.in_((ImageState.RENAMING, ImageState.WRITING)))
    if session.scalar(busy.limit(1)) is not None:
        raise Conflict(f"Files of “{source.name}” are being changed right now: remove it again in a moment.")
    session.execute(
        update(Rename)
        .where(Rename.tenant_id == source.tenant_id, Rename.source_id == source.id, Rename.state == RenameState.PLANNED)
        .values(state=RenameState.CANCELLED, reason="Its source was removed.", done_at=now())
    )
    unfinished = *mine, Image.state.not_in(_ENDED)
    left = {"state": ImageState.KEPT, "due_at": None, "reason": "Its source was removed before its turn came."}
    session.execute(update(Image).where(*unfinished).values(left | {"fence": Image.fence + 1}))
    running = Batch.tenant_id == source.tenant_id, Batch.source_id == source.id, Batch.state == BatchState.RUNNING
    session.execute(update(Batch).where(*running).values(state=BatchState.CANCELLED, finished_at=now()))
    source.made_by_command, source.paused, source.problem = True, False, ""
    source.scan_due_at = source.scanned_at = source.watched_until = source.watcher = None
    _tell(session, source, "source.removed", actor, before={"name": source.name, "root": source.root})


_ENDED = (
    ImageState.RENAMED,
    ImageState.KEPT,
    ImageState.REJECTED,
    ImageState.QUARANTINED,
    ImageState.MISSING,
    ImageState.FAILED,
)


def _tell(
    session: Session,
    source: Source,
    event: str,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    about = {"type": event, "source_id": source.id, "before": before, "after": after}
    events.record(session, source.tenant_id, [about], actor=actor)
