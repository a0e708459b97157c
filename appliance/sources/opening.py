"""Connections to sources."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

import connectors
from appliance.db import Database
from appliance.errors import Invalid
from appliance.models import Source
from appliance.secrets import Vault
from appliance.sources import sealing, shelf
from appliance.sources.hearing import Hook, hook_of
from appliance.storage import Storage
from connectors.base import Connector, ConnectorError, Keeps, Tries

LOCAL = "watchfolder"  # the kind that folders of this machine are opened by


class Connections:
    """Opens each source once and keeps it open, as long as it connects with the same options."""

    def __init__(self, vault: Vault, data: Path, database: Database, storage: Storage) -> None:
        self._vault = vault
        self._data = data
        self._database = database
        self._storage = storage
        self._open: dict[int, tuple[Mapping[str, Any], str, Connector]] = {}
        self._outdated: list[Connector] = []  # others may be in the middle of something with them
        self._lock = threading.Lock()

    def open(self, source: Source) -> Connector:
        """Raises ConnectorError where the source cannot be reached."""
        with self._lock:
            known = self._open.get(source.id)
            if known is not None and known[:2] == (source.options, source.secrets):
                return known[2]
            self._outdated += [known[2]] if known is not None else []
            connector = self.another(source)
            self._open[source.id] = source.options, source.secrets, connector
            return connector

    def another(self, source: Source) -> Connector:
        """One that the caller closes. Raises ConnectorError where the source cannot be reached."""
        if source.kind == shelf.KIND:
            return shelf.Shelf(self._database, self._storage, source.tenant_id)
        return connect(source.kind, sealing.options_of(source, self._vault), self._data)

    def hook(self, source: Source) -> Hook:
        """Where this source tells that something came."""
        return hook_of(source, self._vault)

    def use(self, source: Source, connector: Connector) -> None:
        """Takes a connector that was opened elsewhere for this source; it is closed with the others."""
        with self._lock:
            self._open[source.id] = source.options, source.secrets, connector

    def close(self) -> None:
        with self._lock:
            for connector in (*(one for _, _, one in self._open.values()), *self._outdated):
                connector.close()
            self._open.clear()
            self._outdated.clear()


def connect(kind: str, options: Mapping[str, object], data: Path | None = None) -> Connector:
    """A connector of that kind. Where the files lie with us, which takes a data folder, it is one of their folder.
    Raises Invalid for options that its kind does not know."""
    wanted = wanted_of(kind, options)
    if data is not None and (name := kept_name(kind, wanted)):
        return _local(kept_in(data, name), getattr(wanted, "ignore", ()))
    connector: Connector = connectors.load(kind).connect(wanted)
    return connector


def kept_name(kind: str, wanted: Any) -> str:
    """The name of the folder in which the files of a source lie with us; "" for one that is elsewhere. Raises
    ConnectorError."""
    module = connectors.load(kind)
    return module.kept(wanted) if isinstance(module, Keeps) else ""


def wanted_of(kind: str, options: Mapping[str, object]) -> Any:
    """The options of a kind, as it knows them. Raises Invalid."""
    try:
        return msgspec.convert(options, connectors.load(kind).Options)
    except msgspec.ValidationError as error:
        raise Invalid(f"The options of this {kind} source are not right: {error}.") from error


def kept_in(data: Path, name: str) -> Path:
    """Where the files of a source that lie with us are."""
    return data / "uploads" / name


def _local(folder: Path, ignore: tuple[str, ...]) -> Connector:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    module = connectors.load(LOCAL)
    connector: Connector = module.connect(module.Options(path=str(folder), ignore=ignore))
    return connector


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried; `problem` says what is wrong and what to do, "" where nothing is."""

    name: str
    problem: str = ""


def tested(kind: str, options: Mapping[str, object], data: Path) -> list[Step]:
    """What works of a source, step by step, up to the first that does not. Nothing of the owner's is changed."""
    steps: list[Step] = []
    try:
        connector = connect(kind, options, data)
        if isinstance(connector, Tries):
            return _tried(connector)
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


def _tried(connector: Tries) -> list[Step]:
    """Likewise, in the steps that the connector names."""
    steps: list[Step] = []
    try:
        for name, act in connector.trials():
            steps.append(Step(name))
            act()
    except (ConnectorError, OSError) as error:
        steps[-1] = Step(steps[-1].name, str(error))
    return steps
