"""Errors as RFC 9457 problem+json: what happened, to which thing, what to do now."""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import DataError, OperationalError

from appliance.db import explained
from appliance.errors import Problem
from connectors.base import ConnectorError

PROBLEM_JSON = "application/problem+json"


class ProblemView(msgspec.Struct, frozen=True):
    """RFC 9457. `detail` says in a sentence what happened, to which thing, and what to do now."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


logger = logging.getLogger(__name__)

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    503: "Unavailable",
}
_SENTENCES = {
    "Not Found": "There is nothing at this address.",
    "Method Not Allowed": "This address is not asked like that; the header Allow says which methods it takes.",
}
_NAMES = {"states": "state"}  # parameters whose own name is Litestar's
_UNEXPECTED = "Something unexpected went wrong; the server's log says more."


def status_and_detail(error: Exception) -> tuple[int, str]:
    """What the caller is told of an error: its HTTP status and a sentence. Anything unforeseen is logged, and told in
    general words alone."""
    if isinstance(error, Problem):
        return error.status, str(error)
    if isinstance(error, ValidationException):
        return 422, _invalid(error)
    if isinstance(error, HTTPException):
        return error.status_code, _SENTENCES.get(error.detail, error.detail)
    if isinstance(error, ConnectorError):
        return 409 if error.permanent else 503, str(error)
    if isinstance(error, OperationalError):
        return 503, str(explained(error))
    if isinstance(error, DataError):
        return 422, "A number in it is too large to be kept, or a text holds a character that cannot be."
    logger.error("A request failed", exc_info=error)
    return 500, _UNEXPECTED


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemView]:
    """The problem as a response, with the headers that its error asks for."""
    status, detail = status_and_detail(error)
    title = TITLES.get(status, "Error")
    body = ProblemView("about:blank", title, status, detail, request.url.path)
    headers = dict(getattr(error, "headers", None) or {})
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def _invalid(error: ValidationException) -> str:
    """Each wrong field with what is wrong with it."""
    if not isinstance(error.extra, list) or not error.extra:
        return error.detail
    parts = [_wrong(one.get("key", "data"), one.get("message", "")) for one in error.extra if isinstance(one, dict)]
    return "; ".join(parts) or error.detail


def _wrong(key: str, message: str) -> str:
    if key != "data":
        return f"{_NAMES.get(key, key)}: {message}"
    return "The body is missing: send JSON." if message == "'data'" else f"The body: {message}"


HANDLERS: dict[Any, Any] = {Exception: answer, HTTPException: answer}
