"""An upload is begun: how its images are to be named, and that a repeated request begins no second one."""

import hashlib
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import batches, naming, profiles, providers
from appliance.db import Database
from appliance.errors import Invalid, NotFound
from appliance.models import AskedBefore, Batch, BatchKind, now
from appliance.sources import Choices, Policy, shelf

OPEN_FOR = timedelta(hours=24)
REMEMBERED_FOR = timedelta(hours=24)


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the images of an upload are named. `review` says who decides: `auto`, or a person about each name (`ask`)."""

    review: Annotated[Literal["auto", "ask"], msgspec.Meta(description="who decides: auto, or always a person")] = (
        "auto"
    )
    language: Annotated[
        str, msgspec.Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="the language of the names")
    ] = "en"
    keywords: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=100)]],
        msgspec.Meta(max_length=100, description="words of yours that may stand in names"),
    ] = []
    rename: Annotated[Literal["all", "bad-names"], msgspec.Meta(description="which images")] = "all"
    threshold: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="below this confidence a name always waits for a person")
    ] = 0.5
    profile: Annotated[
        str, msgspec.Meta(max_length=40, description="how names look: web, archive, unicode or one of yours")
    ] = "web"
    template: Annotated[str | None, msgspec.Meta(description="how a name is built, such as {date}-{subject}")] = None
    provider: Annotated[str | None, msgspec.Meta(description="who looks at the pictures")] = None
    companions: Annotated[bool, msgspec.Meta(description="sidecars, raw files and Live Photos follow")] = True
    places: Annotated[bool, msgspec.Meta(description="the town nearest to where it was taken may stand in a name")] = (
        True
    )


def begin(database: Database, tenant_id: int, wanted: Wanted, *, key: str | None, actor: str) -> Batch:
    """A batch that takes files from now on. Where the same was asked for under the same key before, it is that one,
    whatever has become of it. Raises Invalid."""
    asked = hashlib.sha256(msgspec.json.encode(wanted)).hexdigest()
    try:
        with database.session(tenant_id) as session:
            return _known(session, tenant_id, key, asked) or _begun(session, tenant_id, wanted, key, asked, actor)
    except IntegrityError:  # the same request twice at the same moment
        with database.session(tenant_id) as session:
            known = _known(session, tenant_id, key, asked)
        if known is None:
            raise
        return known


def _begun(session: Session, tenant_id: int, wanted: Wanted, key: str | None, asked: str, actor: str) -> Batch:
    policy = _policy(session, tenant_id, wanted)
    source = shelf.source_of(session, tenant_id)
    batch = batches.start(session, tenant_id, source, BatchKind.UPLOAD, policy, None, actor=actor)
    batch.receives_until = now() + OPEN_FOR
    if key is not None:
        session.add(AskedBefore(tenant_id=tenant_id, key=key, asked=asked, batch_id=batch.id))
    session.flush()
    return batch


def _policy(session: Session, tenant_id: int, wanted: Wanted) -> Policy:
    try:
        if wanted.template is not None:
            naming.templates.check(wanted.template)
        own = profiles.settings_of(session, tenant_id, wanted.profile)
    except (ValueError, NotFound) as error:
        raise Invalid(str(error)) from error
    if wanted.provider is not None:
        providers.check_name(session, tenant_id, wanted.provider)
    choices = msgspec.convert(msgspec.to_builtins(wanted), Choices)
    return choices.policy(backlog=False, vision=providers.CHAIN, own_profile=own)


def _known(session: Session, tenant_id: int, key: str | None, asked: str) -> Batch | None:
    if key is None:
        return None
    forgotten = AskedBefore.tenant_id == tenant_id, AskedBefore.at < now() - REMEMBERED_FOR
    session.execute(delete(AskedBefore).where(*forgotten))
    mine = AskedBefore.tenant_id == tenant_id, AskedBefore.key == key
    row = session.scalars(select(AskedBefore).where(*mine)).one_or_none()
    if row is None:
        return None
    if row.asked != asked:
        raise Invalid("Something else was asked for under this Idempotency-Key: give each request a key of its own.")
    return batches.look(session, tenant_id, row.batch_id)
