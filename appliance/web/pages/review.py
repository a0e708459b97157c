"""What waits for a person."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import catalogue, naming, reviews, sources
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id, number_in
from appliance.auth import Role
from appliance.errors import Conflict, Invalid, NotFound, Problem
from appliance.models import Image, ImageState, Picture, Source
from appliance.sources import name_of
from appliance.web import views, wording
from appliance.web.pages import showing, telling
from appliance.web.pages.showing import Asking, query
from appliance.web.views import Choice, Notice, Shot, Tab
from connectors.base import ConnectorError

SIZE = 24
_Text = Annotated[str, QueryParameter(name="q", max_length=200)]
_Page = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]


@get("/review", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(
    request: Asking,
    q: _Text = "",
    source: FromQuery[str] = "",
    order: FromQuery[str] = "oldest",
    view: FromQuery[str] = "grid",
    number: _Page = 1,
) -> Response[str]:
    chosen = number_in(source)
    layout: Literal["grid", "table"] = "table" if view == "table" else "grid"
    wanted = catalogue.Wanted(catalogue.WAITING, source_id=chosen, text=q)
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        total = catalogue.count(session, tenant_id, wanted)
        number = min(number, max(1, -(-total // SIZE)))
        images = catalogue.images_at(session, tenant_id, wanted, (number - 1) * SIZE, SIZE, newest=order == "newest")
        watched = sources.watched(session, tenant_id)
        here = "/review" + query(q=q, source=chosen, order=order if order != "oldest" else "", view=layout)
        shown = views.Review(
            shots=tuple(shot(request, session, image) for image in images),
            pages=telling.turned(number, SIZE, total, here),
            layout=layout,
            layouts=tuple(
                Tab(label=label, href="/review" + query(q=q, source=chosen, view=one), current=one == layout)
                for one, label in (("grid", "Grid"), ("table", "Table"))
            ),
            search=q,
            sources=telling.source_choices(watched, chosen),
            orders=tuple(
                Choice(value=one, label=label, chosen=one == order)
                for one, label in (("oldest", "Oldest first"), ("newest", "Newest first"))
            ),
            filtered=bool(q or chosen is not None),
            has_sources=bool(watched),
        )
        return showing.page(request, shown)


def shot(request: Asking, session: Session, image: Image, *, typed: str = "", wrong: str = "") -> Shot:
    """One image that waits, as its card shows it."""
    proposal = image.proposal or {}
    picture = session.scalars(
        select(Picture).where(Picture.tenant_id == image.tenant_id, Picture.sha256 == image.sha256)
    ).one_or_none()
    source = session.get_one(Source, image.source_id)
    new, texts = proposal.get("name", ""), reviews.texts_of(image)
    words = [
        views.Provenance(text=word["text"], origin=word["origin"], score=_score(word))
        for word in proposal.get("words", ())
    ]
    return Shot(
        id=image.id,
        old=name_of(image.path),
        new=new,
        folder=image.folder,
        source=source.name,
        extension=f".{naming.split(new)[1] or (picture.extension if picture else '')}",
        confidence=proposal.get("confidence"),
        reason=image.reason,
        words=tuple(words),
        candidates=tuple(_candidate(words) for words in proposal.get("candidates", ())),
        alt=image.alt,
        heading=texts.title,
        caption=texts.caption,
        keywords=texts.keywords,
        texts=texts.state,
        from_file=telling.from_file(texts),
        metadata=sources.choices_of(source).metadata,
        companions=tuple(proposal.get("companions", ())),
        warnings=tuple(proposal.get("warnings", ())),
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        locked=image.locked,
        typed=typed,
        check=views.NameCheck(image_id=image.id, says=wrong, tone="bad") if wrong else None,
        shown=house_of(request).storage.has_thumbnail(image.tenant_id, image.sha256 or "-"),
    )


def _score(word: dict[str, Any]) -> float | None:
    score = word.get("score", 1.0)
    return None if score >= 1 else score


def _candidate(words: list[dict[str, Any]]) -> views.Candidate:
    subjects = [word.get("score", 1.0) for word in words if word["role"] == "subject"]
    return views.Candidate(stem="-".join(word["text"] for word in words), confidence=min(subjects, default=0.5))


@post("/review/{image_id:int}/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200)
async def decide(request: Asking, image_id: Id, act: FromPath[str]) -> Response[str]:
    form = await showing.form_of(request)
    if act in _TEXT_ACTS:
        return await sync_to_thread(_say, request, image_id, act, form)
    return await sync_to_thread(_decide, request, image_id, act, form.get("name", ""))


_TEXT_ACTS = {"texts": "The texts are kept until you approve them.", "texts-approve": "The texts are approved."}


def _say(request: Asking, image_id: int, act: str, form: Mapping[str, str]) -> Response[str]:
    try:
        notice = say(request, image_id, act, form)
    except Problem as problem:
        return _refused(request, image_id, "", str(problem))
    return _card(request, image_id, notice) if showing.is_part(request) else showing.goes(request, "/review", notice)


def say(request: Asking, image_id: int, act: str, form: Mapping[str, str]) -> Notice:
    """Keeps the texts of a form, or approves them too. What is as it was is no edit. Raises Problem."""
    if act not in _TEXT_ACTS:
        raise Invalid(f"“{act}” cannot be done with texts.")
    member = member_of(request)
    keywords = tuple(word.strip() for word in form.get("keywords", "").split(","))
    said = reviews.Said(form.get("alt"), form.get("heading"), form.get("caption"), keywords)
    with house_of(request).database.session(member.tenant_id) as session:
        image = reviews.find(session, member.tenant_id, image_id)
        if act == "texts" or not reviews.says_so(image, said):
            reviews.say(session, image, said, actor=member.actor)
        if act == "texts-approve":
            for refused in reviews.approve_texts(session, member.tenant_id, [image_id], actor=member.actor):
                raise Conflict(refused.reason)
    house_of(request).ring([image_id])
    return Notice(says=_TEXT_ACTS[act])


def _decide(request: Asking, image_id: int, act: str, typed: str) -> Response[str]:
    if act == "check":
        return showing.part(request, "name_check", check=_checked(request, image_id, typed))
    try:
        notice = _done(request, image_id, act, typed)
    except (Problem, ConnectorError) as problem:
        return _refused(request, image_id, typed, str(problem))
    house_of(request).ring([image_id])
    if not showing.is_part(request):
        return showing.goes(request, "/review", notice)
    if act in {"regenerate", "name"}:
        return _card(request, image_id, notice)
    return showing.part(request, "", notice)


def _done(request: Asking, image_id: int, act: str, typed: str) -> Notice:
    member, house = member_of(request), house_of(request)
    if act in {"name", "approve"} and typed:
        name = _whole_name(request, image_id, typed)
        if name != _proposed(request, image_id):
            house.desk.edit(member.tenant_id, image_id, name, actor=member.actor)
    if act == "name":
        return Notice(says=f"“{typed}” is kept until you approve it.")
    if act == "regenerate":
        house.desk.regenerate(member.tenant_id, image_id, actor=member.actor)
        return Notice(says="Another name for it.")
    if act not in _ACTS:
        raise Invalid(f"“{act}” cannot be done with a photo.")
    decision, says, undo = _ACTS[act]
    with house.database.session(member.tenant_id) as session:
        for refused in decision(session, member.tenant_id, [image_id], actor=member.actor):
            raise Conflict(refused.reason)
        name = _name(reviews.find(session, member.tenant_id, image_id))
    return Notice(says=says.format(name=name), undo=f"/review/{image_id}/{undo}" if undo else "")


_ACTS: dict[str, tuple[Any, str, str]] = {
    "approve": (reviews.approve, "It is renamed to “{name}”.", ""),
    "reject": (reviews.reject, "It keeps its old name.", "retry"),
    "lock": (reviews.lock, "Its name is locked.", "unlock"),
    "unlock": (reviews.unlock, "Its name may be changed again.", ""),
    "retry": (reviews.retry, "It is looked at afresh.", ""),
}


def _name(image: Image) -> str:
    return str((image.proposal or {}).get("name", ""))


def _proposed(request: Asking, image_id: int) -> str:
    with house_of(request).database.reading(member_of(request).tenant_id) as session:
        return _name(reviews.find(session, member_of(request).tenant_id, image_id))


def _whole_name(request: Asking, image_id: int, stem: str) -> str:
    """What was typed, with the extension that the file must have."""
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        image = reviews.find(session, tenant_id, image_id)
        proposed = naming.split(_name(image))[1]
        picture = session.scalars(
            select(Picture.extension).where(Picture.tenant_id == tenant_id, Picture.sha256 == image.sha256)
        ).one_or_none()
    return f"{stem.strip()}.{proposed or picture or naming.split(name_of(image.path))[1]}"


def _checked(request: Asking, image_id: int, typed: str) -> views.NameCheck:
    try:
        name = _whole_name(request, image_id, typed)
        if name == _proposed(request, image_id):
            return views.NameCheck(image_id=image_id)
        wrong = house_of(request).desk.check(member_of(request).tenant_id, image_id, name)
    except (Problem, ConnectorError) as problem:
        wrong = str(problem)
    if wrong:
        return views.NameCheck(image_id=image_id, says=wrong, tone="bad")
    return views.NameCheck(image_id=image_id, says="This name is free.", tone="good")


def _refused(request: Asking, image_id: int, typed: str, reason: str) -> Response[str]:
    notice = Notice(says=reason, tone="bad")
    if not showing.is_part(request):
        return showing.goes(request, "/review", notice)
    return _card(request, image_id, notice, typed=typed, wrong=reason if typed else "")


def _card(request: Asking, image_id: int, notice: Notice, *, typed: str = "", wrong: str = "") -> Response[str]:
    """The card as it is now; nothing where the image waits no longer."""
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        try:
            image = reviews.find(session, tenant_id, image_id)
        except NotFound:
            return showing.part(request, "", notice)
        if image.state is not ImageState.REVIEW:
            return showing.part(request, "", notice)
        return showing.part(request, "shot", notice, shot=shot(request, session, image, typed=typed, wrong=wrong))


@post("/review/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200)
async def decide_many(request: Asking, act: FromPath[str]) -> Response[str]:
    fields = await showing.fields_of(request)
    chosen = [number for one in fields.get("image", []) if (number := number_in(one)) is not None]
    return await sync_to_thread(_decide_many, request, act, chosen)


def _decide_many(request: Asking, act: str, chosen: list[int]) -> Response[str]:
    if not chosen:
        return showing.goes(request, "/review", Notice(says="Select some photos first.", tone="warm"))
    refused = _regenerated(request, chosen) if act == "regenerate" else _acted(request, act, chosen)
    house_of(request).ring(chosen)
    done = len(chosen) - len(refused)
    says = f"{wording.count(done, 'photo')} {_PAST.get(act, 'done')}."
    if refused:
        says += f" {wording.count(len(refused), 'photo')} not: {refused[0]}"
    return showing.goes(request, "/review", Notice(says=says, tone="warm" if refused else "good"))


_PAST = {
    "approve": "approved",
    "texts-approve": "with approved texts",
    "reject": "rejected",
    "regenerate": "looked at again",
    "lock": "locked",
}


def _acted(request: Asking, act: str, chosen: list[int]) -> list[str]:
    member = member_of(request)
    if act not in _ACTS and act != "texts-approve":
        raise Invalid(f"“{act}” cannot be done with photos.")
    decision = reviews.approve_texts if act == "texts-approve" else _ACTS[act][0]
    with house_of(request).database.session(member.tenant_id) as session:
        return [one.reason for one in decision(session, member.tenant_id, chosen, actor=member.actor)]


def _regenerated(request: Asking, chosen: list[int]) -> list[str]:
    member, refused = member_of(request), []
    for image_id in chosen:
        try:
            house_of(request).desk.regenerate(member.tenant_id, image_id, actor=member.actor)
        except (Problem, ConnectorError) as problem:
            refused.append(str(problem))
    return refused


ROUTES: list[Any] = [page, decide, decide_many]
