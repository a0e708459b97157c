"""The command line: one module per command, imported when it is used."""

import ctypes
import os
import sys
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from appliance.config import Settings
from appliance.db import explained
from appliance.errors import Problem

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # <malloc.h>
_LARGE = 16 << 20  # bytes
INTERRUPTED = 130  # what a shell reports of a program that Ctrl-C ended
NAMES = (
    "serve",
    "rename",
    "undo",
    "history",
    "lint",
    "template",
    "profile",
    "learned",
    "explain",
    "sheet",
    "check",
    "migrate",
    "source",
    "api",
    "user",
    "token",
    "work",
    "receive",
)


class Commands(click.Group):
    """Says a Problem in a sentence; anything else that goes wrong is a defect, and shows its traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own signature)
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in NAMES:
            return None
        command: click.Command = getattr(import_module(f"appliance.commands.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise click.ClickException(str(problem)) from problem
        except OperationalError as error:
            raise click.ClickException(str(explained(error))) from error
        except DatabaseError as error:
            if type(error) is not DatabaseError:  # its other kinds are defects of ours
                raise
            raise click.ClickException(str(explained(error))) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where the database and previews live.")
@click.version_option(metadata.version("image-renamer"), prog_name="image-renamer")
@click.pass_context
def cli(context: click.Context, data: Path | None) -> None:
    """Gives images descriptive names in the place where they live, and can undo it."""
    context.obj = Settings.from_env(os.environ, data)


def _keep_little_memory() -> None:
    """glibc gives nearly each thread a heap of its own, and what one has freed the others cannot use; and the larger
    the pieces that it has seen, the more it keeps of what was freed."""
    with suppress(AttributeError):  # of another C library
        allocator = ctypes.CDLL(None).mallopt
        allocator(_M_ARENA_MAX, 1)
        allocator(_M_MMAP_THRESHOLD, _LARGE)
        allocator(_M_TRIM_THRESHOLD, _LARGE)


def main() -> None:
    """Exit codes: 0 done, 1 some images failed (each said) or the command could not run, 2 wrong usage, 130 Ctrl-C."""
    _keep_little_memory()
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
