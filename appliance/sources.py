"""A tenant's sources: finding, making and opening them."""

import threading
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import connectors
from appliance import naming
from appliance.db import insert_once
from appliance.errors import Conflict, Invalid
from appliance.models import Batch, BatchState, Event, Image, Rename, Source, now
from connectors.base import Connector


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


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
