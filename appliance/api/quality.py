"""How well each provider names, as people decided."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from appliance import quality
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.listing import Listed
from appliance.auth import Member, Role
from appliance.models import now

_Asked = Request[Member, Any, State]
Days = Annotated[int | None, QueryParameter(ge=1, le=3650, description="only of the last so many days")]


class QualityView(msgspec.Struct, frozen=True):
    """Of one provider, model and version of its prompt. `acceptance` is the share of names that were taken as they
    were proposed, `changed` the mean share of an edited name's words that were changed, `confidence` how sure the
    provider was in the mean, `seconds` how long it took in the mean, `cost` the sum in millionths of a US dollar. Null
    where there is nothing to take the mean of. `better`, `worse` and `neither` are what people chose where its answers
    stood beside another's."""

    provider: str
    model: str
    prompt: str
    decided: int
    approved: int
    edited: int
    rejected: int
    undone: int
    acceptance: float | None
    changed: float | None
    confidence: float | None
    described: int
    seconds: float | None
    cost: int
    better: int
    worse: int
    neither: int


@get("/quality", operation_id="listQuality", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked, days: Days = None) -> Listed[QualityView]:
    """By provider, model and prompt: what people made of its names, and what its answers took."""
    since = None if days is None else now() - timedelta(days=days)
    with house_of(request).database.reading(request.user.tenant_id) as session:
        found = quality.measured(session, request.user.tenant_id, since)
    return Listed([_shown(one) for one in found])


def _shown(one: quality.Quality) -> QualityView:
    return msgspec.convert(one, QualityView, from_attributes=True)


ROUTES: list[Any] = [listed]
