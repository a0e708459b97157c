"""Errors with an HTTP status: what happened, to which thing, what to do now."""


class Problem(Exception):
    """A failure that its reader can act on; the message is a sentence for that person."""

    status = 500


class Invalid(Problem):
    """What was asked for cannot be meant: wrong usage."""

    status = 422


class NotFound(Problem):
    """There is no such thing, or it belongs to somebody else."""

    status = 404


class Conflict(Problem):
    """It was possible once, but the world has changed since."""

    status = 409


class Unavailable(Problem):
    """Something that the program stands on is missing, full or out of order."""

    status = 503


class Misconfigured(Unavailable):
    """Settings that cannot work; the message lists every problem, a line each."""


class OldSchema(Unavailable):
    """The database is not at the schema that this version of the program needs."""


class DiskFull(Unavailable):
    """The disk that holds the database is full; the reserve was freed so that work in hand can be finished."""
