"""Passwords, by argon2id with the parameters that its library recommends."""

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from appliance.errors import Invalid

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 1000
# Of ten characters and more, those that head every list of leaked passwords.
COMMON = frozenset(
    """
    0123456789 0987654321 1111111111 1122334455 1234554321 12345678900 1234567890 12345678910 123123123123 1234512345
    123456789a 123456789q 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc a123456789 abcdefghij administrator asdfghjkl1
    asdfghjkl123 changeme123 football123 iloveyou123 letmein123 michael123 p@ssw0rd123 pa55word123 passw0rd123
    password00 password01
    password10 password11 password12 password123 password1234 password12345 passwordpassword princess123 q1w2e3r4t5
    q1w2e3r4t5y6 qazwsxedcrfv qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123 qwertzuiop superman123
    trustno1trustno1 welcome123 welcome1234 zaq12wsxcde3
    """.split()  # noqa: SIM905 (a list of them would be a page long)
)

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)  # each takes 64 MiB, and whoever is not signed in can ask for many


def hashed(password: str, email: str) -> str:
    """What is stored of it. Raises Invalid, with the reason, for one that would be guessed."""
    password = _normal(password)
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise Invalid(f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters; choose another.")
    if _is_guessed(password.casefold(), email.casefold()):
        raise Invalid("That password is among the first that somebody would try; choose another.")
    with _at_once:
        return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the one that is stored. Where none is, that is found out in the same time."""
    nobody = _nobody()
    with _at_once:
        try:
            return _hasher.verify(stored or nobody, _normal(password)[: MOST_CHARACTERS + 1])
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """It was hashed with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def hashed_anew(password: str) -> str:
    """The same password, which matched, with today's parameters."""
    with _at_once:
        return _hasher.hash(_normal(password))


def _is_guessed(password: str, email: str) -> bool:
    return password in COMMON or len(set(password)) < 3 or password in {email, email.partition("@")[0]}


def _normal(password: str) -> str:
    """The same characters, however the keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
