"""Signing in and out, the first account, and what every page loads."""

from pathlib import PurePosixPath
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from appliance import auth
from appliance.api import images
from appliance.api.authentication import apart, client_of, cookie_for, needs, no_cookie
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Role
from appliance.auth.passwords import LEAST_CHARACTERS
from appliance.errors import Invalid, Problem
from appliance.web import bundled, views
from appliance.web.pages import showing
from appliance.web.pages.showing import Asking

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
    ".json": "application/json",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@get("/static/{name:str}", sync_to_thread=True)
def static(name: FromPath[str]) -> Response[bytes]:
    """A file that pages load; its name changes with its content."""
    path = bundled.FOLDER / PurePosixPath(name).name
    if path.suffix not in _TYPES or not path.is_file():
        raise NotFoundException(f"There is no file {name}.")
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers={"Cache-Control": _FOR_EVER})


@get("/thumbnails/{image_id:int}", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def thumbnail(request: Asking, image_id: Id, large: FromQuery[bool] = False) -> Response[bytes]:
    """The picture of one image, small or large."""
    return images.picture(request, image_id, large=large)  # type: ignore[arg-type]  # a member, since it is guarded


@get("/sign-in", sync_to_thread=True)
def sign_in_page(request: Asking) -> Response[str]:
    if request.scope.get("user") is not None:
        return showing.goes(request, showing.local(request.query_params.get("next", "/")))
    return showing.page(request, views.SignIn(next=showing.local(request.query_params.get("next", "/"))))


@post("/sign-in", status_code=200, opt={"signs_in": True})
async def sign_in(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    email, where = form.get("email", ""), showing.local(form.get("next", "/"))
    house = house_of(request)
    try:
        password, client = form.get("password", ""), client_of(request)
        signed_in = await apart(lambda: auth.sign_in(house.database, house.vault, email, password, client))
    except Problem as problem:
        view = views.SignIn(email=email, next=where, problem=str(problem))
        return showing.page(request, view, status=problem.status)
    answer = showing.goes(request, where)
    answer.set_cookie(cookie_for(request, signed_in))
    return answer


@post("/sign-out", status_code=200, sync_to_thread=True)
def sign_out(request: Asking) -> Response[str]:
    if request.auth:
        auth.sessions.end(house_of(request).database, request.auth)
    answer = showing.goes(request, "/sign-in")
    answer.set_cookie(no_cookie(request))
    return answer


@get("/setup", sync_to_thread=True)
def setup_page(request: Asking, token: FromQuery[str] = "") -> Response[str]:
    house = house_of(request)
    try:
        invitation = auth.invitation(house.database, house.vault, token)
    except Problem as problem:
        return showing.page(request, _spent(problem), status=problem.status)
    return showing.page(request, _setup(token, invitation.email))


@post("/setup", status_code=200, opt={"signs_in": True})
async def setup(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    token, email = form.get("token", ""), form.get("email", "")
    view = _setup(token, email)
    if form.get("password") != form.get("again"):
        view.problems = {"again": "The two are not the same; type it once more."}
        return showing.page(request, view, status=422)
    try:
        signed_in = await apart(lambda: _finish(request, form))
    except Invalid as problem:
        view.problems = {"email" if "e-mail address" in str(problem) else "password": str(problem)}
        return showing.page(request, view, status=problem.status)
    except Problem as problem:
        return showing.page(request, _spent(problem), status=problem.status)
    answer = showing.goes(request, "/")
    answer.set_cookie(cookie_for(request, signed_in))
    return answer


def _finish(request: Asking, form: dict[str, str]) -> auth.SignedIn:
    house = house_of(request)
    return auth.finish_setup(
        house.database,
        house.vault,
        form.get("token", ""),
        form.get("password", ""),
        client_of(request),
        email=form.get("email", ""),
        name=form.get("name", ""),
    )


def _setup(token: str, email: str) -> views.Setup:
    return views.Setup(token=token, email=email, at_least=LEAST_CHARACTERS)


def _spent(problem: Problem) -> views.Problem:
    return views.Problem(status=problem.status, heading="This link does not work", says=str(problem))


ROUTES: list[Any] = [static, thumbnail, sign_in_page, sign_in, sign_out, setup_page, setup]
