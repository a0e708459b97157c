"""Who is asking, and what they may do."""

from appliance.auth import links, members, sessions, tokens
from appliance.auth.links import setup_link
from appliance.auth.member import Member, Via
from appliance.auth.signing_in import (
    Client,
    Invitation,
    SignedIn,
    change_password,
    finish_setup,
    invitation,
    sign_in,
)
from appliance.db import Database
from appliance.models import Role
from appliance.secrets import Vault

__all__ = [
    "Client",
    "Invitation",
    "Member",
    "Role",
    "SignedIn",
    "Via",
    "authenticate",
    "change_password",
    "csrf_token",
    "finish_setup",
    "invitation",
    "is_csrf_token",
    "links",
    "members",
    "sessions",
    "setup_link",
    "sign_in",
    "tokens",
]


def authenticate(database: Database, *, bearer: str | None, proof: str | None) -> Member | None:
    """Who brings this API token, or else this id of a session; None for nobody. A wrong token is not made good by a
    session beside it."""
    if bearer is not None:
        return tokens.member(database, bearer)
    return sessions.member(database, proof) if proof else None


def csrf_token(vault: Vault, proof: str) -> str:
    """What a page of ours sends along with each change, and another site's page cannot know."""
    return vault.digest("csrf", proof)


def is_csrf_token(vault: Vault, proof: str, token: str) -> bool:
    return vault.recognises("csrf", proof, token)
