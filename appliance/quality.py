"""How well each provider, model and prompt names: what people made of its proposals, and what its answers took."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Float, Integer, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from appliance import comparisons, learning, vision
from appliance.models import ComparedChoice, ComparedImage, Example, SeenDescription, Verdict

Key = tuple[str, str, str]  # provider, model without what it learned, version of the prompt


@dataclass(slots=True)
class Quality:
    """Of names that people decided about, of pictures that were described, and of answers that people compared with
    another's and found `better`, `worse` or `neither`. `changed` is the share of an edited
    name's words that were changed, 0 to 1, `confidence` how sure the provider was, `seconds` and `cost` (millionths of
    a US dollar) what an answer took; each the mean, None where there is nothing to take it of."""

    provider: str
    model: str
    prompt: str
    approved: int = 0
    edited: int = 0
    rejected: int = 0
    undone: int = 0
    changed: float | None = None
    confidence: float | None = None
    described: int = 0
    seconds: float | None = None
    cost: int = 0
    better: int = 0
    worse: int = 0
    neither: int = 0

    @property
    def decided(self) -> int:
        return self.approved + self.edited + self.rejected + self.undone

    @property
    def acceptance(self) -> float | None:
        """The share of names that were taken as they were proposed."""
        return self.approved / self.decided if self.decided else None

    @property
    def compared(self) -> int:
        return self.better + self.worse + self.neither


def measured(session: Session, tenant_id: int, since: datetime | None = None) -> list[Quality]:
    """What was decided, described and compared since then, by provider, model and prompt; of whom most was decided
    comes first."""
    found: dict[Key, Quality] = {}
    _count(session, tenant_id, since, found)
    _edits(session, tenant_id, since, found)
    _answers(session, tenant_id, since, found)
    _choices(session, tenant_id, since, found)
    return sorted(
        found.values(),
        key=lambda one: (-one.decided, -one.described, -one.compared, one.provider, one.model, one.prompt),
    )


def _of(found: dict[Key, Quality], provider: str, model: str, prompt: str) -> Quality:
    key = provider, vision.untaught(model), prompt
    return found.setdefault(key, Quality(*key))


def _count(session: Session, tenant_id: int, since: datetime | None, found: dict[Key, Quality]) -> None:
    group = Example.provider, Example.model, Example.prompt, Example.verdict
    wanted = select(*group, func.count().label("count"), func.sum(Example.confidence).label("sure"))
    wanted = wanted.where(Example.tenant_id == tenant_id, *_since(Example.at, since)).group_by(*group)
    sure: dict[Key, float] = {}
    for row in session.execute(wanted):
        one = _of(found, row.provider, row.model, row.prompt)
        field = _FIELDS[row.verdict]
        setattr(one, field, getattr(one, field) + row[4])
        key = one.provider, one.model, one.prompt
        sure[key] = sure.get(key, 0.0) + row.sure
    for key, total in sure.items():
        found[key].confidence = total / found[key].decided


_FIELDS = {
    Verdict.APPROVED: "approved",
    Verdict.EDITED: "edited",
    Verdict.REJECTED: "rejected",
    Verdict.UNDONE: "undone",
}


def _edits(session: Session, tenant_id: int, since: datetime | None, found: dict[Key, Quality]) -> None:
    wanted = select(Example.provider, Example.model, Example.prompt, Example.proposed, Example.accepted)
    mine = Example.tenant_id == tenant_id, Example.verdict == Verdict.EDITED, *_since(Example.at, since)
    changes: dict[Key, list[float]] = {}
    for row in session.execute(wanted.where(*mine)):
        key = row.provider, vision.untaught(row.model), row.prompt
        changes.setdefault(key, []).append(learning.distance(row.proposed.split(), row.accepted.split()))
    for key, shares in changes.items():
        _of(found, *key).changed = sum(shares) / len(shares)


def _answers(session: Session, tenant_id: int, since: datetime | None, found: dict[Key, Quality]) -> None:
    usage = SeenDescription.body["usage"]
    seconds = func.avg(func.nullif(cast(usage["seconds"].as_string(), Float), 0))
    cost = func.coalesce(func.sum(cast(usage["cost"].as_string(), Integer)), 0)
    group = SeenDescription.provider, SeenDescription.model, SeenDescription.prompt
    wanted = select(*group, func.count(), seconds, cost).group_by(*group)
    mine = SeenDescription.tenant_id == tenant_id, *_since(SeenDescription.created_at, since)
    for provider, model, prompt, count, mean, spent in session.execute(wanted.where(*mine)):
        one = _of(found, provider, model, prompt)
        if mean is not None:
            before = (one.seconds or 0.0) * one.described
            one.seconds = (before + float(mean) * count) / (one.described + count)
        one.described, one.cost = one.described + count, one.cost + int(spent)


def _choices(session: Session, tenant_id: int, since: datetime | None, found: dict[Key, Quality]) -> None:
    mine = ComparedImage.tenant_id == tenant_id, ComparedImage.choice != ComparedChoice.OPEN
    wanted = select(ComparedImage).where(*mine)
    if since is not None:
        wanted = wanted.where(ComparedImage.chosen_at >= since)
    for image in session.scalars(wanted):
        for side, verdict in comparisons.verdicts(image.choice).items():
            if said := getattr(image, side):
                one = _of(found, said["provider"], said["model"], said["prompt"])
                setattr(one, verdict, getattr(one, verdict) + 1)


def _since(column: InstrumentedAttribute[datetime], since: datetime | None) -> list[ColumnElement[bool]]:
    return [] if since is None else [column >= since]
