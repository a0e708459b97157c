"""`python -m benchmarks NAME [--json FILE]`: one benchmark; it prints its figures."""

import argparse
import json
from importlib import import_module
from pathlib import Path

NAMES = ("learning", "naming", "pipeline", "plan", "provider", "rename", "s3", "serve", "sftp", "titles", "watch")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    modules = {name: import_module(f"benchmarks.{name}") for name in NAMES}
    for name, module in modules.items():
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0], description=module.__doc__)
        module.add_arguments(command)
    arguments = parser.parse_args()
    figures = modules[arguments.name].run(arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
