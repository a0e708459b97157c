"""`image-renamer history`: what was renamed, when, from what."""

from pathlib import Path

import click
from rich.table import Table as Grid
from rich.text import Text
from sqlalchemy.orm import Session

from appliance import app, batches, sources
from appliance.commands.printing import as_json, console, say
from appliance.config import Settings
from appliance.display import printable
from appliance.models import OWN_TENANT, Rename, Source


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a line, for programs.")
@click.pass_obj
def history(settings: Settings, paths: tuple[Path, ...], json_lines: bool) -> None:
    """What was renamed, when, from what; of everything, or of the files and folders in PATHS."""
    places = [path.absolute() for path in paths]
    with app.command(settings, said=say) as worker, worker.database.reading(OWN_TENANT) as session:
        rows = _rows(session, places)
        roots = {source.id: source.root for source in session.query(Source)}
    said = [_said(row, Path(roots[row.source_id])) for row in rows]
    if json_lines:
        for one in said:
            click.echo(as_json(one))
    elif said:
        _print(said)
    else:
        click.echo("Nothing has been renamed yet." if not paths else "Nothing that was renamed is known of that.")


def _rows(session: Session, paths: list[Path]) -> list[Rename]:
    if not paths:
        return batches.history(session, OWN_TENANT)
    rows: dict[int, Rename] = {}
    for path in paths:
        for source, inside in sources.local_paths(session, OWN_TENANT, path.resolve()):
            rows |= {row.id: row for row in batches.history(session, OWN_TENANT, source.id, inside)}
    return [rows[number] for number in sorted(rows)]


def _said(row: Rename, root: Path) -> dict[str, object]:
    return {
        "batch": row.batch_id,
        "at": row.done_at,
        "from": str(root / row.from_path),
        "to": str(root / row.to_path),
        "state": row.state,
        "sha256": row.sha256,
    }


def _print(rows: list[dict[str, object]]) -> None:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Batch", "When (UTC)", "Old name", "New name", ""):
        grid.add_column(column, overflow="fold")
    for row in rows:
        new = printable(Path(str(row["to"])).name)
        undone = "undone" if row["state"] == "undone" else ""
        when = f"{row['at']:%Y-%m-%d %H:%M:%S}"
        grid.add_row(str(row["batch"]), when, Text(printable(str(row["from"]))), Text(f"→ {new}"), undone)
    console().print(grid)
