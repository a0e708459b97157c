"""Two providers on the same sample of pictures: started, chosen between, counted, removed. Nothing is renamed by it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from appliance import events, telemetry
from appliance.db import tally_of
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import ComparedChoice, ComparedImage, Comparison, Image, Source, now
from appliance.vision import counting

MOST_IMAGES = 50
BETTER, WORSE, NEITHER = "better", "worse", "neither"  # what a choice says of a side
_LOOKED_THROUGH = 1000  # images of the source, the newest first
_LONGEST = 200  # characters of what a person would say


@dataclass(frozen=True, slots=True)
class Wanted:
    """`left` and `right` are providers by their names, or `chain`."""

    source: Source
    left: str
    right: str
    images: int
    language: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pictures are compared already, and which side people chose."""

    total: int
    waiting: int
    left: int
    right: int
    neither: int


def start(session: Session, tenant_id: int, wanted: Wanted, has: Callable[[str], bool], *, actor: str) -> Comparison:
    """Of the newest pictures of the source that `has` says are at hand, evenly over time; the workers ask both sides.
    Raises Invalid, Conflict."""
    if wanted.left == wanted.right:
        raise Invalid("Both sides are the same: choose two that differ.")
    sample = _sample(session, wanted, has)
    if not sample:
        raise Conflict(f"No photo of “{wanted.source.name}” is at hand: wait until some have been looked at.")
    comparison = Comparison(
        tenant_id=tenant_id,
        source=wanted.source.name,
        left=wanted.left,
        right=wanted.right,
        language=wanted.language,
    )
    session.add(comparison)
    session.flush()
    for image_id, sha256 in sample:
        row = {"tenant_id": tenant_id, "comparison_id": comparison.id, "image_id": image_id, "sha256": sha256}
        session.add(ComparedImage(**row, due_at=now()))
    told = {"comparison": comparison.id, "left": wanted.left, "right": wanted.right, "images": len(sample)}
    events.record(session, tenant_id, [{"type": "comparison.started", "after": told}], actor=actor)
    return comparison


def _sample(session: Session, wanted: Wanted, has: Callable[[str], bool]) -> list[tuple[int, str]]:
    here = Image.tenant_id == wanted.source.tenant_id, Image.source_id == wanted.source.id, Image.preview.is_(False)
    newest = select(Image.id, Image.sha256).where(*here, Image.sha256.is_not(None)).order_by(Image.id.desc())
    once = {row.sha256: row.id for row in session.execute(newest.limit(_LOOKED_THROUGH))}
    there = [(image_id, sha256) for sha256, image_id in once.items() if has(sha256)]
    count = min(wanted.images, MOST_IMAGES, len(there))
    return [there[place * len(there) // count] for place in range(count)]


def all_of(session: Session, tenant_id: int) -> list[Comparison]:
    """The newest first."""
    wanted = select(Comparison).where(Comparison.tenant_id == tenant_id).order_by(Comparison.id.desc())
    return list(session.scalars(wanted))


def find(session: Session, tenant_id: int, comparison_id: int) -> Comparison:
    """Raises NotFound."""
    wanted = select(Comparison).where(Comparison.tenant_id == tenant_id, Comparison.id == comparison_id)
    comparison = session.scalars(wanted).one_or_none()
    if comparison is None:
        raise NotFound(f"There is no comparison {comparison_id}.")
    return comparison


def images_of(session: Session, tenant_id: int, comparison_id: int) -> list[ComparedImage]:
    mine = ComparedImage.tenant_id == tenant_id, ComparedImage.comparison_id == comparison_id
    return list(session.scalars(select(ComparedImage).where(*mine).order_by(ComparedImage.id)))


def tally(images: Sequence[ComparedImage]) -> Tally:
    chosen = [image.choice for image in images]
    return Tally(
        total=len(images),
        waiting=sum(image.due_at is not None for image in images),
        left=chosen.count(ComparedChoice.LEFT),
        right=chosen.count(ComparedChoice.RIGHT),
        neither=chosen.count(ComparedChoice.NEITHER),
    )


def choose(session: Session, tenant_id: int, comparison_id: int, row_id: int, choice: str, better: str) -> None:
    """Which side says it better; of neither, what a person would say. Raises NotFound, Conflict."""
    mine = ComparedImage.tenant_id == tenant_id, ComparedImage.comparison_id == comparison_id
    image = session.scalars(select(ComparedImage).where(*mine, ComparedImage.id == row_id)).one_or_none()
    if image is None or choice not in set(ComparedChoice):
        raise NotFound(f"There is no picture {row_id} in comparison {comparison_id}, or no such choice.")
    if image.due_at is not None:
        raise Conflict("It is being looked at: choose when both have answered.")
    if image.choice != choice:
        _count(session, image, ComparedChoice(choice))
    image.choice, image.chosen_at = ComparedChoice(choice), now()
    image.better = " ".join(better.split())[:_LONGEST] if image.choice is ComparedChoice.NEITHER else ""


def verdicts(choice: ComparedChoice) -> dict[str, str]:
    """What a choice says of each side; nothing of either while it is open."""
    if choice is ComparedChoice.OPEN:
        return {}
    if choice is ComparedChoice.NEITHER:
        return {"left": NEITHER, "right": NEITHER}
    other = ComparedChoice.RIGHT if choice is ComparedChoice.LEFT else ComparedChoice.LEFT
    return {str(choice): BETTER, str(other): WORSE}


def _count(session: Session, image: ComparedImage, choice: ComparedChoice) -> None:
    for side, verdict in verdicts(choice).items():
        if said := getattr(image, side):
            named = counting.labels(said["provider"], said["prompt"])
            tally_of(session).count(telemetry.COMPARED, *named, verdict)


def remove(session: Session, tenant_id: int, comparison_id: int, *, actor: str) -> None:
    """With all that was chosen; what was said of the pictures stays known. Raises NotFound."""
    comparison = find(session, tenant_id, comparison_id)
    session.execute(delete(ComparedImage).where(ComparedImage.comparison_id == comparison.id))
    session.delete(comparison)
    told = {"type": "comparison.removed", "before": {"comparison": comparison_id}}
    events.record(session, tenant_id, [told], actor=actor)
