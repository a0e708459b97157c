"""What the companion plugin does on the site: renames, their undo, and the log of what happens there."""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, NameTaken, NotYet
from connectors.wordpress.site import Refusal, Site, Unanswered

NAMESPACE = "image-renamer/v1"
INSTALL = (
    "The file name waits for the plugin: download it on this source's page, then upload it on the site under "
    "Plugins → Add New → Upload Plugin, and activate it."
)
_MISSING = "rest_no_route"
_MOST_EVENTS = 200
_PATIENCE_SECONDS = 600.0  # with a rename that goes on; each call is a part of it
_CALL_SECONDS = 120.0
_STATUS_SECONDS = 60.0  # for which an answer is good
_ABSENT_SECONDS = 5.0
_WAIT_FOR_PLUGIN_SECONDS = 20.0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the plugin says of itself and of the site, as far as it matters here."""

    plugin: str = ""
    writable: bool = True
    offload: Any = None
    capabilities: dict[str, bool] = {}  # msgspec copies it
    probe_url: str = ""
    last_event_seq: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an attachment."""

    seq: int
    type: str
    attachment: int
    file: str = ""


class Plugin:
    """Safe to use from several threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._status: Status | None = None
        self._asked_at = -_STATUS_SECONDS

    def status(self, *, afresh: bool = False) -> Status | None:
        """None where it is not there. Raises ConnectorError where that cannot be told."""
        good_for = _STATUS_SECONDS if self._status else _ABSENT_SECONDS
        if afresh or time.monotonic() - self._asked_at > good_for:
            self._status = self._asked()
            self._asked_at = time.monotonic()
        return self._status

    def required(self) -> Status:
        """Raises NotYet where it is not there."""
        found = self.status()
        if found is None:
            raise absent()
        return found

    def _asked(self) -> Status | None:
        try:
            said = self._site.get(f"{NAMESPACE}/status").body
        except Refusal as refusal:
            if refusal.code == _MISSING:
                return None
            raise
        return msgspec.convert(said, Status, strict=False)

    def events(self, after: int) -> tuple[list[Event], int]:
        """What happened after one, and the number to go on from."""
        said = self._site.get(f"{NAMESPACE}/events", after=after, limit=_MOST_EVENTS).body
        found = [_event(row) for row in said.get("events", ())]
        return found, max([after, *(one.seq for one in found)])

    def call(self, url: str, secret: str) -> None:
        """Has the plugin tell `url` when there are new events."""
        self._site.put(f"{NAMESPACE}/webhook", {"url": url, "secret": secret})

    def give_name(self, attachment: int, file: str, stem: str, *, request_id: str, old_files: str) -> Mapping[str, Any]:
        """The plugin's record. `file` is what is attached. Safe to repeat with the same arguments. Raises
        ConnectorError."""
        body = {
            "request_id": request_id,
            "name": stem,
            "expect_file": file,
            "on_conflict": "error",
            "old_files": old_files,
            "on_unhandled": "allow",
        }
        return self._carried_out(f"{NAMESPACE}/media/{attachment}/rename", body)

    def undo(self, request_id: str) -> Mapping[str, Any]:
        return self._carried_out(f"{NAMESPACE}/renames/{request_id}/undo", {})

    def record(self, request_id: str) -> Mapping[str, Any] | None:
        """What the plugin's journal has of a rename; None for nothing."""
        try:
            found: Mapping[str, Any] = self._site.get(f"{NAMESPACE}/renames/{request_id}").body
        except Refusal as refusal:
            if refusal.status == 404 and refusal.code != _MISSING:
                return None
            raise
        return found

    def _carried_out(self, route: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """Goes on until it is done, whether the plugin asks for another call, is still at it, or was not heard."""
        give_up = time.monotonic() + _PATIENCE_SECONDS
        wait = 0.2
        while True:
            try:
                said = self._site.post(route, body, seconds=_CALL_SECONDS)
                if said.status != 202:
                    done: Mapping[str, Any] = said.body
                    return done
                wait = 0.0
            except (Refusal, Unanswered) as error:
                if not _goes_on(error) or time.monotonic() > give_up:
                    raise
                wait = max(getattr(error, "retry_after", 0.0), min(wait * 2, 5.0))
            time.sleep(wait)


def absent() -> NotYet:
    return NotYet(INSTALL, seconds=_WAIT_FOR_PLUGIN_SECONDS)


def _goes_on(error: ConnectorError) -> bool:
    return isinstance(error, Unanswered) or (isinstance(error, Refusal) and error.code == "busy")


def _event(row: Mapping[str, Any]) -> Event:
    return Event(seq=int(row["seq"]), type=str(row["type"]), attachment=int(row["id"]), file=str(row.get("file") or ""))


def request_id(user: str, attachment: int, before: str, after: str, key: str, life: int = 1) -> str:
    """The same for each repetition of one rename, whatever ending the file keeps. Another `life` is for one that was
    done already, and put back since by somebody else."""
    said = "\0".join((user, str(attachment), before.rpartition(".")[0], after.rpartition(".")[0], key, str(life)))
    return f"ir-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def error_for(refusal: Refusal, entry: Entry, to: str) -> ConnectorError:
    """What a refused rename means to the contract."""
    path, code, said = entry.path, refusal.code, str(refusal)
    if code == "conflict":
        return NameTaken(f"{to} exists already.")
    if code == "stale":
        return FileChanged(f"{path} is not the file that it was when it was looked at.")
    if code in {"missing_file", "not_found", "rest_post_invalid_id"} or (refusal.status == 404 and code != _MISSING):
        return FileGone(f"{path} is no longer there.")
    if code == _MISSING:
        return absent()
    if code in _SENTENCES:
        return ConnectorError(_SENTENCES[code].format(path=path, to=to, said=said), permanent=code not in _FOR_NOW)
    return ConnectorError(f"{path} could not be renamed: {said}", permanent=refusal.permanent)


_SENTENCES = {
    "not_writable": "The web server may not write in the uploads folder of {path}: give it that right ({said})",
    "offloaded": "{path} is kept outside the site by an offload plugin, where it cannot be renamed: rename it there.",
    "shared_file": "{path} is the file of several attachments that do not belong together: rename it by hand ({said})",
    "unhandled_references": "{path} is named in places that cannot be changed: rename it by hand ({said})",
    "not_latest": "{path} was renamed again since on the site: undo that first.",
    "contended": "{path} is being edited on the site at this moment: it is tried again.",
    "busy": "{path} is being renamed on the site at this moment: it is tried again.",
    "bad_name": "WordPress cannot have {to} as a name ({said})",
    "request_reused": "The site knows another rename under the number of this one: undo it on the site ({said})",
    "fs": "The disk of the site failed at {path}: it is tried again ({said})",
}
_FOR_NOW = frozenset({"contended", "busy", "fs"})
