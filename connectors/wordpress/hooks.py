"""What the plugin tells by itself: signed, and good for once."""

import hashlib
import hmac
from collections.abc import Mapping

from connectors.base import ConnectorError

CLOCKS_SECONDS = 300  # by which the two machines' clocks may differ


def delivered(secret: str, headers: Mapping[str, str], body: bytes, at: float) -> str:
    """The number of the delivery. Raises ConnectorError where it is not signed with the secret, or is old. `headers`
    have names in lower case; `at` is the time now."""
    stamp = headers.get("x-image-renamer-timestamp", "")
    number = headers.get("x-image-renamer-delivery", "")
    signature = headers.get("x-image-renamer-signature", "").removeprefix("sha256=")
    if not stamp.isdecimal() or not number or len(number) > 100:
        raise ConnectorError("A delivery must be signed: pair the site anew.", permanent=True)
    wanted = signed(secret, stamp, number, body)
    if not hmac.compare_digest(wanted.encode(), signature.encode()):
        raise ConnectorError("The signature of this delivery is not the site's: pair the site anew.", permanent=True)
    if abs(at - int(stamp)) > CLOCKS_SECONDS:
        raise ConnectorError("This delivery is too old, or the site's clock is wrong: set the clock.", permanent=True)
    return number


def signed(secret: str, stamp: str, number: str, body: bytes) -> str:
    said = "\n".join((stamp, number, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
