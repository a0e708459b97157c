"""Photos that are brought here: dropped into the page, or sent with a form; and what was brought before."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter
from msgspec.structs import replace
from sqlalchemy.orm import Session

from appliance import catalogue, uploads
from appliance.api.authentication import HEADERS, member_of, needs, proven
from appliance.api.bringing import Bringing
from appliance.api.house import House, house_of
from appliance.auth import Member, Role
from appliance.errors import Forbidden, Problem
from appliance.models import Batch
from appliance.uploads import names
from appliance.web import forms, views, wording
from appliance.web.pages import showing, telling
from appliance.web.pages.showing import Asking
from appliance.web.views import Notice

SIZE = 20
_FIRST = ("review", "language", "keywords")
_CSP = "Content-Security-Policy"
_Page = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]


@get("/uploads", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking, number: _Page = 1) -> Response[str]:
    return _shown(request, number=number)


def _shown(request: Asking, *, number: int = 1, problem: str = "", status: int = 200) -> Response[str]:
    house, member = house_of(request), member_of(request)
    with house.database.reading(member.tenant_id) as session:
        view = _view(session, house, member, number)
    answer = showing.page(request, replace(view, problem=problem), status=status)
    if origin := house.storage.origin:
        answer.headers[_CSP] = HEADERS[_CSP].replace("connect-src 'self'", f"connect-src 'self' {origin}")
    return answer


def _view(session: Session, house: House, member: Member, number: int) -> views.Uploads:
    limits = uploads.Limits.of(house.settings)
    known = catalogue.uploads_at(session, member.tenant_id, (number - 1) * SIZE, SIZE)
    total = catalogue.count_uploads(session, member.tenant_id)
    return views.Uploads(
        may_upload=member.may(Role.REVIEWER),
        accept=",".join(f".{extension}" for extension in sorted(names.EXTENSIONS)),
        bucket=bool(house.storage.origin),
        days=house.settings.upload_days,
        megabytes=limits.size >> 20,
        most=limits.files,
        choices=forms.fields(forms.schema(uploads.Wanted), {}, first=_FIRST),
        lines=tuple(_line(session, batch) for batch in known),
        pages=telling.turned(number, SIZE, total, "/uploads"),
    )


def _line(session: Session, batch: Batch) -> views.UploadLine:
    numbers = catalogue.counts(session, batch.tenant_id, catalogue.Wanted(batch_id=batch.id))
    state, tone = telling.batch_state(batch, numbers)
    return views.UploadLine(
        id=batch.id,
        state=state,
        tone=tone,
        files=uploads.count_in(session, batch.tenant_id, batch.id),
        at=batch.created_at,
        expires_at=batch.expires_at,
        receiving=batch.receives_until is not None,
        gone=uploads.has_gone(session, batch),
    )


@post(
    "/uploads",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    request_max_body_size=None,
    opt={"proves": True},
)
async def bring(request: Asking) -> Response[str]:
    """The form as browsers send it without a script. What cannot be taken is left out, and said."""
    try:
        form = await Bringing(request, skipping=True, proves=_proved_by(request)).all()
    except Forbidden:
        raise
    except Problem as problem:
        return await sync_to_thread(_again, request, str(problem), problem.status)
    says, tone = "What you brought is being named.", "good"
    if form.left_out:
        says = f"{says} {wording.count(len(form.left_out), 'file')} left out: {form.left_out[0]}"
        tone = "warm"
    notice = Notice(says=says, tone="warm" if tone == "warm" else "good")
    return await sync_to_thread(showing.goes, request, f"/batches/{form.batch.id}", notice)


def _again(request: Asking, problem: str, status: int) -> Response[str]:
    return _shown(request, problem=problem, status=status)


def _proved_by(request: Asking) -> Any:
    def prove(token: str) -> None:
        proven(request, token)

    return prove


ROUTES: list[Any] = [page, bring]
