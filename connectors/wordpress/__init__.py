"""WordPress: the media library of a site gets good names through the companion plugin; README.md says how."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from connectors.base import ConnectorError
from connectors.wordpress import pairing
from connectors.wordpress.hooks import delivered
from connectors.wordpress.library import Library
from connectors.wordpress.pairing import Pairing
from connectors.wordpress.site import Site

__all__ = ["Options", "companion", "connect", "delivered", "where"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a WordPress site needs: either the line that its plugin makes, or the address with a user's name and
    application password."""

    pairing: Annotated[
        str,
        msgspec.Meta(
            description="the line that the plugin makes under Media → Image Renamer; in place of the next three",
            extra_json_schema={"writeOnly": True},
        ),
    ] = ""
    url: Annotated[str, msgspec.Meta(description="the address of the site, such as https://example.org")] = ""
    username: Annotated[str, msgspec.Meta(description="a user who may edit the media of everybody")] = ""
    application_password: Annotated[
        str,
        msgspec.Meta(
            description="made in that user's profile under Application Passwords",
            extra_json_schema={"writeOnly": True},
        ),
    ] = ""
    texts: Annotated[
        Literal["empty", "all", "none"],
        msgspec.Meta(description="which alternative texts, titles and captions are written: where there are none, all"),
    ] = "empty"


def where(options: Options) -> str:
    """The site's address, without what does not tell two sites apart."""
    return _paired(options).url


def connect(options: Options, *, poll_seconds: float = 30.0) -> Library:
    """Asks the site nothing yet. Raises ConnectorError where the options are not enough to ask anything."""
    paired = _paired(options)
    return Library(Site(paired), texts=options.texts, poll_seconds=poll_seconds)


def companion() -> Path:
    """What is to be installed on the site; `make assets` builds it."""
    return Path(__file__).parent / "plugin.zip"


def _paired(options: Options) -> Pairing:
    if options.pairing:
        found = pairing.read(options.pairing)
        url, username, password = found.url, found.username, found.application_password
    else:
        found = Pairing(url="")
        url, username, password = options.url, options.username, options.application_password
    url = url.strip().rstrip("/")
    parts = urlsplit(url if "//" in url else f"https://{url}")
    if not url or not parts.hostname or parts.scheme not in {"http", "https"}:
        raise ConnectorError(
            "The address of the site is missing or is none: give it as in https://example.org, or paste what the "
            "plugin shows.",
            permanent=True,
        )
    if parts.username or parts.query:
        raise ConnectorError("Give the address of the site alone, as in https://example.org.", permanent=True)
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    return Pairing(
        url=f"{parts.scheme}://{host}{parts.path}".rstrip("/"),
        username=username.strip(),
        application_password=password.strip(),
        key=found.key,
        secret=found.secret,
    )
