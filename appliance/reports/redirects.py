"""Maps from the old addresses of renamed images to the new, for the servers that show them to the web."""

import csv
import io
from collections.abc import Callable, Iterable
from urllib.parse import quote

Move = tuple[str, str]  # the old and the new path of a URL, each beginning with "/", not encoded

_GLOBS = {character: quote(character, safe="") for character in "*?[]{}\\%"}


def nginx(moves: Iterable[Move]) -> str:
    lines = (f"    {_quoted(old)} {_quoted(quote(new))};" for old, new in moves)
    return (
        "# Include this file in the http block, and put into the server block:\n"
        "#   if ($renamed_image) { return 301 $renamed_image; }\n"
        'map $uri $renamed_image {\n    default "";\n' + "".join(f"{line}\n" for line in lines) + "}\n"
    )


def apache(moves: Iterable[Move]) -> str:
    """mod_alias takes what begins like the old address for it, up to a slash, under which no image has anything."""
    head = "# Include this file in the virtual host; mod_alias must be on.\n"
    return head + "".join(f"Redirect permanent {_quoted(old)} {_quoted(quote(new))}\n" for old, new in moves)


def caddy(moves: Iterable[Move]) -> str:
    """Caddy does not tell names apart that differ by case alone, so it would go in circles between these."""
    head = "# Import this file in the site's block.\n"
    return head + "".join(
        f"redir {_quoted(_plain(old))} {_quoted(quote(new))} permanent\n"
        for old, new in moves
        if old.casefold() != new.casefold()
    )


def table(moves: Iterable[Move]) -> str:
    """CSV, with both paths as they stand in a URL."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(("from", "to"))
    writer.writerows((quote(old), quote(new)) for old, new in moves)
    return written.getvalue()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(path: str) -> str:
    """Nothing in it stands for anything else."""
    return "".join(_GLOBS.get(character, character) for character in path)


FORMS: dict[str, Callable[[Iterable[Move]], str]] = {"nginx": nginx, "apache": apache, "caddy": caddy, "csv": table}
