"""What goes wrong with a server of OpenAI's API, as sentences with a remedy."""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2
import openai

from appliance.vision import addresses, shown, wire
from appliance.vision.compatible import Options
from appliance.vision.provider import VisionError

LONGEST_WAIT_SECONDS = 3600.0
QUOTED = 200  # characters of what a server says

_BLIND = re.compile(
    r"image input is not supported|does not support (?:image|vision|multimodal)|(?:no|not a) (?:vision|multimodal)|"
    r"multimodal (?:data|input)|image_url is only supported|invalid content type.{0,20}image|mmproj|"
    r"not support(?:ed)?.{0,30}\bimages?\b|\bimages?\b.{0,40}not support|no endpoints found that support image",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"content[_ ](?:policy|filter|management)|moderation|safety (?:system|filter)|flagged", re.IGNORECASE
)
_NO_MONEY = re.compile(
    r"insufficient[_ ](?:quota|credits?|balance|funds)|billing|exceeded your current quota", re.IGNORECASE
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Server:
    """Who is asked, for sentences about it. `there` are the models that it has, as far as it is known."""

    options: Options
    there: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        return addresses.host(self.options.base_url)

    def fault(self, error: Exception) -> VisionError:
        """What a call that failed means."""
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, wire.TooLong):
            return VisionError(
                f"{self.host} answers with more than {wire.MOST_BYTES >> 10} KiB, and that is no answer."
            )
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            seconds = self.options.timeout
            return VisionError(
                f"{self.host} does not answer within {seconds:g} seconds: raise its timeout, or take a smaller model."
            )
        return self._unreachable(error)

    def blind(self) -> VisionError:
        return VisionError(
            f"The model {self.options.model} at {self.host} cannot see pictures: choose one that can, such as a "
            "Qwen3-VL or a Gemma 3; docs/models.md has a list.",
            permanent=True,
        )

    def unlike(self, what: str) -> VisionError:
        return VisionError(f"{self.options.model} at {self.host} {what}: a larger model does better.")

    def refused(self, why: str) -> VisionError:
        said = f": “{shown.line(why, QUOTED)}”" if why else ""
        return VisionError(f"{self.options.model} at {self.host} refuses to describe this picture{said}.", refused=True)

    def missing(self) -> VisionError:
        if self.there:
            remedy = f"there {'is' if len(self.there) == 1 else 'are'} {', '.join(self.there[:20])}: choose from these."
        else:
            remedy = "choose another one, or mend the address, which mostly ends in /v1."
        return VisionError(f"There is no model {self.options.model} at {self.host}; {remedy}", permanent=True)

    def _status(self, error: openai.APIStatusError) -> VisionError:
        status, said = error.status_code, message(error)
        if _REFUSED.search(f"{error.code} {said}"):
            return self.refused(said)
        if _BLIND.search(said):
            return self.blind()
        if status in {401, 403}:
            key = "key" if self.options.api_key else "missing key"
            return VisionError(
                f"{self.host} does not accept the {key}: give one that is valid for {self.options.model}.",
                permanent=True,
            )
        if status == 402 or (status == 429 and _NO_MONEY.search(f"{error.code} {error.type} {said}")):
            return VisionError(
                f"The account at {self.host} has no credit left: pay some in there, or put another provider first.",
                permanent=True,
            )
        if status == 429 or (status == 503 and retry_after(error.response.headers) is not None):
            seconds = retry_after(error.response.headers)
            return VisionError(f"{self.host} asks for a pause: too many requests.", retry_after=seconds)
        if status == 404:
            return self.missing()
        if status == 413:
            return VisionError(f"{self.host} finds the picture too large: set a smaller picture_side.", permanent=True)
        return self._other(status, said)

    def _other(self, status: int, said: str) -> VisionError:
        quoted = f": “{said}”" if said else ""
        if status >= 500 or status in {408, 409, 425}:
            return VisionError(f"{self.host} has a fault of its own (HTTP {status}){quoted}.")
        if status in range(300, 400):
            return VisionError(f"{self.host} sends to another address: give that one as base_url.", permanent=True)
        return VisionError(f"{self.host} does not take the request (HTTP {status}){quoted}.", permanent=True)

    def _unreachable(self, error: Exception) -> VisionError:
        causes = list(_causes(error))
        if any(isinstance(one, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY" in str(one) for one in causes):
            return VisionError(
                f"The certificate of {self.host} is not valid for it: use its right name, or trust its authority on "
                "this machine.",
                permanent=True,
            )
        if any(isinstance(one, ssl.SSLError) or "SSL" in str(one) for one in causes):
            return VisionError(
                f"{self.host} does not speak TLS as asked for: is it http:// rather than https://?", permanent=True
            )
        if any(isinstance(one, socket.gaierror) or "Name or service" in str(one) for one in causes):
            return VisionError(f"No address is known for {self.host}: check its name and the network.")
        if any(isinstance(one, httpx2.ConnectError) for one in causes):
            make = addresses.make(self.options.base_url)
            hint = f"is {make} started?" if make else "is it started, and is the address right?"
            return VisionError(f"Nothing answers at {self.host}: {hint}")
        return VisionError(f"The connection to {self.host} broke before there was an answer.")


def is_about_pictures(said: str) -> bool:
    """Whether a server refuses the picture itself, and not how it is asked."""
    return _BLIND.search(said) is not None or _REFUSED.search(said) is not None


def message(error: openai.APIStatusError) -> str:
    """What the server says, on one line; never the key, which some servers repeat."""
    body = error.body
    said = body.get("message") or body.get("detail") if isinstance(body, dict) else body
    text = shown.line(str(said or ""), QUOTED)
    key = error.request.headers.get("Authorization", "").removeprefix("Bearer ")
    return text.replace(key, "…") if len(key) >= 4 else text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """In seconds, as far as the server says: RFC 9110's Retry-After, or OpenAI's own headers, of which the longest
    counts. None where it says nothing."""
    lower = {name.lower(): value for name, value in headers.items()}
    said = (
        _seconds(lower.get("retry-after-ms"), 0.001),
        _seconds(lower.get("retry-after"), 1.0),
        _until(lower.get("retry-after")),
        max((wait for name in _RESETS if (wait := _duration(lower.get(name))) is not None), default=None),
    )
    return next((seconds for seconds in said if seconds is not None), None)


def _seconds(value: str | None, unit: float) -> float | None:
    try:
        seconds = float(value or "") * unit
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS) if seconds == seconds else None


def _until(value: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (TypeError, ValueError):
        return None
    return min(max(moment.timestamp() - time.time(), 0.0), LONGEST_WAIT_SECONDS)


def _duration(value: str | None) -> float | None:
    """As in "6m0s" and "20ms"; a large number is the time itself, in milliseconds."""
    if value is None:
        return None
    if value.isdigit() and len(value) == 13:
        return _seconds(str(int(value) / 1000 - time.time()), 1.0)
    parts = _DURATION.findall(value)
    return min(sum(float(number) * _UNITS[unit] for number, unit in parts), LONGEST_WAIT_SECONDS) if parts else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
