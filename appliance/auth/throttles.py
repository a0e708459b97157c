"""How often something may be tried: counted in rows, so that many processes share one limit."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, select
from sqlalchemy.orm import Session

from appliance.db import Database, insert_into
from appliance.errors import TooMany
from appliance.models import OWN_TENANT, Throttle, now


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    window: timedelta


def take(database: Database, tries: Iterable[tuple[str, Limit]]) -> None:
    """Counts one more try under each key, in a transaction of its own, so that it counts whatever comes of it.

    Raises TooMany where a window is full; of tries that come at once, exactly those within the limit pass.
    """
    moment = now()
    with database.session(OWN_TENANT) as session:
        waits = [_wait(session, key, limit, moment) for key, limit in tries]
    if (wait := max(waits, default=0)) > 0:
        raise TooMany(f"That was tried too often; try again in {_spoken(wait)}.", wait)


def forget(session: Session, key: str) -> None:
    session.execute(delete(Throttle).where(Throttle.key == key))


def tidy(session: Session) -> None:
    """Removes the windows that are over."""
    session.execute(delete(Throttle).where(Throttle.ends_at <= now()))


def address_key(purpose: str, address: str) -> str:
    """A client is an address; of IPv6 the first 64 bits, since anybody has all the others."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"{purpose}:{address[:60]}"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return f"{purpose}:{mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64))}"
    return f"{purpose}:{parsed}"


def _wait(session: Session, key: str, limit: Limit, moment: datetime) -> int:
    """The seconds until there is room again; 0 where this try was counted."""
    if _count(session, key, limit, moment):
        return 0
    ends_at = session.scalar(select(Throttle.ends_at).where(Throttle.key == key))
    return max(1, round((ends_at - moment).total_seconds())) if ends_at else 1


def _count(session: Session, key: str, limit: Limit, moment: datetime) -> bool:
    """One statement: the database itself looks whether there is room while it holds the row."""
    over: ColumnElement[bool] = Throttle.ends_at <= moment
    ends_at = moment + limit.window
    first = insert_into(Throttle, session.get_bind().dialect.name).values(
        key=key, tenant_id=OWN_TENANT, count=1, ends_at=ends_at
    )
    again = first.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((over, 1), else_=Throttle.count + 1),
            "ends_at": case((over, ends_at), else_=Throttle.ends_at),
        },
        where=over | (Throttle.count < limit.most),
    )
    return session.scalar(again.returning(Throttle.count)) is not None


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
