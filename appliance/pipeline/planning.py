"""The step that gives names: a whole settled folder at once, so that no two images want the same one."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import naming, renames, vision
from appliance.db import portions
from appliance.imaging import Exif, tidying
from appliance.models import REVIEWED, BatchKind, Image, ImageState, Picture, Rename, RenameState
from appliance.pipeline import around, grouping, written
from appliance.pipeline.describing import descriptions
from appliance.pipeline.leases import Claim, Outcome, finish
from appliance.pipeline.looking import again, unreachable
from appliance.pipeline.worker import Order, Worker
from appliance.renames import Move
from appliance.sources import name_of
from appliance.vision.chain import NOBODY
from appliance.words import Description, FileWords, Texts, TextState
from connectors.base import Connector, ConnectorError, Limited, Limits, Surroundings

MOST_RACES = 5
FIRST_IMAGES = 10  # of a new source, which wait for a person

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Folder:
    """What stands in the folder: every name, and by the claim's id the files that follow each image, and the words
    that its sidecars have for it."""

    names: list[str]
    limits: Limits
    companions: dict[int, list[Move]]
    words: dict[int, FileWords]
    around: dict[int, Surroundings]


@dataclass(frozen=True, slots=True)
class _Facts:
    pictures: dict[str, Picture]
    descriptions: dict[str, Description]
    reserved: set[str]
    given: set[tuple[str, str]]  # contents, by their SHA-256, and a name that they were given here
    first: int  # how many images of the source must still wait for a person, whatever is known of them


@dataclass(frozen=True, slots=True)
class _Plan:
    outcomes: list[Outcome]
    moves: dict[int, list[Move]]


def plan(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Names the images of one folder, and reserves each name in the journal unless this is a preview.

    Another run that reserves the same name first is met by planning once more.
    """
    for _ in range(MOST_RACES):
        facts = _facts(worker, order, claims)  # first: a rename that ends now is then seen here or in the folder
        try:
            folder = _look_around(worker.connector(order), order, claims, facts)
        except (ConnectorError, OSError) as error:
            return [unreachable(order, claim, error) for claim in claims]
        planned = _name(order, claims, folder, facts)
        try:
            with worker.database.session(claims[0].tenant_id) as session:
                done = finish(session, planned.outcomes, actor=worker.actor)
                _reserve(session, order, done, planned.moves)
        except IntegrityError:
            continue
        _forget_previews(worker, order, done)
        worker.told(done)
        return []
    if len(claims) > 1:  # one that cannot be reserved must not keep the others from their names
        return [outcome for claim in claims for outcome in plan(worker, order, [claim])]
    return [again(claims[0], "An earlier rename of it, or other work in this folder, stands in the way.")]


def _forget_previews(worker: Worker, order: Order, done: Sequence[Outcome]) -> None:
    """Only who waits for a person is looked at once more; the others have their thumbnails."""
    if order.kind in REVIEWED:
        for outcome in done:
            if outcome.image.state is not ImageState.REVIEW and outcome.image.sha256:
                worker.storage.drop_preview(outcome.image.tenant_id, outcome.image.sha256)


def _look_around(connector: Connector, order: Order, claims: Sequence[Claim], facts: _Facts) -> _Folder:
    folder = claims[0].folder
    names = list(connector.names(folder))
    limits = connector.limits(folder) if isinstance(connector, Limited) else Limits()
    stills = {name_of(claim.path): _exif(claim, facts) for claim in claims if claim.sha256 in facts.pictures}
    following = grouping.companions(connector, folder, names, stills) if order.policy.companions else {}
    mine = {claim.id: following.get(name_of(claim.path), []) for claim in claims}
    words = {image: grouping.sidecar_words(connector, moves) for image, moves in mine.items()}
    return _Folder(names, limits, mine, words, around.known_of(connector, claims))


def _exif(claim: Claim, facts: _Facts) -> Exif:
    return msgspec.convert(facts.pictures[str(claim.sha256)].exif, Exif)


def _words(picture: Picture) -> FileWords:
    return msgspec.convert(picture.exif.get("words", {}), FileWords)


