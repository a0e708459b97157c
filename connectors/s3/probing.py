"""What a server really does with conditions, found out with objects of our own that are gone afterwards."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.base import ConnectorError
from connectors.junk import OURS
from connectors.s3 import copying, objects
from connectors.s3.client import Action, Client, ConditionFailed, Unsupported, parsed
from connectors.s3.copying import Copy, Habits, Way
from connectors.s3.objects import Found

_ANOTHER = '"00000000000000000000000000000000"'


@dataclass(frozen=True, slots=True)
class Ways:
    """How a copy is made that never overwrites, and which other conditions the server heeds."""

    copy: Way
    deletes_if_match: bool
    puts_if_match: bool
    acls: bool  # an object may be for others than the bucket is


def probe(client: Client, root: str) -> Ways:
    """Raises ConnectorError, also where the server heeds no condition, so that a rename could overwrite."""
    tried = _Probe(client, f"{root}{OURS}probe-{secrets.token_hex(8)}")
    try:
        tried.put("one")
        tried.put("two")
        return Ways(
            copy=tried.way(),
            acls=tried.has_acls(),
            puts_if_match=tried.refuses(lambda: tried.put("two", {"If-Match": _ANOTHER})),
            deletes_if_match=tried.refuses(lambda: tried.delete("two", {"If-Match": _ANOTHER})),
        )
    finally:
        tried.clear()


@dataclass
class _Probe:
    client: Client
    stem: str
    _versions: dict[str, list[str]] = field(default_factory=dict)

    def key(self, name: str) -> str:
        return f"{self.stem}-{name}.jpg"

    def put(self, name: str, headers: dict[str, str] | None = None) -> None:
        self._versions.setdefault(self.key(name), [])
        answer = self.client.send("PUT", self.key(name), Action.WRITE, body=name.encode(), headers=headers)
        self._note(name, answer.headers.get("x-amz-version-id", ""))

    def delete(self, name: str, headers: dict[str, str]) -> None:
        answer = self.client.send("DELETE", self.key(name), Action.DELETE, headers=headers)
        self._note(name, answer.headers.get("x-amz-version-id", ""))

    def way(self) -> Way:
        ways: tuple[Way, ...] = ("copy", "multipart")
        for way in ways:
            if self._works(way):
                return way
        raise ConnectorError(
            f"{self.client.access.host} overwrites what has a name already when it copies, whatever condition it is "
            "given, so no image can be renamed there without danger. A newer version of that server may do it.",
            permanent=True,
        )

    def _works(self, way: Way) -> bool:
        """It leaves a taken name and another version alone, and does what it is asked to otherwise."""
        one = self._look("one")
        stale = Found(one.key, one.size, _ANOTHER.strip('"'), one.headers)
        new = f"new-{way}"
        return (
            self.refuses(lambda: self._copy(way, one, "two"))
            and self.refuses(lambda: self._copy(way, stale, new))
            and objects.look(self.client, self.key(new)) is None
            and not self.refuses(lambda: self._copy(way, one, new))
            and self._look(new).mark == "probe"
            and self._look("two").size == len("two")
        )

    def _copy(self, way: Way, old: Found, name: str) -> None:
        self._versions.setdefault(self.key(name), [])
        wanted = Copy(old, self.key(name), {"content-type": "image/jpeg", objects.MARK: "probe"})
        try:
            copying.copy(self.client, wanted, way, Habits())
        except Unsupported as error:
            raise ConditionFailed(str(error)) from error

    def _look(self, name: str) -> Found:
        found = objects.look(self.client, self.key(name))
        if found is None:
            raise ConnectorError(f"{self.key(name)} was just written and is not there: try again later.")
        return found

    def refuses(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except ConditionFailed:
            return True
        except Unsupported:
            return False
        return False

    def has_acls(self) -> bool:
        try:
            answer = self.client.send("GET", None, Action.READ_OWNERSHIP, query={"ownershipControls": ""})
        except Unsupported:
            return False
        except ConnectorError as error:
            if error.permanent:
                raise
            return self._shows_acls()
        return parsed(answer.data).findtext("Rule/ObjectOwnership") != "BucketOwnerEnforced"

    def _shows_acls(self) -> bool:
        with suppress(ConnectorError):
            objects.grants(self.client, self.key("one"))
            return True
        return False

    def _note(self, name: str, version: str) -> None:
        if version and version != "null":
            self._versions.setdefault(self.key(name), []).append(version)

    def clear(self) -> None:
        """Removes what was made. In a versioned bucket, each version of it, so that nothing is left to pay for."""
        for key, versions in self._versions.items():
            with suppress(ConnectorError):
                found = objects.look(self.client, key)
                last = found.headers.get("x-amz-version-id", "") if found else ""
                for version in {*versions, last} - {"", "null"}:
                    self.client.send("DELETE", key, Action.DELETE_VERSION, query={"versionId": version})
            with suppress(ConnectorError):
                if objects.look(self.client, key) is not None:
                    self.client.send("DELETE", key, Action.DELETE)
