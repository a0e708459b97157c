"""What goes wrong with Google Cloud Vision, as sentences with a remedy."""

import re

import requests
from google.api_core import exceptions
from google.auth import exceptions as signing

from appliance.vision import shown
from appliance.vision.annotating import Options
from appliance.vision.provider import VisionError
from appliance.words import Usage

QUOTED = 200
INVALID, DENIED, EXHAUSTED = 3, 7, 8  # of google.rpc.Code
LONGEST_WAIT_SECONDS = 3600.0
_UNPAID = re.compile(r"billing|payment", re.IGNORECASE)
_DAILY = re.compile(r"per day|daily", re.IGNORECASE)


def fault(error: Exception, options: Options) -> VisionError:
    """What a call that failed means."""
    if isinstance(error, exceptions.Unauthenticated | exceptions.Forbidden | signing.RefreshError):
        return _denied(str(error))
    if isinstance(error, exceptions.TooManyRequests):
        return VisionError(f"Google asks for a pause: {_quoted(error)}", retry_after=_retry_after(error))
    if isinstance(error, exceptions.NotFound):
        return VisionError("There is no Google Vision at that endpoint: mend it, or leave it out.", permanent=True)
    if isinstance(error, exceptions.GatewayTimeout | exceptions.DeadlineExceeded | requests.Timeout):
        return VisionError(
            f"Google does not answer within {options.timeout:g} seconds: try later, or raise its timeout."
        )
    if isinstance(error, exceptions.ServerError):
        return VisionError(f"Google has a fault of its own: {_quoted(error)}")
    if isinstance(error, exceptions.ClientError):
        return VisionError(f"Google does not take the request: {_quoted(error)}", permanent=True)
    if isinstance(error, requests.ConnectionError | signing.TransportError):
        return VisionError("Google cannot be reached: check the network, and the endpoint if you gave one.")
    return VisionError(f"Google's answer cannot be read: {_quoted(error)}")


def refused(code: int, message: str, usage: Usage) -> VisionError:
    """What Google says of one picture."""
    said = shown.line(message, QUOTED)
    if code == DENIED:
        return _denied(said)
    if code == EXHAUSTED:
        return VisionError(f"Google asks for a pause: {said}")
    if code == INVALID:
        return VisionError(f"Google cannot read this picture: “{said}”.", refused=True, usage=usage)
    return VisionError(f"Google has a fault of its own: {said}")


def _denied(said: str) -> VisionError:
    if _UNPAID.search(said):
        return VisionError(
            "Google wants a billing account for the project of these credentials: add one in its console.",
            permanent=True,
        )
    return VisionError(
        "Google does not accept the credentials: give a valid key, and enable the Cloud Vision API in its project.",
        permanent=True,
    )


def _quoted(error: Exception) -> str:
    said = re.sub(r"^[A-Z]+ https?://\S+ ", "", str(getattr(error, "message", error)))
    return f"“{shown.line(said, QUOTED).rstrip('.')}”."


def _retry_after(error: exceptions.GoogleAPICallError) -> float | None:
    """In seconds, by the answer's header."""
    headers = getattr(error.response, "headers", None) or {}
    try:
        return min(max(float(headers.get("Retry-After", "")), 0.0), LONGEST_WAIT_SECONDS)
    except ValueError:
        return LONGEST_WAIT_SECONDS if _DAILY.search(str(error)) else None