def _facts(worker: Worker, order: Order, claims: Sequence[Claim]) -> _Facts:
    tenant_id = claims[0].tenant_id
    hashes = {str(claim.sha256) for claim in claims}
    with worker.database.reading(tenant_id) as session:
        pictures = select(Picture).where(Picture.tenant_id == tenant_id)
        found = (session.scalars(pictures.where(Picture.sha256.in_(some))) for some in portions(hashes))
        return _Facts(
            {picture.sha256: picture for rows in found for picture in rows},
            descriptions(session, worker.chain(order), order, hashes),
            renames.open_names(session, tenant_id, order.source.id, claims[0].folder),
            _given(session, tenant_id, hashes) if order.kind in REVIEWED else set(),
            _first_left(session, order) if order.policy.review == "first" else 0,
        )


def _given(session: Session, tenant_id: int, hashes: Iterable[str]) -> set[tuple[str, str]]:
    standing = Rename.state == RenameState.DONE, Rename.undoes_id.is_(None), Rename.companion.is_(False)
    wanted = select(Rename.sha256, Rename.to_path).where(Rename.tenant_id == tenant_id, *standing)
    found = (session.execute(wanted.where(Rename.sha256.in_(some))) for some in portions(hashes))
    return {(row.sha256, name_of(row.to_path)) for rows in found for row in rows}


_PROPOSED = (ImageState.REVIEW, ImageState.REJECTED, ImageState.PLANNED, ImageState.RENAMING, ImageState.RENAMED)


def _first_left(session: Session, order: Order) -> int:
    here = Image.tenant_id == order.source.tenant_id, Image.source_id == order.source.id
    proposed = select(Image.id).where(*here, Image.state.in_(_PROPOSED), Image.preview.is_(False))
    return FIRST_IMAGES - len(session.scalars(proposed.limit(FIRST_IMAGES)).all())


def _name(order: Order, claims: Sequence[Claim], folder: _Folder, facts: _Facts) -> _Plan:
    known = [claim for claim in claims if claim.sha256 in facts.pictures]
    shots = [_shot(order, claim, folder, facts) for claim in known]
    taken = {claims[0].folder: [*folder.names, *facts.reserved]}
    proposals = naming.plan(shots, taken, rules(order, folder.limits))
    outcomes = [Outcome(claim.becomes(ImageState.FOUND)) for claim in claims if claim.sha256 not in facts.pictures]
    moves: dict[int, list[Move]] = {}
    first = facts.first
    for claim, shot, proposal in zip(known, shots, proposals, strict=True):
        if (str(claim.sha256), name_of(claim.path)) in facts.given:
            proposal = naming.Proposal(naming.Verdict.KEEP, name_of(claim.path), reason="It was given this name here.")
        if claim.reason.startswith(NOBODY) and claim.sha256 not in facts.descriptions:
            proposal = _unseen(proposal, claim.reason)
        decided = _decided(order, proposal, first=first > 0)
        first -= decided.verdict is naming.Verdict.REVIEW
        moves[claim.id] = _moves(order, claim, decided, folder.companions[claim.id])
        outcomes.append(_outcome(order, _with_texts(claim, shot.description), decided, moves[claim.id]))
    return _Plan(outcomes, moves)


def _unseen(proposal: naming.Proposal, reason: str) -> naming.Proposal:
    """Nobody was there to look at it: what its file says of itself may do, but that is for a person to decide."""
    if proposal.verdict is naming.Verdict.KEEP:
        return proposal
    return replace(proposal, verdict=naming.Verdict.REVIEW, reason=reason)


def _with_texts(claim: Claim, said: Description) -> Claim:
    """With the texts that are proposed beside the name, unless a person has had a word in them."""
    if msgspec.convert(claim.texts or {}, Texts).state is not TextState.PROPOSED:
        return claim
    keywords = tuple(dict.fromkeys(said.keywords))
    texts = Texts(title=said.title, caption=said.caption, keywords=keywords, from_file=said.from_file)
    return replace(claim, alt=said.alt, texts=msgspec.to_builtins(texts))


def _decided(order: Order, proposal: naming.Proposal, *, first: bool) -> naming.Proposal:
    """The proposal, which waits for a person where its owner said so."""
    if order.kind not in REVIEWED or proposal.verdict is not naming.Verdict.RENAME:
        return proposal
    if order.policy.review == "ask":
        return replace(proposal, verdict=naming.Verdict.REVIEW, reason="A person decides about each name here.")
    if first:
        reason = f"The first {FIRST_IMAGES} images of a new source wait for a person."
        return replace(proposal, verdict=naming.Verdict.REVIEW, reason=reason)
    return proposal


