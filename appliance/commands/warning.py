"""What is said before names change for the first time in a tree that other programs know."""

from collections.abc import Sequence
from contextlib import suppress

import click
from sqlalchemy import select

from appliance import downstream
from appliance.display import printable
from appliance.models import OWN_TENANT, Rename, RenameState, Source
from appliance.pipeline.worker import Worker
from appliance.sources import joined
from connectors.base import Connector, ConnectorError, Entry, Surveys

_LARGEST_LOOK = 1 << 16  # bytes of a sidecar


def traces(worker: Worker, source: Source, folder: str, entries: Sequence[Entry]) -> list[downstream.Trace]:
    """The other programs that may know the photos of a folder; none once something was renamed there."""
    if _was_renamed_in(worker, source, folder):
        return []
    connector = worker.connections.open(source)
    paths = connector.survey(folder) if isinstance(connector, Surveys) else (entry.path for entry in entries)
    return downstream.traces(paths, _sidecars(connector, entries))


def _was_renamed_in(worker: Worker, source: Source, folder: str) -> bool:
    wanted = select(Rename.id).where(
        Rename.tenant_id == OWN_TENANT,
        Rename.source_id == source.id,
        Rename.state.in_((RenameState.DONE, RenameState.UNDONE)),
    )
    if folder:
        wanted = wanted.where(Rename.to_path.startswith(joined(folder, ""), autoescape=True))
    with worker.database.reading(OWN_TENANT) as session:
        return session.scalar(wanted.limit(1)) is not None


def _sidecars(connector: Connector, entries: Sequence[Entry]) -> dict[str, bytes]:
    paths = [entry.path for entry in entries if not entry.problem and entry.path.lower().endswith(".xmp")]
    contents = {}
    for path in paths[: downstream.MOST_SIDECARS]:
        with suppress(ConnectorError, OSError), connector.open(path) as file:
            contents[path] = file.read(_LARGEST_LOOK)
    return contents


def say(found: Sequence[downstream.Trace]) -> None:
    click.echo("\nOther programs may know these photos by their names:", err=True)
    for trace in found:
        click.secho(f"  {trace.program} ", bold=True, err=True, nl=False)
        click.echo(f"({printable(trace.found)}). {trace.loses}\n    {trace.remedy}", err=True)
