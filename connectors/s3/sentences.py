"""What the refusals of servers mean to the owner of a bucket, and what to do about them."""

import re
from dataclasses import dataclass
from typing import Protocol

from connectors.base import ConnectorError


class Place(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def bucket(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def secure(self) -> bool: ...
    @property
    def virtual(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """`about` is the key, or the bucket; `action` is what a policy must allow for the request."""

    code: str
    status: int
    message: str
    about: str
    action: str
    region: str = ""


_FOR_GOOD = {
    "NoSuchBucket": "There is no bucket “{bucket}” at {host}: make it, or correct its name.",
    "InvalidBucketName": "{host} takes “{bucket}” for no name of a bucket: correct it.",
    "InvalidAccessKeyId": "{host} does not know the access key: correct access_key, or make a new key there.",
    "SignatureDoesNotMatch": "The secret key is not that of the access key: correct secret_key.",
    "InvalidToken": "{host} takes the session's token for none of its own: give other keys.",
    "RequestTimeTooSkewed": "The clocks of this machine and of {host} differ by more than 15 minutes: set this "
    "machine's clock (`timedatectl` shows it).",
    "InvalidObjectState": "{about} is archived: restore it or move it to another storage class, then try again.",
    "SecondLevelDomainForbidden": "{host} wants the bucket before its host: set addressing=virtual.",
    "AllAccessDisabled": "{host} has switched the bucket “{bucket}” off: look at the account there.",
    "KeyTooLongError": "{about} is longer than {host} allows: choose a shorter name.",
}
_FOR_NOW = {
    "ExpiredToken": "The session's keys have expired: sign in again, or give keys that last.",
    "SlowDown": "{host} asks to be left alone for a while: this goes on later by itself.",
}
_WRONG_REGION = {"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException", "Redirect"}
_REGION = re.compile(r"(?:expecting|region(?: is)?:?) '([a-z0-9-]+)'")
_WRONG_TLS = re.compile(r"WRONG_VERSION_NUMBER|wrong version number|record layer failure|HTTP_REQUEST", re.IGNORECASE)
_NO_HOST = re.compile(r"NameResolutionError|Failed to resolve|Name or service not known", re.IGNORECASE)


def refused(refusal: Refusal, place: Place) -> ConnectorError:
    words = {"host": place.host, "bucket": place.bucket, "about": refusal.about}
    if refusal.code in _FOR_GOOD:
        return ConnectorError(_FOR_GOOD[refusal.code].format(**words), permanent=True)
    if refusal.code in _FOR_NOW:
        return ConnectorError(_FOR_NOW[refusal.code].format(**words))
    if refusal.code in _WRONG_REGION or refusal.status == 301:
        return _wrong_region(refusal, place)
    if "HTTP request to an HTTPS server" in refusal.message:
        return ConnectorError(f"{place.host} speaks TLS alone: set secure=yes.", permanent=True)
    if refusal.status == 400 and "server side encryption" in refusal.message.lower():
        sentence = f"{refusal.about} is encrypted with a key that its owner keeps (SSE-C): it keeps its name."
        return ConnectorError(sentence, permanent=True)
    if refusal.status in (401, 403):
        return _denied(refusal, place)
    told = f"{refusal.code or refusal.status}: {refusal.message}".rstrip(": .")
    if refusal.status in (429, 500, 502, 503, 504):
        return ConnectorError(f"{place.host} cannot answer now ({told}): this goes on later by itself.")
    return ConnectorError(f"{place.host} refused what is needed for {refusal.about} ({told}): try again later.")


def _wrong_region(refusal: Refusal, place: Place) -> ConnectorError:
    named = refusal.region or next(iter(_REGION.findall(refusal.message)), "")
    remedy = f"set region={named}" if named else "set region to the one that its page there shows"
    sentence = f"The bucket “{place.bucket}” is not in the region {place.region or 'us-east-1'}: {remedy}."
    return ConnectorError(sentence, permanent=True)


def _denied(refusal: Refusal, place: Place) -> ConnectorError:
    return ConnectorError(
        f"{place.host} does not allow {refusal.action} on {refusal.about} to these keys: allow it; docs/s3.md has the "
        "smallest policy that is needed.",
        permanent=True,
    )


def unreachable(error: Exception, place: Place) -> ConnectorError:
    """The server could not be talked to at all."""
    told = str(error)
    if _WRONG_TLS.search(told):
        return ConnectorError(f"{place.host} does not speak TLS: set secure=no, or give its TLS port.", permanent=True)
    if "CERTIFICATE_VERIFY_FAILED" in told or "certificate verify failed" in told:
        return ConnectorError(
            f"The certificate of {place.host} is not trusted: give the name that stands in it as the endpoint, or name "
            "the file of its authority in SSL_CERT_FILE.",
            permanent=True,
        )
    if _NO_HOST.search(told):
        return _nowhere(place)
    return ConnectorError(f"{place.host} does not answer ({_reason(told)}): see that it runs and can be reached.")


def _nowhere(place: Place) -> ConnectorError:
    if place.virtual:
        return ConnectorError(
            f"{place.bucket}.{place.host} has no address: set addressing=path where the server knows no buckets before "
            "its host, or correct the endpoint."
        )
    return ConnectorError(f"{place.host} has no address: correct the endpoint, or look at this machine's network.")


def _reason(told: str) -> str:
    for sign, words in (("refused", "connection refused"), ("timed out", "timed out"), ("reset", "connection reset")):
        if sign in told:
            return words
    return "the connection broke"


def path_style_only(place: Place) -> ConnectorError:
    return ConnectorError(f"{place.host} does not know buckets before its host: set addressing=path.", permanent=True)


def without_credentials(error: Exception, place: Place) -> ConnectorError:
    if "redential" in str(error) or "access key" in str(error).lower():
        return ConnectorError(
            f"There are no keys for {place.host}: give access_key and secret_key, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY in the environment.",
            permanent=True,
        )
    return ConnectorError(
        f"{place.host} could not be asked ({error}): correct the options of the source.", permanent=True
    )
