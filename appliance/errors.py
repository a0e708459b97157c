"""Errors with an HTTP status: what happened, to which thing, what to do now."""

from collections.abc import Mapping


class Problem(Exception):
    """A failure that its reader can act on; the message is a sentence for that person."""

    status = 500

    @property
    def headers(self) -> Mapping[str, str]:
        """What an answer over HTTP says beside the status."""
        return {}


class Unauthorized(Problem):
    """Nobody is known to be asking, and this is for members only."""

    status = 401

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """Who is asking is known, and may not do this."""

    status = 403


class TooMany(Problem):
    """Tried too often; it works again after `retry_after` seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after)}


class Invalid(Problem):
    """What was asked for cannot be meant: wrong usage."""

    status = 422


class NotFound(Problem):
    """There is no such thing, or it belongs to somebody else."""

    status = 404


class Conflict(Problem):
    """It was possible once, but the world has changed since."""

    status = 409


class TooLarge(Problem):
    """More than is taken at once."""

    status = 413


class Unsupported(Problem):
    """A sort of file or of body that nothing can be done with here."""

    status = 415


class Unavailable(Problem):
    """Something that the program stands on is missing, full or out of order."""

    status = 503


class Misconfigured(Unavailable):
    """Settings that cannot work; the message lists every problem, a line each."""


class OldSchema(Unavailable):
    """The database is not at the schema that this version of the program needs."""


class DiskFull(Unavailable):
    """The disk that holds the database is full; the reserve was freed so that work in hand can be finished."""