def rules(order: Order, limits: Limits) -> naming.Rules:
    policy = order.policy
    return naming.Rules(
        profile=policy.names,
        language=policy.language,
        keywords=policy.keywords,
        template=policy.template,
        only_bad_names=policy.rename == "bad-names",
        threshold=policy.threshold,
        name_max=limits.name_max,
        case_sensitive=limits.case_sensitive,
        unicode_form=limits.unicode_form,
        forbidden=limits.forbidden,
        reserved_suffixes=limits.reserved_suffixes,
    )


def _shot(order: Order, claim: Claim, folder: _Folder, facts: _Facts) -> naming.Shot:
    picture = facts.pictures[str(claim.sha256)]
    exif = _exif(claim, facts)
    said = facts.descriptions.get(str(claim.sha256), Description())
    words = tidying.merged([folder.words[claim.id], _words(picture)])
    said = written.with_file_words(said, words, language=order.policy.language, camera=exif.camera)
    said = around.with_surroundings(said, folder.around.get(claim.id, Surroundings()))
    return naming.Shot(
        name=name_of(claim.path),
        folder=claim.folder,
        extension=naming.extension_for(name_of(claim.path), picture.extension),
        sha256=str(claim.sha256),
        description=_placed(order, said, exif),
        taken_at=exif.taken_at,
        phash=None if picture.phash is None else int(picture.phash, 16),
        camera=exif.camera,
        companions=tuple(name_of(move.from_path) for move in folder.companions[claim.id]),
        root=name_of(order.source.root.rstrip("/")),
    )


def _placed(order: Order, said: Description, exif: Exif) -> Description:
    """What was said of the picture, with the town where it was taken."""
    if not order.policy.places or exif.latitude is None or exif.longitude is None:
        return said
    try:
        from appliance.vision import places  # with numpy, for nothing where no picture has a position

        return places.with_place(said, exif.latitude, exif.longitude)
    except vision.VisionError as error:
        logger.warning("No place is known: %s", error)
        return said


def _moves(order: Order, claim: Claim, proposal: naming.Proposal, companions: Sequence[Move]) -> list[Move]:
    """What is to be renamed, or waits to be: its names are reserved."""
    waits = proposal.verdict is naming.Verdict.REVIEW and order.kind in REVIEWED and proposal.name
    if proposal.verdict is not naming.Verdict.RENAME and not waits:
        return []
    own = Move(0, claim.path, claim.path, claim.size, claim.version, str(claim.sha256))
    return renames.towards([own, *companions], proposal.name)


def _outcome(order: Order, claim: Claim, proposal: naming.Proposal, moves: Sequence[Move]) -> Outcome:
    state = _STATES[proposal.verdict]
    changed = claim.becomes(state, reason=proposal.reason, proposal=_stored(claim, proposal, moves))
    if order.kind is BatchKind.PREVIEW:
        return Outcome(replace(changed, due_at=None))
    if state is ImageState.KEPT:
        return Outcome(changed, ({"type": "image.kept", "after": {"reason": proposal.reason}},))
    event = {"type": "image.processed", "before": {"name": name_of(claim.path)}, "after": {"name": proposal.name}}
    return Outcome(changed, (event,))


_STATES = {
    naming.Verdict.RENAME: ImageState.PLANNED,
    naming.Verdict.KEEP: ImageState.KEPT,
    naming.Verdict.REVIEW: ImageState.REVIEW,
}


def _stored(claim: Claim, proposal: naming.Proposal, moves: Sequence[Move]) -> dict[str, Any]:
    return {
        "from": claim.path,
        "reason": proposal.reason,
        "name": proposal.name,
        "words": [msgspec.to_builtins(word) for word in proposal.words],
        "confidence": proposal.confidence,
        "warnings": list(proposal.warnings),
        "companions": [name_of(move.to_path) for move in moves if move.companion],
        "candidates": [[msgspec.to_builtins(word) for word in words] for words in proposal.alternatives],
    }


def _reserve(session: Session, order: Order, done: Sequence[Outcome], moves: dict[int, list[Move]]) -> None:
    """Only what this worker still holds; a preview reserves nothing."""
    if order.kind is BatchKind.PREVIEW:
        return
    held = [(outcome.image.id, move) for outcome in done for move in moves.get(outcome.image.id, [])]
    renames.reserve(session, order.source.tenant_id, order.source.id, order.id, held)
