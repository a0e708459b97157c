"""Two providers side by side on a sample of pictures."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from sqlalchemy.orm import Session

from appliance import comparisons, providers, sources
from appliance.api.authentication import needs
from appliance.api.house import House, house_of
from appliance.api.listing import Id, Listed
from appliance.auth import Member, Role
from appliance.errors import Invalid, NotFound
from appliance.models import ComparedChoice, ComparedImage, Comparison, Source
from appliance.words import Description

_Asked = Request[Member, Any, State]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class SaidView(msgspec.Struct, frozen=True):
    """What one side said: the words of its best candidate. `problem` says why it said nothing."""

    words: str
    alt: str
    confidence: float
    problem: str


class ComparedView(msgspec.Struct, frozen=True):
    """One picture. `choice` is which side a person chose; `better` what they would say where it is neither."""

    id: int
    image: int
    done: bool
    left: SaidView
    right: SaidView
    choice: ComparedChoice
    better: str


class ComparisonView(msgspec.Struct, frozen=True):
    """`left` and `right` are providers by their names; `waiting` pictures are not compared yet."""

    id: int
    source: str
    left: str
    right: str
    total: int
    waiting: int
    left_better: int
    right_better: int
    neither: int
    created_at: datetime
    images: list[ComparedView]


class NewComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`left` and `right` are names of providers, or `chain` for all of them in their order."""

    source: _Number
    left: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    right: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    images: Annotated[int, msgspec.Meta(ge=1, le=comparisons.MOST_IMAGES)] = 10


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    image: _Number
    choice: ComparedChoice
    better: Annotated[str, msgspec.Meta(max_length=1000)] = ""


def said_of(body: dict[str, Any] | None, problem: str) -> SaidView:
    said = msgspec.convert(body or {}, Description)
    words = " ".join(word.text for word in said.candidates[0]) if said.candidates else ""
    return SaidView(words=words, alt=said.alt, confidence=said.confidence, problem=problem)


def _compared(one: ComparedImage) -> ComparedView:
    return ComparedView(
        id=one.id,
        image=one.image_id,
        done=one.due_at is None,
        left=said_of(one.left, one.left_problem),
        right=said_of(one.right, one.right_problem),
        choice=one.choice,
        better=one.better,
    )


def _shown(comparison: Comparison, images: list[ComparedImage], *, whole: bool = True) -> ComparisonView:
    tally = comparisons.tally(images)
    return ComparisonView(
        id=comparison.id,
        source=comparison.source,
        left=comparison.left,
        right=comparison.right,
        total=tally.total,
        waiting=tally.waiting,
        left_better=tally.left,
        right_better=tally.right,
        neither=tally.neither,
        created_at=comparison.created_at,
        images=[_compared(one) for one in images] if whole else [],
    )


@get("/comparisons", operation_id="listComparisons", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked) -> Listed[ComparisonView]:
    """The newest first, without their images."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        every = comparisons.all_of(session, tenant_id)
        return Listed([_shown(one, comparisons.images_of(session, tenant_id, one.id), whole=False) for one in every])


@get("/comparisons/{comparison_id:int}", operation_id="getComparison", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, comparison_id: Id) -> ComparisonView:
    """One of them, with what both sides said of each picture."""
    return _one(house_of(request), request.user, comparison_id)


def _one(house: House, member: Member, comparison_id: int) -> ComparisonView:
    with house.database.reading(member.tenant_id) as session:
        comparison = comparisons.find(session, member.tenant_id, comparison_id)
        return _shown(comparison, comparisons.images_of(session, member.tenant_id, comparison_id))


@post("/comparisons", operation_id="startComparison", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def start(request: _Asked, data: JSONBody[NewComparison]) -> ComparisonView:
    """Both sides are asked about a sample of a source's pictures; nothing is renamed by it. A picture that a provider
    has described already costs nothing."""
    house, member = house_of(request), request.user
    return _one(house, member, started(house, member, data))


def started(house: House, member: Member, data: NewComparison) -> int:
    """The number of the new comparison, whose pictures the workers take up. Raises Invalid, Conflict."""
    with house.database.session(member.tenant_id) as session:
        source = _source(session, member, data.source)
        for name in (data.left, data.right):
            providers.check_name(session, member.tenant_id, name)
        language = str(source.choices.get("language", "en"))
        wanted = comparisons.Wanted(source, data.left, data.right, data.images, language)

        def has(sha256: str) -> bool:
            return house.storage.has_thumbnail(member.tenant_id, sha256)

        comparison = comparisons.start(session, member.tenant_id, wanted, has, actor=member.actor)
        rows = [row.id for row in comparisons.images_of(session, member.tenant_id, comparison.id)]
    house.bell.ring_comparisons(rows)
    return comparison.id


def _source(session: Session, member: Member, source_id: int) -> Source:
    try:
        return sources.find(session, member.tenant_id, source_id)
    except NotFound as error:
        raise Invalid(str(error)) from error


@post(
    "/comparisons/{comparison_id:int}/choice",
    operation_id="chooseSide",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def choose(request: _Asked, comparison_id: Id, data: JSONBody[Chosen]) -> ComparisonView:
    """Which side says it better of one of the images, by its `id` here; or neither, and what would be better."""
    member = request.user
    with house_of(request).database.session(member.tenant_id) as session:
        comparisons.choose(session, member.tenant_id, comparison_id, data.image, data.choice, data.better)
    return _one(house_of(request), member, comparison_id)


@delete(
    "/comparisons/{comparison_id:int}", operation_id="removeComparison", guards=[needs(Role.ADMIN)], sync_to_thread=True
)
def remove(request: _Asked, comparison_id: Id) -> None:
    """With all that was chosen."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        comparisons.remove(session, request.user.tenant_id, comparison_id, actor=request.user.actor)


ROUTES: list[Any] = [listed, one, start, choose, remove]
