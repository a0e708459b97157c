"""A tenant's sources: finding, making and opening them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import connectors
from appliance import events, naming
from appliance.db import insert_once
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import Batch, BatchState, Event, Image, ImageState, Rename, RenameState, Source, now
from connectors.base import Connector, ConnectorError


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the images of one batch are named; docs/reference/commands.md explains each choice."""

    provider: str = "local"
    profile: str = "web"
    own_profile: dict[str, Any] | None = None  # what a profile of the owner's own said when the batch began
    language: str = "en"
    keywords: tuple[str, ...] = ()
    template: str | None = None
    rename: Literal["all", "bad-names"] = "bad-names"
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    review: Literal["auto", "first", "ask"] = "auto"  # `first`: the first ten images of the source wait for a person
    companions: bool = True
    places: bool = True  # the town nearest to where it was taken may stand in a name
    again: bool = False

    @property
    def names(self) -> naming.Profile:
        """How names look here."""
        if self.own_profile is None:
            return naming.PROFILES[self.profile]
        return naming.profiles.from_mapping(self.profile, self.own_profile)


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner decides about a source of any kind; the descriptions are its form and its documentation."""

    review: Annotated[
        Literal["auto", "first", "ask"],
        msgspec.Meta(description="who decides: auto, a person for the first ten images, or always a person"),
    ] = "first"
    threshold: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="below this confidence a name always waits for a person")
    ] = 0.5
    rename: Annotated[
        Literal["all", "bad-names"] | None,
        msgspec.Meta(description="which images; by default all new ones, and badly named ones of a backlog"),
    ] = None
    backlog: Annotated[bool, msgspec.Meta(description="also name what is there already")] = False
    profile: Annotated[str, msgspec.Meta(description="how names look: web, archive, unicode or one of yours")] = "web"
    template: Annotated[str | None, msgspec.Meta(description="how a name is built, such as {date}-{subject}")] = None
    language: Annotated[str, msgspec.Meta(description="the language of the names")] = "en"
    keywords: Annotated[tuple[str, ...], msgspec.Meta(description="words of yours that may stand in names")] = ()
    provider: Annotated[str | None, msgspec.Meta(description="who looks at the pictures")] = None
    interval: Annotated[int, msgspec.Meta(ge=5, le=300, description="seconds between looks through everything")] = 300
    companions: Annotated[bool, msgspec.Meta(description="sidecars, raw files and Live Photos follow")] = True
    places: Annotated[bool, msgspec.Meta(description="the town nearest to where it was taken may stand in a name")] = (
        True
    )

    def policy(self, *, backlog: bool, vision: str, own_profile: dict[str, Any] | None = None) -> Policy:
        """How the images of a batch of this source are named; `vision` looks at them where the owner named nobody."""
        return Policy(
            provider=self.provider or vision,
            profile=self.profile,
            own_profile=own_profile,
            language=self.language,
            keywords=self.keywords,
            template=self.template,
            rename=self.rename or ("bad-names" if backlog else "all"),
            threshold=self.threshold,
            review=self.review,
            companions=self.companions,
            places=self.places,
        )


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A source as its owner describes it; `options` are those of its kind (kinds.asked)."""

    kind: str
    name: str
    options: dict[str, Any]
    choices: Choices = Choices()


class Connections:
    """Opens each source once and keeps it open."""

    def __init__(self) -> None:
        self._open: dict[int, Connector] = {}
        self._lock = threading.Lock()

    def open(self, source: Source) -> Connector:
        """Raises ConnectorError where the source cannot be reached."""
        with self._lock:
            if source.id not in self._open:
                self._open[source.id] = connect(source.kind, source.options)
            return self._open[source.id]

    def use(self, source: Source, connector: Connector) -> None:
        """Takes a connector that was opened elsewhere for this source; it is closed with the others."""
        with self._lock:
            self._open[source.id] = connector

    def close(self) -> None:
        with self._lock:
            for connector in self._open.values():
                connector.close()
            self._open.clear()


def connect(kind: str, options: Mapping[str, object]) -> Connector:
    """A connector of that kind. Raises Invalid for options that its kind does not know."""
    module = connectors.load(kind)
    try:
        wanted = msgspec.convert(options, module.Options)
    except msgspec.ValidationError as error:
        raise Invalid(f"The options of this {kind} source are not right: {error}.") from error
    connector: Connector = module.connect(wanted)
    return connector


def for_folder(session: Session, tenant_id: int, folder: Path) -> tuple[Source, str]:
    """The source that holds a local folder, and the folder's path within it.

    The innermost known source wins. Where there is none, one is made that nothing watches; sources that earlier
    commands made further inside become part of it, with their history.
    """
    inside = [source for source in _local(session, tenant_id) if folder.is_relative_to(source.root)]
    if inside:
        source = max(inside, key=lambda known: len(known.root))
        return source, _relative(folder, Path(source.root))
    source = _made(session, tenant_id, folder)
    for narrower in _local(session, tenant_id):
        if narrower.made_by_command and narrower.id != source.id and Path(narrower.root).is_relative_to(folder):
            _refuse_busy(session, narrower)
            _absorb(session, narrower, source)
    return source, ""


