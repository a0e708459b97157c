"""What somebody sees where a page cannot be shown."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from appliance.api import problems
from appliance.web import views
from appliance.web.pages import showing

_HEADINGS = {
    401: "Sign in first",
    403: "That is not for you",
    404: "There is nothing here",
    405: "That does not work like this",
    409: "That cannot be done now",
    413: "That is too large",
    422: "Something is not right",
    429: "Too often",
    503: "Something is out of order",
}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """For programs problem+json; for people a page, or the way to sign in; for a script of a page, a header with the
    sentence that it shows."""
    path = request.url.path
    if path == "/api" or path.startswith(("/api/", "/health")):
        return problems.answer(request, error)
    status, detail = problems.status_and_detail(error)
    headers = dict(getattr(error, "headers", None) or {})
    if showing.is_part(request):
        headers["X-Problem"] = quote(detail)
        return Response("", status_code=status, media_type="text/html", headers=headers)
    if status == 401 and request.method == "GET":
        there = quote(path + (f"?{request.url.query}" if request.url.query else ""), safe="")
        return Response("", status_code=303, headers={"Location": f"/sign-in?next={there}"})
    view = views.Problem(status=status, heading=_HEADINGS.get(status, "That did not work"), says=detail)
    page = showing.page(request, view, status=status)
    page.headers.update(headers)
    return page


HANDLERS: dict[Any, Any] = {Exception: answer}
