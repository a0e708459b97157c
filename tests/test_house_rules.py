"""Rules of this house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
MAY_RENAME = "connectors/watchfolder/moving.py"
CHANGING_NAMES = {"rename", "renames", "replace", "move", "posix_rename"}
# What leads to moving.py, or on a server to session.py: a Connector, and the modules that those serve.
OUR_OWN = {"connector", "protocols", "renaming"}
EXCEPTIONS = {
    # Puts a preview, a file that we made in our own data folder, under its final name, whole or not at all.
    ("appliance/storage/folders.py", "partial.replace"),
    # The request of SFTP that does not overwrite; each server is tried before the first one.
    ("connectors/sftp/session.py", "self.rename"),
}


def name_changes(code: str) -> Iterator[str]:
    """What in the code may change a name on a disk, as it is written there."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module in {"os", "shutil"}:
            yield from (f"from {node.module} import {one.name}" for one in node.names if one.name in CHANGING_NAMES)
        elif isinstance(node, ast.Attribute) and node.attr in CHANGING_NAMES and _is_system(node):
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func
            if called.attr in CHANGING_NAMES and not _is_system(called) and not _is_harmless(node, called):
                yield ast.unparse(called)


def _is_system(attribute: ast.Attribute) -> bool:
    return ast.unparse(attribute.value) in {"os", "shutil"}


def _is_harmless(call: ast.Call, called: ast.Attribute) -> bool:
    if called.attr != "replace":
        return ast.unparse(called.value) in OUR_OWN
    names = {keyword.arg for keyword in call.keywords}
    of_a_time = not call.args and bool(names) and "target" not in names
    of_a_text = len(call.args) >= 2
    return of_a_text or of_a_time or ast.unparse(called.value) == "dataclasses"


@pytest.mark.parametrize(
    "line",
    [
        "os.rename(one, other)",
        "os.replace(one, other)",
        "os.renames(one, other)",
        "shutil.move(one, other)",
        "act = partial(os.rename, one)",
        "from os import rename",
        "session.posix_rename(one, other)",
        "from shutil import move as take",
        "path.rename(other)",
        "path.with_name('a').replace(other)",
        "Path('a').replace(target=other)",
    ],
)
def test_a_line_that_changes_a_name_is_noticed(line: str):
    assert list(name_changes(line))


@pytest.mark.parametrize(
    "line",
    [
        "replace(move, path=other)",
        "dataclasses.replace(move)",
        "text.replace('a', 'b')",
        "time.replace(tzinfo=None)",
        "connector.rename(entry, to, key=key, step=step)",
    ],
)
def test_a_line_that_changes_no_name_is_not(line: str):
    assert not list(name_changes(line))


def test_only_one_module_changes_names_on_a_disk():
    modules = [path for folder in ("appliance", "connectors") for path in sorted((HERE / folder).rglob("*.py"))]
    found = {(str(path.relative_to(HERE)), what) for path in modules for what in name_changes(path.read_text())}

    assert {where for where, _ in found} >= {MAY_RENAME}
    assert {one for one in found if one[0] != MAY_RENAME} == EXCEPTIONS
