"""Who names well, as people decided."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter

from appliance import quality
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.auth import Role
from appliance.models import now
from appliance.web import views, wording
from appliance.web.pages import naming, showing
from appliance.web.pages.showing import Asking
from appliance.web.views import Choice, Fact, Tone

HERE = "/quality"
_Days = Annotated[int, QueryParameter(name="days", ge=0, le=3650)]
_PERIODS = ((30, "The last 30 days"), (7, "The last 7 days"), (365, "The last year"), (0, "All the time"))
_WELL, _BADLY = 0.8, 0.5  # of names that are taken as they are


@get(HERE, guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking, days: _Days = 30) -> Response[str]:
    since = now() - timedelta(days=days) if days else None
    with house_of(request).database.reading(member_of(request).tenant_id) as session:
        found = quality.measured(session, member_of(request).tenant_id, since)
    view = views.QualityPage(
        tabs=naming.tabs(HERE),
        periods=tuple(Choice(value=str(one), label=label, chosen=one == days) for one, label in _PERIODS),
        engines=tuple(engine(number, one) for number, one in enumerate(found, 1)),
    )
    return showing.page(request, view)


def engine(key: int, one: quality.Quality) -> views.EngineQuality:
    model = " · ".join(filter(None, [one.model, one.prompt and f"prompt {one.prompt}"]))
    accepted = "" if one.acceptance is None else f"{wording.percent(one.acceptance)} accepted"
    return views.EngineQuality(
        key=key, name=one.provider, model=model, accepted=accepted, tone=_tone(one.acceptance), facts=tuple(_facts(one))
    )


def _tone(acceptance: float | None) -> Tone:
    if acceptance is None:
        return "plain"
    return "good" if acceptance >= _WELL else "warm" if acceptance >= _BADLY else "bad"


def _facts(one: quality.Quality) -> list[Fact]:
    said = [
        ("Names decided about", str(one.decided)),
        ("Taken as proposed", str(one.approved)),
        ("Edited", str(one.edited)),
        ("Words changed by an edit", _share(one.changed)),
        ("Rejected", str(one.rejected)),
        ("Taken back later", str(one.undone)),
        ("Sure of itself", _share(one.confidence)),
        ("Photos described", str(one.described)),
        ("Answers in", "–" if one.seconds is None else f"{one.seconds:.1f} s"),
        ("Cost", f"${one.cost / 1_000_000:.2f}" if one.cost else "nothing"),
    ]
    if one.compared:
        said.append(("Better side by side", f"{one.better} of {one.compared}"))
    return [Fact(label=label, value=value) for label, value in said]


def _share(value: float | None) -> str:
    return "–" if value is None else wording.percent(value)


ROUTES: list[Any] = [page]
