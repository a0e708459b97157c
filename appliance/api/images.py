"""Images: what became of each, and a person's decisions about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.datastructures import State
from litestar.params import JSONBody, QueryParameter

from appliance import catalogue, reviews
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.listing import Cursor, Id, Ids, Limit, Listed, OfBatch, OfSource, Text, after, cursor_of, word_of
from appliance.auth import Member, Role
from appliance.errors import Conflict, NotFound
from appliance.models import Image, ImageState
from appliance.sources import name_of
from appliance.words import TextState

_Asked = Request[Member, Any, State]

JPEG = "image/jpeg"
States = Annotated[
    list[ImageState] | None, QueryParameter(name="state", description="only of this state; may be given again")
]


class WordView(msgspec.Struct, frozen=True):
    """A word of a name, and where it came from."""

    word: str
    origin: str = msgspec.field(name="from")
    score: float


class ImageView(msgspec.Struct, frozen=True):
    """`name` is the proposed or given name, "" where there is none; `path` is where the file is now. `texts` says how
    far `alt`, `title`, `caption` and `keywords` are, and where they are written, `written_at` when and `written_in` in
    what; `texts_note` is why they stand somewhere else than was wanted, or nowhere. `texts_from_file` are those of alt,
    title and caption that a person wrote into the file."""

    id: int
    source: int
    batch: int
    path: str
    original: str
    name: str
    state: ImageState
    reason: str
    alt: str
    title: str
    caption: str
    keywords: list[str]
    texts: TextState
    written_at: datetime | None
    written_in: Literal["", "sidecar", "file"]
    texts_note: str
    texts_from_file: list[str]
    confidence: float
    words: list[WordView]
    candidates: list[str]
    companions: list[str]
    warnings: list[str]
    locked: bool
    sha256: str | None
    found_at: datetime


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what is given is changed."""

    name: str | None = None
    alt: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    title: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    caption: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    keywords: Annotated[list[str], msgspec.Meta(max_length=1000)] | None = None


class Checked(msgspec.Struct, frozen=True):
    """`problem` says what is wrong with a name and what would do; "" where nothing is."""

    problem: str


