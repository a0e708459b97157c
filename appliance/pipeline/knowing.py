"""What a provider is told beside the picture: what its owner wants, what is known of the file, what was learned."""

import logging

import msgspec
from sqlalchemy import select

from appliance import learning, vision
from appliance.imaging import Exif
from appliance.models import Image, Picture
from appliance.pipeline import around
from appliance.pipeline.leases import Claim
from appliance.pipeline.worker import Order, Worker
from appliance.sources import name_of

LOCAL = "local"  # looks at the pixels alone

logger = logging.getLogger(__name__)


def context_of(worker: Worker, order: Order, claim: Claim | Image, provider: vision.Provider) -> vision.Context:
    """Nothing of it is more exact than a name would say: no position, no time of day, no path. The place is left out
    where the owner wants none in names."""
    if provider.name == LOCAL:
        return vision.NO_CONTEXT
    policy, profile = order.policy, order.policy.names
    with worker.database.reading(claim.tenant_id) as session:
        here = Picture.tenant_id == claim.tenant_id, Picture.sha256 == claim.sha256
        facts = session.scalar(select(Picture.exif).where(*here)) or {}
        examples = learning.examples(session, claim.tenant_id, policy.language)
    exif = msgspec.convert({name: facts[name] for name in _FACTS if name in facts}, Exif)
    return vision.Context(
        keywords=policy.keywords,
        folder=name_of(claim.folder) or name_of(order.source.root.rstrip("/")),
        site=around.told(worker, order, claim),
        taken=exif.taken_at.date().isoformat() if exif.taken_at else "",
        place=_place(exif) if policy.places else "",
        glossary=tuple(brand for brand, _ in profile.brands),
        banned=tuple(profile.banned),
        examples=examples,
    )


_FACTS = ("taken_at", "latitude", "longitude")


def _place(exif: Exif) -> str:
    if exif.latitude is None or exif.longitude is None:
        return ""
    try:
        from appliance.vision import places  # with numpy, for nothing where no picture has a position

        found = places.nearest(exif.latitude, exif.longitude)
    except Exception:
        logger.exception("No place is known")
        return ""
    return f"{found.name}, {found.country}" if found else ""
