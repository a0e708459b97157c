"""Every endpoint, under one path."""

from typing import Any

from litestar import Router

from appliance.api import (
    accounts,
    batches,
    comparisons,
    events,
    health,
    history,
    hooks,
    images,
    learned,
    metrics,
    profiles,
    providers,
    quality,
    sources,
    uploads,
    usage,
)
from appliance.api.asking import Asking
from appliance.api.authentication import needs
from appliance.auth import Role

PATH = "/api/v1"


def handlers() -> list[Any]:
    """What a server answers beside its pages."""
    nouns = (
        images.ROUTES,
        batches.ROUTES,
        uploads.ROUTES,
        sources.ROUTES,
        hooks.ROUTES,
        providers.ROUTES,
        usage.ROUTES,
        history.ROUTES,
        profiles.ROUTES,
        learned.ROUTES,
        quality.ROUTES,
        comparisons.ROUTES,
        events.ROUTES,
    )
    everything = [handler for noun in nouns for handler in noun]
    return [
        health.alive,
        health.ready,
        metrics.metrics,
        Router(
            "/",
            request_class=Asking,
            route_handlers=[
                accounts.router(PATH),
                Router(PATH, guards=[needs(Role.VIEWER)], route_handlers=everything),
            ],
        ),
    ]
