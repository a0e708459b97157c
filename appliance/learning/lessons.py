"""An engine that learns, taught what a tenant's examples say."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import select, update

from appliance.db import Database, portions
from appliance.learning import memory
from appliance.models import Example
from appliance.storage import Storage
from appliance.vision import Learns, Lesson, Provider, VisionError


@dataclass(frozen=True, slots=True)
class _Class:
    """A provider as it was taught by certain lessons."""

    version: str
    provider: Provider


@dataclass
class School:
    """Shared by all threads of a process."""

    database: Database
    storage: Storage
    _classes: dict[tuple[str, int], _Class] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def taught(self, provider: Provider, tenant_id: int) -> Provider:
        """The provider with what this tenant's people taught; itself where it cannot learn, where there is nothing to
        learn, or where learning is off."""
        if not isinstance(provider, Learns):
            return provider
        with self.database.reading(tenant_id) as session:
            lessons = memory.lessons(session, tenant_id)
        if not lessons:
            return provider
        version = _version(provider.model, lessons)
        with self._lock:
            known = self._classes.get((provider.name, tenant_id))
            if known is None or known.version != version:
                known = _Class(version, provider.taught(self._lessons(provider, tenant_id, lessons)))
                self._classes[provider.name, tenant_id] = known
        return known.provider

    def _lessons(self, provider: Learns, tenant_id: int, lessons: Sequence[tuple[int, str]]) -> Iterable[Lesson]:
        """Those of which the picture is, or was once, at hand."""
        seen = self._seen(provider, tenant_id, [number for number, _ in lessons])
        return [Lesson(word, seen[number]) for number, word in lessons if number in seen]

    def _seen(self, provider: Learns, tenant_id: int, numbers: Sequence[int]) -> dict[int, bytes]:
        seen: dict[int, bytes] = {}
        unseen: dict[int, str] = {}
        wanted = select(Example.id, Example.sha256, Example.features, Example.seen_by)
        with self.database.reading(tenant_id) as session:
            for some in portions(numbers):
                for row in session.execute(wanted.where(Example.tenant_id == tenant_id, Example.id.in_(some))):
                    if row.features is not None and row.seen_by == provider.sight:
                        seen[row.id] = row.features
                    else:
                        unseen[row.id] = row.sha256
        fresh = {number: found for number, one in unseen.items() if (found := self._look(provider, tenant_id, one))}
        self._keep(provider, tenant_id, fresh)
        return seen | fresh

    def _look(self, provider: Learns, tenant_id: int, digest: str) -> bytes | None:
        jpeg = self.storage.preview(tenant_id, digest) or self.storage.thumbnail(tenant_id, digest)
        if jpeg is None:
            return None
        try:
            return provider.features(jpeg)
        except VisionError:
            return None

    def _keep(self, provider: Learns, tenant_id: int, fresh: dict[int, bytes]) -> None:
        if fresh:
            with self.database.session(tenant_id) as session:
                for number, features in fresh.items():
                    mine = Example.tenant_id == tenant_id, Example.id == number
                    kept = update(Example).where(*mine, Example.forgotten.is_(False))
                    session.execute(kept.values(features=features, seen_by=provider.sight))


def _version(model: str, lessons: Sequence[tuple[int, str]]) -> str:
    return sha256(repr((model, lessons)).encode()).hexdigest()
