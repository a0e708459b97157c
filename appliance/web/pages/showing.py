"""How pages are answered: the frame around each, parts of one that is open, and where to go after a form."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import MediaType, Request, Response
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from msgspec.structs import replace
from sqlalchemy.orm import Session

from appliance import catalogue, events
from appliance.api.authentication import csrf_of, is_encrypted, member_of
from appliance.api.house import house_of
from appliance.auth import Member, members
from appliance.web import rendering, views
from appliance.web.views import Frame, Notice, View

Asking = Request[Member | None, str | None, Any]

_NOTICE = "renamer_notice"
_UNDO = re.compile(r"/(review|history|batches)/\d+/[a-z]+")
_LONGEST_NOTICE = 2000
_SHOWN = {"image", "batch", "source", "provider", "budget"}  # whose events refresh what a page shows


async def begin(request: Asking) -> None:
    """Notes how far the log is before anything is read, so that a page misses nothing of what comes after."""
    request.state.newest = await sync_to_thread(_newest, request)


def _newest(request: Asking) -> int:
    with house_of(request).database.reading(member_of(request).tenant_id) as session:
        return events.newest(session)


def page(request: Asking, view: View, *, status: int = 200, notices: Sequence[Notice] = ()) -> Response[str]:
    """A whole page, with what was done just before."""
    told = (*_kept(request), *notices)
    frame = frame_of(request, told)
    answer = Response(rendering.page(view, frame), status_code=status, media_type=MediaType.HTML)
    answer.headers["Cache-Control"] = "no-store"
    if _NOTICE in request.cookies:
        answer.set_cookie(_cookie(request, "", 0))
    return answer


def part(request: Asking, name: str, *notices: Notice, **values: object) -> Response[str]:
    """What takes a part's place in a page that is open; "" for nothing."""
    body = rendering.part(name, frame_of(request, ()), tuple(notices), **values)
    return Response(body, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def goes(request: Asking, where: str, notice: Notice | None = None) -> Response[str]:
    """On to another page after a form, with what was done."""
    answer = Response("", status_code=303, media_type=MediaType.HTML, headers={"Location": where})
    if is_part(request):
        answer = Response("", media_type=MediaType.HTML, headers={"HX-Redirect": where})
    if notice is not None:
        kept = base64.urlsafe_b64encode(msgspec.json.encode(notice)).decode()
        answer.set_cookie(_cookie(request, kept, 30))
    return answer


def is_part(request: Asking) -> bool:
    """Whether a script asks, which puts the answer into the page that is open."""
    return request.headers.get("hx-request") == "true"


def frame_of(request: Asking, notices: Sequence[Notice]) -> Frame:
    house = house_of(request)
    member = request.scope.get("user")
    if member is None:
        return Frame(notices=tuple(notices), version=house.version)
    with house.database.reading(member.tenant_id) as session:
        return _inside(request, session, member, notices)


def _inside(request: Asking, session: Session, member: Member, notices: Sequence[Notice]) -> Frame:
    house = house_of(request)
    numbers = catalogue.counts(session, member.tenant_id)
    return Frame(
        csrf=csrf_of(request) or "",
        member=person(request, session),
        waiting=sum(numbers.get(state, 0) for state in catalogue.WAITING),
        problems=sum(numbers.get(state, 0) for state in catalogue.ATTENTION),
        version=house.version,
        notices=tuple(notices),
        events="/events" + query(after=getattr(request.state, "newest", None)),
        event_types=tuple(sorted(one for one in events.TYPES if one.split(".")[0] in _SHOWN)),
    )


def person(request: Asking, session: Session) -> views.Member:
    """Who is signed in, as the pages name them."""
    member = member_of(request)
    if member.user_id is None:
        return views.Member(name=member.name, email="", role=member.role)
    known = members.one_of(session, member.tenant_id, house_of(request).vault, member.user_id)
    return views.Member(name=known.name or known.email.partition("@")[0], email=known.email, role=known.role)


def _kept(request: Asking) -> tuple[Notice, ...]:
    """What the form before this page said. It lay with the browser, so only its words are believed."""
    kept = request.cookies.get(_NOTICE, "")
    if not kept or len(kept) > _LONGEST_NOTICE:
        return ()
    try:
        notice = msgspec.json.decode(base64.urlsafe_b64decode(kept), type=Notice)
    except (ValueError, msgspec.MsgspecError):
        return ()
    return (notice if _UNDO.fullmatch(notice.undo) else replace(notice, undo=""),)


def _cookie(request: Asking, value: str, seconds: int) -> Cookie:
    secure = is_encrypted(request.scope, request)
    return Cookie(_NOTICE, value=value, max_age=seconds, secure=secure, httponly=True, samesite="lax")


async def form_of(request: Asking) -> dict[str, str]:
    """The fields of a form; of a field that came several times, the last."""
    return {name: values[-1] for name, values in (await fields_of(request)).items()}


async def fields_of(request: Asking) -> Mapping[str, list[str]]:
    """The fields of a form, each with all that came."""
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


def local(path: str) -> str:
    """A path of ours to go on to; the start for anything else, such as another site's address."""
    return path if re.fullmatch(r"/(?!/)[^\\\s]*", path) else "/"


def query(**values: object) -> str:
    """The values as the end of an address, without those that say nothing."""
    said = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in values.items() if value not in ("", None))
    return f"?{said}" if said else ""
