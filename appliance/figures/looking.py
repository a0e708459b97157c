"""How things stand, of all tenants together. No statement reads a table of images or of the journal: their indexes
say enough."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from appliance import telemetry
from appliance.db import Database
from appliance.models import IS_OPEN, OWN_TENANT, SHOWN, Image, ImageState, OwnProvider, Rename, Source
from appliance.pipeline import leases
from appliance.telemetry import Sample

_SHARE = 100  # counting takes one hundredth of a core at most


class Counting:
    """What is counted one by one, which takes longer the more images there are: seldomer, the longer it takes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._again_at = 0.0
        self._known: dict[Sample, float] = {}

    def known(self) -> dict[Sample, float]:
        with self._lock:
            if (began := time.monotonic()) >= self._again_at:
                with self._database.reading(None) as session:
                    self._known = counted(session)
                ended = time.monotonic()
                self._again_at = ended + _SHARE * (ended - began)
            return self._known


def counted(session: Session) -> dict[Sample, float]:
    """Images by state, those that are due, and open rows of the journal."""
    states = select(Image.state, func.count()).where(SHOWN).group_by(Image.tenant_id, Image.state)
    images: Counter[str] = Counter(dict.fromkeys(ImageState, 0))
    for state, count in session.execute(states):
        images[state] += count
    queue = session.scalar(select(func.count()).select_from(Image).where(Image.due_at.is_not(None)))
    journal = session.scalar(select(func.count()).select_from(Rename).where(IS_OPEN))
    return {(telemetry.IMAGES.name, (state,)): float(count) for state, count in images.items()} | {
        (telemetry.QUEUE.name, ()): float(queue or 0),
        (telemetry.JOURNAL.name, ()): float(journal or 0),
    }


def looked(session: Session, moment: datetime) -> dict[Sample, float]:
    """What is known at once."""
    return dict(
        [
            *_sources(session, moment),
            *_providers(session, moment),
            ((telemetry.QUEUE_SECONDS.name, ()), _waiting(session, moment)),
            ((telemetry.WORKERS.name, ()), float(len(leases.workers(session, OWN_TENANT)))),
            ((telemetry.DATABASE_BYTES.name, ()), _size(session)),
        ]
    )


def _waiting(session: Session, moment: datetime) -> float:
    first = session.scalar(select(func.min(Image.due_at)).where(Image.due_at.is_not(None)))
    return max((moment - first).total_seconds(), 0.0) if first else 0.0


def _sources(session: Session, moment: datetime) -> Iterator[tuple[Sample, float]]:
    columns = select(Source.kind, Source.paused, (Source.problem != "").label("failing"), Source.scanned_at)
    watched = columns.where(Source.made_by_command.is_(False)).subquery().c
    alike = watched.kind, watched.paused, watched.failing
    oldest: dict[str, datetime] = {}
    states: Counter[tuple[str, str]] = Counter()
    wanted = select(*alike, func.count(), func.min(watched.scanned_at)).group_by(*alike)
    for kind, paused, failing, count, scanned_at in session.execute(wanted):
        states[kind, "paused" if paused else "failing" if failing else "working"] += count
        if not paused and scanned_at:
            oldest[kind] = min(oldest.get(kind, scanned_at), scanned_at)
    yield from (((telemetry.SOURCES.name, labels), float(count)) for labels, count in states.items())
    for kind, scanned_at in oldest.items():
        yield (telemetry.SCAN_AGE.name, (kind,)), max((moment - scanned_at).total_seconds(), 0.0)


def _providers(session: Session, moment: datetime) -> Iterator[tuple[Sample, float]]:
    stopped, resting = (OwnProvider.problem != "").label("stopped"), (OwnProvider.rests_until > moment).label("resting")
    asked = select(OwnProvider.kind, stopped, resting).where(OwnProvider.enabled).subquery().c
    states: Counter[tuple[str, str]] = Counter()
    alike = asked.kind, asked.stopped, asked.resting
    wanted = select(*alike, func.count()).group_by(*alike)
    for kind, is_stopped, is_resting, count in session.execute(wanted):
        states[kind, "stopped" if is_stopped else "resting" if is_resting else "working"] += count
    yield from (((telemetry.PROVIDERS.name, labels), float(count)) for labels, count in states.items())


def _size(session: Session) -> float:
    sqlite = session.get_bind().dialect.name == "sqlite"
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return float(session.scalar(text(pages if sqlite else "SELECT pg_database_size(current_database())")) or 0)
