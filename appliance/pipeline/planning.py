"""The step that gives names: a whole settled folder at once, so that no two images want the same one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import naming, renames
from appliance.imaging import Exif
from appliance.models import BatchKind, ImageState, Picture
from appliance.pipeline.leases import Claim, Outcome, finish
from appliance.pipeline.looking import again, descriptions, unreachable
from appliance.pipeline.worker import Order, Worker
from appliance.sources import joined, name_of
from appliance.words import Description
from connectors.base import ConnectorError, Limited, Limits

MOST_RACES = 5


@dataclass(frozen=True, slots=True)
class _Facts:
    pictures: dict[str, Picture]
    descriptions: dict[str, Description]
    reserved: set[str]


def plan(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Names the images of one folder, and reserves each name in the journal unless this is a preview.

    Another run that reserves the same name first is met by planning once more.
    """
    folder = claims[0].folder
    try:
        connector = worker.connector(order)
        names = list(connector.names(folder))
        limits = connector.limits(folder) if isinstance(connector, Limited) else Limits()
    except (ConnectorError, OSError) as error:
        return [unreachable(claim, error) for claim in claims]
    for _ in range(MOST_RACES):
        facts = _facts(worker, order, claims)
        outcomes, moves = _name(order, claims, facts, names, limits)
        try:
            with worker.database.session(claims[0].tenant_id) as session:
                done = finish(session, outcomes, actor=worker.actor)
                _reserve(session, order, done, moves)
        except IntegrityError:
            continue
        else:
            worker.told(done)
            return []
    return [again(claim, "Other work in this folder took the names as they were planned.") for claim in claims]


def _facts(worker: Worker, order: Order, claims: Sequence[Claim]) -> _Facts:
    tenant_id = claims[0].tenant_id
    hashes = {str(claim.sha256) for claim in claims}
    with worker.database.reading(tenant_id) as session:
        pictures = select(Picture).where(Picture.tenant_id == tenant_id, Picture.sha256.in_(hashes))
        return _Facts(
            {picture.sha256: picture for picture in session.scalars(pictures)},
            descriptions(session, worker.provider(order.policy), order, tenant_id, hashes),
            renames.open_names(session, tenant_id, order.source.id, claims[0].folder),
        )


def _name(
    order: Order, claims: Sequence[Claim], facts: _Facts, names: list[str], limits: Limits
) -> tuple[list[Outcome], dict[int, list[renames.Move]]]:
    folder = claims[0].folder
    known = [claim for claim in claims if claim.sha256 in facts.pictures]
    shots = [_shot(claim, facts) for claim in known]
    proposals = naming.plan(shots, {folder: [*names, *facts.reserved]}, rules(order, limits))
    outcomes = [Outcome(claim.becomes(ImageState.FOUND)) for claim in claims if claim.sha256 not in facts.pictures]
    moves: dict[int, list[renames.Move]] = {}
    for claim, proposal in zip(known, proposals, strict=True):
        outcomes.append(_outcome(order, claim, proposal))
        if proposal.verdict is naming.Verdict.RENAME and order.kind is not BatchKind.PREVIEW:
            moves[claim.id] = [_move(claim, proposal.name)]
    return outcomes, moves


def rules(order: Order, limits: Limits) -> naming.Rules:
    policy = order.policy
    return naming.Rules(
        profile=naming.PROFILES[policy.profile],
        language=policy.language,
        keywords=policy.keywords,
        template=policy.template,
        only_bad_names=policy.rename == "bad-names",
        threshold=policy.threshold,
        name_max=limits.name_max,
        case_sensitive=limits.case_sensitive,
    )


def _shot(claim: Claim, facts: _Facts) -> naming.Shot:
    picture = facts.pictures[str(claim.sha256)]
    exif = msgspec.convert(picture.exif, Exif)
    return naming.Shot(
        name=name_of(claim.path),
        folder=claim.folder,
        extension=picture.extension,
        sha256=str(claim.sha256),
        description=facts.descriptions.get(str(claim.sha256), Description()),
        taken_at=exif.taken_at,
        phash=None if picture.phash is None else int(picture.phash, 16),
        camera=" ".join(part for part in (exif.make, exif.model) if part),
    )


def _outcome(order: Order, claim: Claim, proposal: naming.Proposal) -> Outcome:
    state = _STATES[proposal.verdict]
    changed = claim.becomes(state, reason=proposal.reason, proposal=_stored(claim, proposal))
    if state is ImageState.PLANNED and order.kind is BatchKind.PREVIEW:
        return Outcome(claim.becomes(state, reason=proposal.reason, proposal=_stored(claim, proposal), due_at=None))
    if state is ImageState.KEPT:
        return Outcome(changed, ({"type": "image.kept", "after": {"reason": proposal.reason}},))
    event = {"type": "image.processed", "before": {"name": name_of(claim.path)}, "after": {"name": proposal.name}}
    return Outcome(changed, (event,))


_STATES = {
    naming.Verdict.RENAME: ImageState.PLANNED,
    naming.Verdict.KEEP: ImageState.KEPT,
    naming.Verdict.REVIEW: ImageState.REVIEW,
}


def _stored(claim: Claim, proposal: naming.Proposal) -> dict[str, Any]:
    return {
        "from": claim.path,
        "name": proposal.name,
        "words": [msgspec.to_builtins(word) for word in proposal.words],
        "confidence": proposal.confidence,
        "warnings": list(proposal.warnings),
    }


def _move(claim: Claim, name: str) -> renames.Move:
    return renames.Move(0, claim.path, joined(claim.folder, name), claim.size, claim.version, str(claim.sha256))


def _reserve(session: Session, order: Order, done: list[Outcome], moves: dict[int, list[renames.Move]]) -> None:
    for outcome in done:
        image = outcome.image
        for move in moves.get(image.id, []):
            session.add(renames.reserved(image.tenant_id, order.source.id, image.id, order.id, move))
    session.flush()
