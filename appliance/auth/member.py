"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum

from appliance.models import Role


class Via(StrEnum):
    SESSION = "session"  # a browser in which the member signed in
    TOKEN = "token"  # noqa: S105  # a program with an API token


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a tenant, or a token's stand-in for one. `user_id` is None for a token of the command line."""

    user_id: int | None
    tenant_id: int
    role: Role
    name: str
    via: Via
    token_id: int | None = None

    def may(self, role: Role) -> bool:
        return self.role.covers(role)

    @property
    def actor(self) -> str:
        """As the log of events names whoever did something: by number, since names and addresses change."""
        return f"user:{self.user_id}" if self.via is Via.SESSION else f"token:{self.token_id}"
