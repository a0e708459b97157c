"""The reference documentation says what there is, and nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from appliance import commands, config, events, kinds, telemetry
from appliance.telemetry import Counter, Figure, Timer

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
METRICS = ROOT / "docs" / "metrics.md"
GRAFANA = ROOT / "docs" / "grafana.json"
FIGURES = (*telemetry.COUNTED, *telemetry.LOOKED_AT, *telemetry.OF_A_PROCESS)


def test_every_setting_is_documented_and_no_other():
    assert _settings() == config.KNOWN


def test_every_setting_that_can_be_read_from_a_file_says_so():
    assert _settings("_FILE") == config.SECRET_FILES


def test_every_command_is_documented_with_its_options_and_no_other():
    assert _documented_commands() == _commands()


def test_every_event_is_documented_and_no_other():
    documented = re.findall(r"^\| `([a-z._]+)` \|", (REFERENCE / "events.md").read_text(), re.MULTILINE)

    assert set(documented) == events.TYPES


def test_every_figure_is_documented_with_its_labels_and_no_other():
    rows = re.findall(r"^\| `(renamer_\w+)` \| (\w+) \| (.*?) \|", METRICS.read_text(), re.MULTILINE)
    documented = {name: (kind, re.findall(r"`(\w+)`", labels.partition(":")[0])) for name, kind, labels in rows}

    assert documented == {_shown(one): (one.kind, list(one.labels)) for one in FIGURES}


def test_what_is_asked_of_prometheus_in_the_documents_exists():
    labels = {_shown(one): {*one.labels} for one in FIGURES if not isinstance(one, Timer)}
    for one in FIGURES:
        if isinstance(one, Timer):
            labels |= {f"{one.name}_{part}": {*one.labels, "le"} for part in ("bucket", "sum", "count")}
    asked = [*re.findall(r"```(?:promql|yaml)\n(.*?)```", METRICS.read_text(), re.DOTALL), *_drawn()]
    named = re.findall(r"(renamer_\w+)(?:\{([^}]*)\})?", "\n".join(asked))

    assert named
    assert {name for name, _ in named} <= labels.keys()
    for name, chosen in named:
        assert set(re.findall(r"(\w+)[=!]~?=?\"", chosen)) <= labels[name]


def test_the_dashboard_for_grafana_draws_each_panel_in_a_place_of_its_own():
    places = [panel["gridPos"] for panel in json.loads(GRAFANA.read_text())["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))


def _drawn() -> list[str]:
    panels = json.loads(GRAFANA.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_every_option_of_a_source_is_documented_and_no_other():
    own, *tables = re.split(r"^## ", (REFERENCE / "sources.md").read_text(), flags=re.MULTILINE)[1:]
    documented = {table.split("`")[1]: _rows(table) | _rows(own) for table in tables}

    assert documented == {kind: set(kinds.schema(kind)["properties"]) for kind in kinds.names()}


def test_every_link_between_our_documents_leads_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").rglob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
        if not (document.parent / link).exists()
    ]
    assert not broken


def _shown(figure: Figure) -> str:
    """As Prometheus has it."""
    return figure.name + "_total" * isinstance(figure, Counter)


def _rows(table: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def _settings(note: str = "") -> set[str]:
    """The settings in the table, or those of them that carry the note."""
    rows = (REFERENCE / "settings.md").read_text().splitlines()
    named = [re.match(r"\| `RENAMER_(\w+)`(?: \(`(\w+)`\))? \|", row) for row in rows]
    return {match[1] for match in named if match and note in (match[2] or "")}


def _documented_commands() -> dict[str, set[str]]:
    """The options in each section whose heading is a command: the first cells of its table."""
    sections = re.split(r"^#+ ", (REFERENCE / "commands.md").read_text(), flags=re.MULTILINE)
    named = ((re.match(r"`(image-renamer(?: [a-z-]+)*)", section), section) for section in sections)
    return {match[1]: _first_cells(section) for match, section in named if match}


def _first_cells(section: str) -> set[str]:
    cells = re.findall(r"^\| (`--?[^|]*) \|", section, re.MULTILINE)
    return {option for cell in cells for option in re.findall(r"(?<!\S)`(--?[\w-]+)", cell)}


def _commands() -> dict[str, set[str]]:
    return {path: _options(command) for path, command in _walk("image-renamer", commands.cli)}


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child and not child.hidden:
                yield from _walk(f"{path} {name}", child)


def _options(command: click.Command) -> set[str]:
    options = (option for option in command.params if isinstance(option, click.Option) and not option.hidden)
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}
