"""The API's documentation, for whoever asks."""

from typing import Any

from litestar import Response, get

from appliance.api import describing
from appliance.api.house import house_of
from appliance.web import reference
from appliance.web.pages import showing
from appliance.web.pages.showing import Asking


@get("/api/docs", sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    described = describing.description(request.app)
    return showing.page(request, reference.drawn(described, house_of(request).settings.base_url))


ROUTES: list[Any] = [page]
