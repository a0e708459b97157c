"""Pages for those who are not in yet."""

from typing import ClassVar

import msgspec

from appliance.web.views.frame import View


class SignIn(View, kw_only=True):
    page: ClassVar[str] = "sign_in"
    title: ClassVar[str] = "Sign in"

    email: str = ""
    next: str = "/"
    problem: str = ""
    single_sign_on: str = ""  # what the other way in is called, such as "Google"


class Setup(View, kw_only=True):
    """The first person chooses a password; `token` is what the program printed at its start."""

    page: ClassVar[str] = "setup"
    title: ClassVar[str] = "Welcome"

    email: str = ""
    token: str = ""
    at_least: int = 10  # characters
    problems: dict[str, str] = msgspec.field(default_factory=dict)  # by field


class Problem(View, kw_only=True):
    page: ClassVar[str] = "problem"
    title: ClassVar[str] = "That did not work"

    status: int
    heading: str
    says: str  # what happened, to which thing, what to do now
