"""What Prometheus collects: docs/metrics.md."""

import ipaddress
import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance import telemetry
from appliance.api.authentication import Connection, Needs, member_of
from appliance.api.house import House, house_of
from appliance.api.problems import HANDLERS
from appliance.auth import Role
from appliance.config import DEFAULT_BASE_URL
from appliance.errors import Forbidden
from appliance.figures import keeping, looking
from appliance.models import OWN_TENANT, now
from appliance.telemetry import Counter, Figure, Sample, Timer

_Samples = dict[tuple[str, ...], float]


class _Runs(Needs):
    """A guard: for members of the first tenant; and for whoever asks on the machine itself, where nobody has said under
    which address others reach it. Raises Unauthorized, Forbidden."""

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:  # noqa: ARG002
        if connection.user is None and _is_beside(connection):
            return
        if member_of(connection, self.role).tenant_id != OWN_TENANT:
            raise Forbidden("These figures are of the whole installation, and for those who run it.")


def _is_beside(connection: Connection) -> bool:
    """The name is looked at as well: that of another site may have been made to lead here."""
    local = house_of(connection).settings.base_url == DEFAULT_BASE_URL
    asking = connection.client.host if connection.client else ""
    return local and _is_loopback(asking) and _is_loopback(connection.base_url.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@get(
    "/metrics",
    operation_id="getMetrics",
    guards=[_Runs(Role.VIEWER)],
    media_type=MediaType.TEXT,
    opt={"of_all": True},
    exception_handlers=HANDLERS,
    sync_to_thread=True,
)
def metrics(request: Request[Any, Any, State]) -> Response[bytes]:
    """Figures for Prometheus, as text."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Figures(house_of(request)))
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), media_type=media_type)


class _Figures(Collector):
    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterable[Metric]:
        every = self._samples()
        for figure in (*telemetry.LOOKED_AT, *telemetry.COUNTED, *telemetry.OF_A_PROCESS):
            yield _family(figure, every)

    def _samples(self) -> dict[Sample, float]:
        house = self._house
        with house.database.reading(None) as session:
            stored, looked = keeping.stored(session), looking.looked(session, now())
        own = {
            (telemetry.FREE_BYTES.name, ()): float(shutil.disk_usage(house.settings.data).free),
            (telemetry.BUILD.name, (house.version,)): 1.0,
        }
        return stored | looked | own | house.counting.known() | house.requests.seen()


def _family(figure: Figure, every: Mapping[Sample, float]) -> Metric:
    if isinstance(figure, Timer):
        return _histogram(figure, every)
    if isinstance(figure, Counter):
        counter = CounterMetricFamily(figure.name, figure.meaning, labels=figure.labels)
        return _filled(counter, dict.fromkeys(figure.known, 0.0) | _of(every, f"{figure.name}_total"))
    return _filled(GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels), _of(every, figure.name))


def _filled(family: CounterMetricFamily | GaugeMetricFamily, samples: _Samples) -> Metric:
    for labels, value in sorted(samples.items()):
        family.add_metric(labels, value)
    return family


def _histogram(timer: Timer, every: Mapping[Sample, float]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(timer.name, timer.meaning, labels=timer.labels)
    sums, buckets = _of(every, f"{timer.name}_sum"), _of(every, f"{timer.name}_bucket")
    for labels in sorted(sums):
        family.add_metric(labels, list(_buckets(timer, labels, buckets)), sums[labels])
    return family


def _buckets(timer: Timer, labels: tuple[str, ...], buckets: _Samples) -> Iterator[tuple[str, float]]:
    for bound in (*map(str, timer.bounds), "+Inf"):
        yield bound, buckets.get((*labels, bound), 0.0)


def _of(every: Mapping[Sample, float], wanted: str) -> _Samples:
    return {labels: value for (name, labels), value in every.items() if name == wanted}