def local_paths(session: Session, tenant_id: int, path: Path) -> list[tuple[Source, str]]:
    """Every known source that holds a local file or folder, with its path there, innermost first."""
    holding = [source for source in _local(session, tenant_id) if path.is_relative_to(source.root)]
    holding.sort(key=lambda source: -len(source.root))
    return [(source, _relative(path, Path(source.root))) for source in holding]


def _local(session: Session, tenant_id: int) -> list[Source]:
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


def _refuse_busy(session: Session, source: Source) -> None:
    running = select(Batch.id).where(Batch.source_id == source.id, Batch.state == BatchState.RUNNING)
    due = select(Image.id).where(Image.source_id == source.id, Image.due_at.is_not(None))
    if session.scalar(running.limit(1)) is not None or session.scalar(due.limit(1)) is not None:
        raise Conflict(f"Another command is working in {source.root}; run this again when that one has ended.")


def _absorb(session: Session, narrower: Source, wider: Source) -> None:
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
    for table in (Batch, Event):
        session.execute(update(table).where(table.source_id == narrower.id).values(source_id=wider.id))
    session.execute(delete(Source).where(Source.id == narrower.id))


def _below(prefix: str, folder: object) -> object:
    return func.rtrim(prefix + folder, "/")  # type: ignore[operator]  # a column


def add(session: Session, tenant_id: int, asked: Wanted, *, actor: str) -> Source:
    """A source that is watched from now on. One that a command made of the same place becomes it, with its history.
    Raises Invalid, Conflict."""
    root = _root(asked.kind, asked.options)
    _refuse_overlap(session, tenant_id, asked.kind, root)
    source = _same(session, tenant_id, asked.kind, root)
    if source is None:
        source = Source(tenant_id=tenant_id, kind=asked.kind, root=root, name=asked.name)
        session.add(source)
    source.name, source.options, source.choices = asked.name, asked.options, msgspec.to_builtins(asked.choices)
    source.made_by_command, source.scan_due_at = False, now()
    session.flush()
    _take_over(session, source)
    told = {"kind": source.kind, "name": source.name, "root": root}
    _tell(session, source, "source.added", actor, after=told)
    return source


def _root(kind: str, options: Mapping[str, Any]) -> str:
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
    for narrower in _local(session, source.tenant_id):
        inside = narrower.made_by_command and narrower.id != source.id and source.kind == "watchfolder"
        if inside and Path(narrower.root).is_relative_to(source.root):
            _refuse_busy(session, narrower)
            _absorb(session, narrower, source)


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


def change(session: Session, source: Source, choices: Choices, *, name: str | None = None, actor: str) -> None:
    """Other choices for what comes from now on; what waits already keeps the name that is proposed."""
    before = source.choices
    source.choices, source.name = msgspec.to_builtins(choices), name or source.name
    _tell(session, source, "source.changed", actor, before=before, after=source.choices)


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


def act(session: Session, source: Source, wanted: str, *, actor: str) -> None:
    """`scan`, `pause` or `resume`. Raises Invalid for anything else."""
    if wanted == "scan":
        ask_for_scan(source)
    elif wanted == "pause":
        pause(session, source, actor=actor)
    elif wanted == "resume":
        resume(session, source, actor=actor)
    else:
        raise Invalid(f"A source cannot “{wanted}”; it can scan, pause and resume.")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried; `problem` says what is wrong and what to do, "" where nothing is."""

    name: str
    problem: str = ""


def tested(kind: str, options: Mapping[str, object]) -> list[Step]:
    """What works of a source, step by step, up to the first that does not. Nothing of the owner's is changed."""
    steps: list[Step] = []
    try:
        connector = connect(kind, options)
        steps.append(Step("It can be reached"))
        first = next(iter(connector.scan()), None)
        steps.append(Step("Files can be listed" if first else "Files can be listed: there are no images yet"))
        connector.check()
        steps.append(Step("Files can be renamed without overwriting"))
        connector.close()
    except (ConnectorError, OSError) as error:
        waiting = ("It can be reached", "Files can be listed", "Files can be renamed without overwriting")
        steps.append(Step(waiting[len(steps)], str(error)))
    return steps


def remove(session: Session, source: Source, *, actor: str) -> None:
    """It is watched no longer; its files and history stay, so undo still works. What waits is given up."""
    mine = Image.tenant_id == source.tenant_id, Image.source_id == source.id
    busy = select(Image.id).where(*mine, Image.state == ImageState.RENAMING)
    if session.scalar(busy.limit(1)) is not None:
        raise Conflict(f"Files of “{source.name}” are being renamed right now: remove it again in a moment.")
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


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
