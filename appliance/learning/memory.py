"""What a tenant's examples have taught: looked at, changed, forgotten, switched off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from appliance import events, vision
from appliance.errors import Invalid, NotFound
from appliance.models import Example, Tenant, Verdict
from appliance.naming import cleaning

LATEST = 2000  # examples that are looked through; of one word the embedded engine takes the last twenty
TOLD = 20  # examples that a provider is told
_LONGEST = 100  # characters of a word


@dataclass(frozen=True, slots=True)
class Taught:
    """One picture that teaches a word, and what was proposed for it."""

    id: int
    image_id: int
    sha256: str
    proposed: str
    accepted: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Learned:
    """A word with the pictures that taught it, the newest first."""

    word: str
    examples: tuple[Taught, ...]


def is_on(session: Session, tenant_id: int) -> bool:
    return bool(session.scalar(select(Tenant.learns).where(Tenant.id == tenant_id)))


def switch(session: Session, tenant_id: int, *, on: bool, actor: str) -> None:
    """Off, nothing that was learned is used and decisions teach nothing; what was learned stays for later."""
    before = is_on(session, tenant_id)
    session.execute(update(Tenant).where(Tenant.id == tenant_id).values(learns=on))
    if before is not on:
        _tell(session, tenant_id, "learning.changed", {"on": before}, {"on": on}, actor)


def lessons(session: Session, tenant_id: int) -> Sequence[tuple[int, str]]:
    """The numbers and words of what teaches, the oldest first; nothing where learning is off."""
    if not is_on(session, tenant_id):
        return []
    wanted = select(Example.id, Example.word).where(_teaches(tenant_id)).order_by(Example.id.desc()).limit(LATEST)
    return [(row.id, row.word) for row in session.execute(wanted)][::-1]


def learned(session: Session, tenant_id: int) -> list[Learned]:
    """Every word, by the alphabet."""
    wanted = select(Example).where(_teaches(tenant_id)).order_by(Example.id.desc()).limit(LATEST)
    found: dict[str, list[Taught]] = {}
    for one in session.scalars(wanted):
        taught = Taught(one.id, one.image_id, one.sha256, one.proposed, one.accepted, one.at)
        found.setdefault(one.word, []).append(taught)
    return [Learned(word, tuple(found[word])) for word in sorted(found)]


def examples(session: Session, tenant_id: int, language: str) -> tuple[vision.Example, ...]:
    """What was corrected and approved lately in that language, each once, the newest first; nothing where learning is
    off."""
    if not is_on(session, tenant_id):
        return ()
    wanted = _told(tenant_id, language).order_by(Example.verdict.desc(), Example.id.desc()).limit(TOLD)
    rows = session.execute(wanted)  # corrections before approvals, which say less
    return tuple(dict.fromkeys(vision.Example(row.proposed, row.accepted) for row in rows))


def _told(tenant_id: int, language: str) -> Select[str, str]:
    told = Example.verdict.in_((Verdict.APPROVED, Verdict.EDITED)), Example.forgotten.is_(False)
    wanted = select(Example.proposed, Example.accepted)
    return wanted.where(Example.tenant_id == tenant_id, Example.language == language, Example.accepted != "", *told)


def _teaches(tenant_id: int) -> ColumnElement[bool]:
    return (Example.tenant_id == tenant_id) & (Example.word != "") & Example.forgotten.is_(False)


def reword(session: Session, tenant_id: int, word: str, other: str, *, actor: str) -> None:
    """Says another word of the same pictures from now on. Raises NotFound, Invalid."""
    said = " ".join(cleaning.phrase(other, ""))
    if not said or len(said) > _LONGEST:
        raise Invalid(f"“{other}” is no word: give 1 to {_LONGEST} characters with a letter or digit among them.")
    _change(session, tenant_id, word, {"word": said})
    _tell(session, tenant_id, "learning.changed", {"word": word}, {"word": said}, actor)


def forget(session: Session, tenant_id: int, word: str, *, actor: str) -> None:
    """The examples of a word teach no more and are told to nobody. Raises NotFound."""
    _change(session, tenant_id, word, {"forgotten": True, "features": None})
    _tell(session, tenant_id, "learning.forgotten", {"word": word}, None, actor)


def _change(session: Session, tenant_id: int, word: str, values: dict[str, Any]) -> None:
    changed = update(Example).where(_teaches(tenant_id), Example.word == word).values(values).returning(Example.id)
    if not session.scalars(changed).all():
        raise NotFound(f"The word “{word}” was not learned, or is forgotten already.")


def forget_example(session: Session, tenant_id: int, example_id: int, *, actor: str) -> None:
    """One picture teaches no more. Raises NotFound."""
    here = _teaches(tenant_id), Example.id == example_id
    word = session.scalar(select(Example.word).where(*here))
    if word is None:
        raise NotFound(f"There is no example {example_id}, or it is forgotten already.")
    session.execute(update(Example).where(*here).values(forgotten=True, features=None))
    _tell(session, tenant_id, "learning.forgotten", {"word": word, "example": example_id}, None, actor)


def forget_all(session: Session, tenant_id: int, *, actor: str) -> None:
    """Every example teaches no more and is told to nobody; they still count for the measures."""
    mine = Example.tenant_id == tenant_id, Example.forgotten.is_(False)
    session.execute(update(Example).where(*mine).values(forgotten=True, features=None))
    _tell(session, tenant_id, "learning.forgotten", {"all": True}, None, actor)


def _tell(
    session: Session, tenant_id: int, event: str, before: dict[str, Any], after: dict[str, Any] | None, actor: str
) -> None:
    events.record(session, tenant_id, [{"type": event, "before": before, "after": after}], actor=actor)
