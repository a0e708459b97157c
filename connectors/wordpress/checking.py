"""The set-up of a site, tried out step by step; each failure says what to do."""

from collections.abc import Callable, Iterable
from typing import Any

from connectors.base import ConnectorError
from connectors.wordpress import plugin
from connectors.wordpress.plugin import NAMESPACE, Plugin
from connectors.wordpress.site import Refusal, Site

OLDEST_PLUGIN = (0, 1)
_NEEDED = ("upload_files", "edit_posts", "edit_others_posts", "edit_published_posts", "edit_private_posts")
_SWITCHED_OFF = frozenset(
    {"rest_disabled", "rest_cannot_access", "rest_login_required", "rest_api_disabled", "rest_forbidden", "disabled"}
)
_WRONG = frozenset({"incorrect_password", "invalid_username", "invalid_email", "invalid_application_password"})


class Setup:
    """Each step takes for granted that those before it have passed."""

    def __init__(self, site: Site, companion: Plugin) -> None:
        self._site = site
        self._plugin = companion
        self._index: dict[str, Any] = {}

    def trials(self) -> Iterable[tuple[str, Callable[[], None]]]:
        yield "The site answers", self._answers
        yield "Its REST API is on", self._is_on
        yield "Passwords are safe on the way", self._is_safe
        yield "The user and the password are right", self._signs_in
        yield "Media can be listed", self._lists
        yield "The plugin is there", self._has_plugin
        yield "Files can be renamed without overwriting", self._can_rename

    def _answers(self) -> None:
        self._site.forget()
        self._site.root()

    def _is_on(self) -> None:
        try:
            self._index = self._site.get("").body
        except Refusal as refusal:
            if refusal.code in _WRONG:
                raise _not_signed_in(self._site, refusal) from refusal
            if refusal.status in {401, 403, 404}:
                raise _switched_off(self._site, refusal) from refusal
            raise
        if "wp/v2" not in self._index.get("namespaces", ()):
            raise ConnectorError(
                f"{self._site.url} has no wp/v2 in its REST API: a plugin has removed it; switch that off.",
                permanent=True,
            )

    def _is_safe(self) -> None:
        offered = "application-passwords" in (self._index.get("authentication") or {})
        if offered:
            return
        if self._site.root().scheme == "http":
            raise ConnectorError(
                f"{self._site.url} is not encrypted, and WordPress takes application passwords over HTTPS alone: give "
                "the site a certificate, then add it by its https:// address.",
                permanent=True,
            )
        raise ConnectorError(
            f"Application passwords are switched off on {self._site.url}, by a security plugin or its host: switch "
            "them on for the user that the appliance signs in as.",
            permanent=True,
        )

    def _signs_in(self) -> None:
        """Asked first, since WordPress answers a wrong password on other routes as it answers strangers."""
        try:
            me = self._site.get("wp/v2/users/me", context="edit").body
        except Refusal as refusal:
            if refusal.status in {401, 403}:
                raise _not_signed_in(self._site, refusal) from refusal
            raise
        able = me.get("capabilities") or {}
        if missing := [name for name in _NEEDED if not able.get(name)]:
            role = ", ".join(me.get("roles") or ()) or "none"
            raise ConnectorError(
                f"The user “{self._site.username}” (role: {role}) may not {', '.join(missing)}: choose an Editor, or "
                "the user that the plugin makes.",
                permanent=True,
            )

    def _lists(self) -> None:
        try:
            self._site.get("wp/v2/media", context="edit", per_page=1)
        except Refusal as refusal:
            raise ConnectorError(
                f"The media of {self._site.url} cannot be listed ({refusal.code}): a security plugin keeps users from "
                "them; allow wp/v2/media.",
                permanent=True,
            ) from refusal

    def _has_plugin(self) -> None:
        found = self._plugin.status(afresh=True)
        if found is None:
            raise plugin.absent()
        if _numbers(found.plugin) < OLDEST_PLUGIN:
            raise ConnectorError(
                f"The plugin on {self._site.url} is too old ({found.plugin}): download the present one on this "
                "source's page, and upload it there.",
                permanent=True,
            )
        if f"{NAMESPACE}" not in self._index.get("namespaces", (NAMESPACE,)):
            raise plugin.absent()

    def _can_rename(self) -> None:
        found = self._plugin.required()
        if not found.writable:
            raise ConnectorError(
                f"The web server of {self._site.url} may not write in wp-content/uploads: give it that right on the "
                "site's host.",
                permanent=True,
            )
        if found.offload:
            raise ConnectorError(
                f"The media of {self._site.url} are kept elsewhere by an offload plugin ({found.offload}), where the "
                "plugin cannot rename them: add that storage as a source instead.",
                permanent=True,
            )


def _switched_off(site: Site, refusal: Refusal) -> ConnectorError:
    return ConnectorError(
        f"The REST API of {site.url} is switched off ({refusal.code or refusal.status}): allow it for users who are "
        "signed in, in the security plugin that keeps it from others.",
        permanent=True,
    )


def _not_signed_in(site: Site, refusal: Refusal) -> ConnectorError:
    """WordPress says the same of a wrong password and of one that never reached it."""
    if refusal.code in _SWITCHED_OFF:
        return _switched_off(site, refusal)
    return ConnectorError(
        f"{site.url} does not know “{site.username}” with this application password: make one in that user's profile "
        "under Application Passwords (the password for signing in is another). If it is right, the site's host takes "
        "the Authorization header away: let it pass (for Apache: CGIPassAuth On).",
        permanent=True,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