class Many(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    images: Ids


class Done(msgspec.Struct, frozen=True):
    """What was done for how many images, and what could not be for which, with the reason."""

    done: int
    refused: dict[str, str]


def viewed(image: Image) -> ImageView:
    proposal, texts = image.proposal or {}, reviews.texts_of(image)
    return ImageView(
        id=image.id,
        source=image.source_id,
        batch=image.batch_id,
        path=image.path,
        original=image.original_path,
        name=proposal.get("name", "") or (name_of(image.path) if image.state is ImageState.RENAMED else ""),
        state=image.state,
        reason=image.reason,
        alt=image.alt,
        title=texts.title,
        caption=texts.caption,
        keywords=list(texts.keywords),
        texts=texts.state,
        written_at=datetime.fromisoformat(texts.written_at) if texts.written_at else None,
        written_in=texts.written_in,
        texts_note=texts.note,
        texts_from_file=list(texts.from_file),
        confidence=proposal.get("confidence", 0.0),
        words=[
            WordView(word["text"], origin=word["origin"], score=word.get("score", 1.0))
            for word in proposal.get("words", ())
        ],
        candidates=["-".join(word["text"] for word in words) for words in proposal.get("candidates", ())],
        companions=list(proposal.get("companions", ())),
        warnings=list(proposal.get("warnings", ())),
        locked=image.locked,
        sha256=image.sha256,
        found_at=image.found_at,
    )


@get("/images", operation_id="listImages", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(
    request: _Asked,
    states: States = None,
    source: OfSource = None,
    batch: OfBatch = None,
    q: Text = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listed[ImageView]:
    """The images, the oldest first, so that a page that was seen stays as it is when more come."""
    wanted = catalogue.Wanted(tuple(states or ()), batch, source, q)
    with house_of(request).database.reading(request.user.tenant_id) as session:
        page = catalogue.images(session, request.user.tenant_id, wanted, after(cursor), limit)
        return Listed([viewed(image) for image in page.rows], cursor_of(page.next))


@get("/images/{image_id:int}", operation_id="getImage", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, image_id: Id) -> ImageView:
    """One image: where it is, its name, the words of that and where they came from, and why it is as it is."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        return viewed(reviews.look(session, request.user.tenant_id, image_id))


@get(
    "/images/{image_id:int}/thumbnail",
    operation_id="getThumbnail",
    guards=[needs(Role.VIEWER)],
    media_type=JPEG,
    sync_to_thread=True,
)
def thumbnail(request: _Asked, image_id: Id) -> Response[bytes]:
    """A small JPEG of it, at most 320 pixels on its long side. Nothing of the original's metadata is in it."""
    return picture(request, image_id, large=False)


@get(
    "/images/{image_id:int}/preview",
    operation_id="getPreview",
    guards=[needs(Role.VIEWER)],
    media_type=JPEG,
    sync_to_thread=True,
)
def preview(request: _Asked, image_id: Id) -> Response[bytes]:
    """A JPEG of it, at most 1024 pixels on its long side, else the small one. It has no metadata either."""
    return picture(request, image_id, large=True)


def picture(request: _Asked, image_id: int, *, large: bool) -> Response[bytes]:
    """The stored picture, which never changes for the same bytes. Raises NotFound, also where there is none (any
    more)."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        image = reviews.look(session, tenant_id, image_id)
    storage, sha256 = house_of(request).storage, image.sha256 or ""
    jpeg = (storage.preview(tenant_id, sha256) if large else None) or storage.thumbnail(tenant_id, sha256)
    if jpeg is None:
        raise NotFound(f"There is no picture of {image.path} (yet, or any more).")
    headers = {"Cache-Control": "private, max-age=86400", "ETag": f'"{sha256}"'}
    return Response(jpeg, media_type=JPEG, headers=headers)


@patch("/images/{image_id:int}", operation_id="editImage", guards=[needs(Role.REVIEWER)], sync_to_thread=True)
def edit(request: _Asked, image_id: Id, data: JSONBody[Edit]) -> ImageView:
    """Another name, or other texts beside it, which then wait to be approved."""
    at, member = house_of(request), request.user
    if data.name is not None:
        at.desk.edit(member.tenant_id, image_id, data.name, actor=member.actor)
    with at.database.session(member.tenant_id) as session:
        image = reviews.find(session, member.tenant_id, image_id)
        keywords = None if data.keywords is None else tuple(data.keywords)
        if said := reviews.Said(data.alt, data.title, data.caption, keywords):
            reviews.say(session, image, said, actor=member.actor)
        return viewed(image)


@get(
    "/images/{image_id:int}/check",
    operation_id="checkName",
    guards=[needs(Role.VIEWER)],
    opt={"conflicts": True},
    sync_to_thread=True,
)
def check(
    request: _Asked, image_id: Id, name: Annotated[str, QueryParameter(description="a whole name, with its extension")]
) -> Checked:
    """Whether the image could have that name, without giving it."""
    return Checked(house_of(request).desk.check(request.user.tenant_id, image_id, name) or "")


@post(
    "/images/{image_id:int}/alt/approve",
    operation_id="approveTexts",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def approve_texts(request: _Asked, image_id: Id) -> ImageView:
    """Alternative text, title, caption and keywords are right as they are, whatever becomes of the name. Where the
    source says so (`metadata`), they are written into a sidecar or the file, at once or as soon as it has its name."""
    at, member = house_of(request), request.user
    with at.database.session(member.tenant_id) as session:
        image = reviews.find(session, member.tenant_id, image_id)
        for refused in reviews.approve_texts(session, member.tenant_id, [image_id], actor=member.actor):
            raise Conflict(refused.reason)
        answer = viewed(image)
    at.ring([image_id])
    return answer


_DECISIONS = {
    "approve": reviews.approve,
    "reject": reviews.reject,
    "retry": reviews.retry,
    "lock": reviews.lock,
    "unlock": reviews.unlock,
    "undo": reviews.undo,
}
_OF_MANY = _DECISIONS | {"approve-texts": reviews.approve_texts}
_REGENERATE = "regenerate"


@post(
    "/images/{image_id:int}/{decision:str}",
    operation_id="decideAboutImage",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def decide(request: _Asked, image_id: Id, decision: Annotated[str, word_of((*_DECISIONS, _REGENERATE))]) -> ImageView:
    """Approve or reject the name that is proposed; retry what failed, was kept or rejected; undo the rename, with what
    was written into metadata since; lock the name for good, or unlock it; regenerate takes the next of the other
    candidates."""
    at, member = house_of(request), request.user
    if decision == _REGENERATE:
        at.desk.regenerate(member.tenant_id, image_id, actor=member.actor)
    with at.database.session(member.tenant_id) as session:
        image = reviews.find(session, member.tenant_id, image_id)
        if decision != _REGENERATE:
            for refused in _act(decision)(session, member.tenant_id, [image_id], actor=member.actor):
                raise Conflict(refused.reason)
        session.flush()
        answer = viewed(image)
    at.ring([image_id])
    return answer


@post(
    "/images/{decision:str}",
    operation_id="decideAboutImages",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def decide_many(request: _Asked, decision: Annotated[str, word_of(_OF_MANY)], data: JSONBody[Many]) -> Done:
    """The same for many images at once, and their texts (`approve-texts`); what cannot be is left alone, and said."""
    at, member = house_of(request), request.user
    with at.database.session(member.tenant_id) as session:
        refused = _act(decision, _OF_MANY)(session, member.tenant_id, data.images, actor=member.actor)
    at.ring(data.images)
    return Done(len(set(data.images)) - len(refused), {str(one.image_id): one.reason for one in refused})


def _act(decision: str, known: Mapping[str, Any] = _DECISIONS) -> Any:
    if decision not in known:
        raise NotFound(f"“{decision}” is no decision here; there are {', '.join(known)}.")
    return known[decision]


ROUTES: list[Any] = [listed, one, thumbnail, preview, edit, check, approve_texts, decide, decide_many]
