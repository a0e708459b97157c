"""What the plugin shows once, so that an owner has one thing to paste."""

import base64
import binascii

import msgspec

from connectors.base import ConnectorError

PREFIX = "image-renamer:1:"


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """How a site is reached: with an application password, and with `key` and `secret` where its host takes that away
    on the way (signing.py)."""

    url: str
    username: str = ""
    application_password: str = ""
    key: str = ""
    secret: str = ""


def read(bundle: str) -> Pairing:
    """Raises ConnectorError for what no plugin has shown."""
    text = "".join(bundle.split()).removeprefix(PREFIX)
    try:
        body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(body, type=Pairing)
    except (binascii.Error, ValueError) as error:
        raise ConnectorError(
            "What was pasted is not the line that the plugin makes: open Media → Image Renamer on the site, and copy "
            "all of it.",
            permanent=True,
        ) from error
