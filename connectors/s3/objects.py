"""What a server says of one object, and what a copy of it must be given to be the same but for its name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from connectors.base import FileGone
from connectors.s3.client import Action, Client, Unexplained, parsed

META = "x-amz-meta-"
MARK = META + "image-renamer"
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})  # what lies there must be restored before it can be read or copied

_KEPT = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-website-redirect-location",
    "x-amz-storage-class",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One object as it is now; the names in `headers` are in lower case."""

    key: str
    size: int
    etag: str
    headers: Mapping[str, str]

    @property
    def mark(self) -> str:
        return self.headers.get(MARK, "")

    @property
    def has_tags(self) -> bool:
        return self.headers.get("x-amz-tagging-count", "0") != "0"

    def properties(self) -> dict[str, str]:
        """The headers with which it would be written again as it is, its mark left out."""
        own = {name: value for name, value in self.headers.items() if name.startswith(META) and name != MARK}
        return own | {name: self.headers[name] for name in _KEPT if self.headers.get(name)}

    def refusal(self) -> str:
        """Why it cannot get another name, "" where it can."""
        if self._is_archived():
            return "is archived: restore it or move it to another storage class"
        if self.headers.get("x-amz-object-lock-legal-hold", "").upper() == "ON":
            return "is under a legal hold, so its old name would stay: lift the hold"
        if self._is_retained():
            until = self.headers["x-amz-object-lock-retain-until-date"]
            return f"is locked until {until}, so its old name would stay: wait until then"
        if self.headers.get("x-amz-missing-meta", "0") != "0":
            return "has metadata that the server cannot show, so it would be lost: remove that"
        if not all(value.isascii() for value in self.properties().values()):
            return "has metadata beyond ASCII, which would not arrive unchanged: remove that"
        return ""

    def _is_archived(self) -> bool:
        restored = 'ongoing-request="false"' in self.headers.get("x-amz-restore", "")
        cold = self.headers.get("x-amz-storage-class", "") in ARCHIVED or "x-amz-archive-status" in self.headers
        return cold and not restored

    def _is_retained(self) -> bool:
        until = self.headers.get("x-amz-object-lock-retain-until-date", "")
        return bool(until) and datetime.fromisoformat(until.replace("Z", "+00:00")) > datetime.now(UTC)


def look(client: Client, key: str) -> Found | None:
    """None where there is no such object."""
    try:
        headers = {name.lower(): value for name, value in client.send("HEAD", key, Action.READ).headers.items()}
    except FileGone:
        return None
    except Unexplained:  # the answer to a HEAD has no words
        client.send("GET", key, Action.READ, headers={"Range": "bytes=0-0"})
        raise
    if headers.get("content-type") == "application/x-directory" and key.endswith("/"):
        return None
    return Found(key, int(headers.get("content-length", 0)), headers.get("etag", "").strip('"'), headers)


def tags(client: Client, found: Found) -> dict[str, str]:
    if not found.has_tags:
        return {}
    answer = client.send("GET", found.key, Action.READ_TAGS, query={"tagging": ""})
    return {tag.findtext("Key") or "": tag.findtext("Value") or "" for tag in parsed(answer.data).iter("Tag")}


def as_header(tags: Mapping[str, str]) -> dict[str, str]:
    return {"x-amz-tagging": urlencode(tags)} if tags else {}


def mark_of(old: str, new: str, key: str, etag: str) -> str:
    """What a copy carries, so that whoever goes on after a crash knows whose it is: which rename made it, of what."""
    digest = hashlib.sha256("\n".join((key, old, new)).encode()).hexdigest()
    return f"{digest[:24]}.{etag}"


_PERMISSIONS = {
    "FULL_CONTROL": "x-amz-grant-full-control",
    "READ": "x-amz-grant-read",
    "READ_ACP": "x-amz-grant-read-acp",
    "WRITE_ACP": "x-amz-grant-write-acp",
}


def grants(client: Client, key: str) -> dict[str, str]:
    """Who may do what with an object, as the headers that give a copy the same; {} where it is its owner alone."""
    answer = parsed(client.send("GET", key, Action.READ_ACL, query={"acl": ""}).data)
    owner = answer.findtext("Owner/ID")
    given: dict[str, list[str]] = {}
    for grant in answer.iter("Grant"):
        uri, whose = grant.findtext("Grantee/URI"), grant.findtext("Grantee/ID")
        given.setdefault(grant.findtext("Permission") or "", []).append(f'uri="{uri}"' if uri else f'id="{whose}"')
    if given == {"FULL_CONTROL": [f'id="{owner}"']}:
        return {}
    return {_PERMISSIONS[permission]: ", ".join(who) for permission, who in given.items() if permission in _PERMISSIONS}
