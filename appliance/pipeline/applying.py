"""The step that changes names: verify, state the intention, act, look, finish; and what an interrupted one needs."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from appliance import imaging, naming, renames, writings
from appliance.models import Image, ImageState, Picture
from appliance.pipeline import afterwards, erasing, pacing
from appliance.pipeline.leases import Claim, Outcome, held
from appliance.pipeline.looking import again, failed, unreachable
from appliance.pipeline.worker import Order, Worker
from appliance.renames import Ending, Move, Result
from appliance.sources import folder_of, name_of
from appliance.words import TextState
from connectors.base import Connector, ConnectorError, FileChanged, FileGone, Gathers, NotYet

logger = logging.getLogger(__name__)

EDITED_DISTANCE = 10  # bits of 64 in which the perceptual hashes of an edited picture and its original may differ


@dataclass(frozen=True, slots=True)
class _Attempt:
    """`standing` are the names that the group has already, new by old: of an image whose latecomers are to join it."""

    claim: Claim
    moves: list[Move]
    standing: Mapping[str, str]


def apply(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Renames many images; one transaction states the intention, the caller's next one the outcome."""
    moves = _open_moves(worker, claims)
    begun = [claim for claim in claims if any(move.protocol for move in moves.get(claim.id, []))]
    outcomes = recover(worker, order, begun) if begun else []
    attempts: list[_Attempt] = []
    later = pacing.held_back(worker, order, [claim for claim in claims if claim not in begun])
    outcomes += later
    waiting = {outcome.image.id for outcome in later}
    for claim in (claim for claim in claims if claim not in begun and claim.id not in waiting):
        planned = moves.get(claim.id, [])
        try:
            connector = worker.connector(order)
            claim = _without_texts(worker, connector, claim, planned)
            present = _without_lost_companions(worker, claim, connector, planned)
            verified = [_verified(worker, claim, connector, move) for move in present]
            standing = _standing(worker, claim, verified)
            verified = renames.foreseen(connector, verified, standing)
        except renames.LeaseLost:
            continue
        except (FileGone, FileChanged) as error:
            outcomes.append(_outcome(claim, planned, Result(_ENDINGS[type(error)], reason=str(error))))
        except (ConnectorError, OSError) as error:
            if isinstance(error, NotYet):
                afterwards.tell_early(worker.connector(order), claim, str(error))
            outcomes.append(unreachable(order, claim, error))
        else:
            attempts.append(_Attempt(claim, verified, standing))
    outcomes += [_without_moves(one.claim) for one in attempts if not one.moves]
    outcomes += _act(worker, order, _intend(worker, [one for one in attempts if one.moves]), renames.apply)
    return outcomes


def _without_texts(worker: Worker, connector: Connector, claim: Claim, moves: Sequence[Move]) -> Claim:
    """Before an old name is put back, what was written since into the metadata goes; what cannot go is said."""
    if not moves or moves[0].companion or moves[0].undoes_id is None:
        return claim
    claim, notes = erasing.take_back(worker, connector, claim, since=moves[0].undoes_id)
    return replace(claim, proposal=(claim.proposal or {}) | {"reason": " ".join(notes)}) if notes else claim


def recover(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Finishes or takes back renames whose worker died, or whose source failed in between."""
    moves = _open_moves(worker, claims)
    outcomes = [_without_moves(claim) for claim in claims if claim.id not in moves]
    left = [
        _Attempt(claim, moves[claim.id], _standing(worker, claim, moves[claim.id]))
        for claim in claims
        if claim.id in moves
    ]
    taken_over = _intend(worker, left)  # the journal's rows are this worker's now
    return outcomes + _act(worker, order, taken_over, renames.recover)


Drive = Callable[[Connector, Sequence[Move], renames.Step, Mapping[str, str]], Result]
_ENDINGS = {FileGone: Ending.MISSING, FileChanged: Ending.CHANGED}


def _standing(worker: Worker, claim: Claim, moves: Sequence[Move]) -> Mapping[str, str]:
    if not moves or not moves[0].companion:
        return {}
    undoing = moves[0].undoes_id is not None
    late = [name_of(move.to_path if undoing else move.from_path) for move in moves]
    with worker.database.reading(claim.tenant_id) as session:
        names = renames.standing_names(session, claim.tenant_id, claim.id)
    # An image may have had several names; a latecomer knows it by the one beside which it would have stood.
    known = {old: new for old, new in names.items() if any(naming.companions([old, name]) for name in late)}
    return {new: old for old, new in known.items()} if undoing else known


def _without_moves(claim: Claim) -> Outcome:
    """Nothing is planned for it any more: what was to be renamed alone is looked at afresh, and the others stay."""
    late = "late" in (claim.proposal or {})
    return Outcome(claim.becomes(ImageState.RENAMED if late else ImageState.FOUND))


def _open_moves(worker: Worker, claims: Sequence[Claim]) -> dict[int, list[Move]]:
    tenant_id = claims[0].tenant_id
    with worker.database.reading(tenant_id) as session:
        return renames.open_moves(session, tenant_id, [claim.id for claim in claims])


def _without_lost_companions(
    worker: Worker, claim: Claim, connector: Connector, moves: Sequence[Move]
) -> Sequence[Move]:
    """A sidecar that somebody removed does not keep its image from its name; its row of the journal is closed."""
    lost = [move for move in moves if move.companion and connector.stat(move.from_path) is None]
    if lost:
        gone = Result(Ending.MISSING, reason="It is no longer there.")
        with worker.database.session(claim.tenant_id) as session:
            renames.close(session, [renames.Ended(claim.tenant_id, lost, gone)])
    return [move for move in moves if move not in lost]


def _verified(worker: Worker, claim: Claim, connector: Connector, move: Move) -> Move:
    """The move with the file's present version and the folder's protocol. Raises FileGone, FileChanged."""
    entry = connector.stat(move.from_path)
    if entry is None:
        raise FileGone(f"{move.from_path} is no longer there.")
    sha256 = move.sha256
    if entry.version != move.version:
        sha256 = renames.digest(connector, move.from_path) or ""
        if sha256 != move.sha256 and not (move.undoes_id and _edited(worker, claim, connector, move)):
            raise FileChanged(f"{move.from_path} is not the file that it was when it was looked at.")
    protocol = connector.protocol(folder_of(move.from_path))
    return replace(move, size=entry.size, version=entry.version, sha256=sha256, protocol=protocol)


def _edited(worker: Worker, claim: Claim, connector: Connector, move: Move) -> bool:
    """The file still shows the picture that was renamed, so it was edited, and not replaced by another."""
    if move.companion:
        return True
    with worker.database.reading(claim.tenant_id) as session:
        before = session.scalar(
            select(Picture).where(Picture.tenant_id == claim.tenant_id, Picture.sha256 == move.sha256)
        )
    try:
        with connector.open(move.from_path) as file:
            after = worker.decoder.inspect(file, move.from_path)
    except (imaging.Unreadable, FileGone):
        return False
    if before is None or before.phash is None or after.phash is None:
        return (
            before is not None
            and bool(after.exif.taken_at)
            and after.exif == msgspec.convert(before.exif, imaging.Exif)
        )
    return imaging.distance(int(before.phash, 16), after.phash) <= EDITED_DISTANCE


def _same_shot(before: Picture, after: imaging.Exif) -> bool:
    """By what the camera wrote; what people write into a file is theirs to change."""
    return bool(after.taken_at) and after == msgspec.convert(before.exif, imaging.Exif)


def _intend(worker: Worker, attempts: Sequence[_Attempt]) -> list[_Attempt]:
    """Commits that these renames are under way; those that another worker has taken over are left out."""
    if not attempts:
        return []
    tenant_id = attempts[0].claim.tenant_id
    with worker.database.session(tenant_id) as session:
        ours = held(session, [attempt.claim for attempt in attempts])
        kept = [one for one in attempts if one.claim.id in ours and _intended(session, one)]
        ids = [attempt.claim.id for attempt in kept]
        session.execute(update(Image).where(Image.id.in_(ids)).values(state=ImageState.RENAMING))
    return [replace(one, claim=replace(one.claim, state=ImageState.RENAMING)) for one in kept]


def _intended(session: Session, attempt: _Attempt) -> bool:
    try:
        renames.intend(session, attempt.claim.tenant_id, attempt.moves, attempt.claim.fence)
    except renames.LeaseLost:
        return False
    return True


def _act(worker: Worker, order: Order, attempts: Sequence[_Attempt], drive: Drive) -> list[Outcome]:
    """Outcomes that are durable: where the source cannot promise that, each is looked at again."""
    outcomes: list[Outcome] = []
    try:
        connector = worker.connector(order)
        with connector.gathering() if isinstance(connector, Gathers) else nullcontext():
            for attempt in attempts:
                outcomes += _attempt(worker, order, connector, attempt, drive)
    except (ConnectorError, OSError) as error:
        return [unreachable(order, attempt.claim, error) for attempt in attempts]
    return outcomes


def _attempt(worker: Worker, order: Order, connector: Connector, attempt: _Attempt, drive: Drive) -> list[Outcome]:
    """Acts for one image; no outcome where the lease is lost, since the image is another worker's by then."""
    claim = attempt.claim
    if not worker.heartbeat.holds(claim):
        return []
    try:
        result = drive(connector, attempt.moves, _stepper(worker, claim), attempt.standing)
    except renames.LeaseLost:
        return []
    except (ConnectorError, OSError) as error:
        return [unreachable(order, claim, error)]
    except Exception:  # the others of this transaction must not forget that they are being renamed
        logger.exception("The rename of %s failed", claim.path)
        return [again(claim, "Something unexpected went wrong; the log says more.")]
    if result.ending is Ending.DONE:
        result = afterwards.complete(connector, claim, attempt.moves, result)
    return [_with_texts(worker, _outcome(claim, attempt.moves, result))]


def _with_texts(worker: Worker, outcome: Outcome) -> Outcome:
    """An image that has its new name and texts that are approved gets those written into its metadata next."""
    image = outcome.image
    if image.state is not ImageState.RENAMED or (image.texts or {}).get("state") != TextState.APPROVED:
        return outcome
    with worker.database.reading(image.tenant_id) as session:
        how = writings.how_to(session, image.tenant_id, image.source_id, image.alt, image.texts)
    if not how:
        return outcome
    proposal = (image.proposal or {}) | {"writing": writings.asked(how, image.state, image.reason)}
    return replace(outcome, image=image.becomes(ImageState.WRITING, reason=image.reason, proposal=proposal, tries=0))


def _stepper(worker: Worker, claim: Claim) -> Callable[[Move, str], None]:
    def note(move: Move, step: str) -> None:
        if not worker.heartbeat.holds(claim):
            raise renames.LeaseLost(f"The lease of {claim.path} has run out.")
        with worker.database.session(claim.tenant_id) as session:
            renames.note_step(session, claim.tenant_id, move, claim.fence, step)

    return note


def _outcome(claim: Claim, moves: Sequence[Move], result: Result) -> Outcome:
    if result.ending is Ending.UNCLEAR:
        return failed(claim, result.reason) if result.permanent else again(claim, result.reason)
    if moves[0].companion:
        outcome = _ended_joining(claim, moves, result)
    elif moves[0].undoes_id is not None:
        outcome = _ended_undo(claim, moves, result)
    else:
        outcome = _ended_rename(claim, moves, result)
    return replace(outcome, also=(renames.close, renames.Ended(claim.tenant_id, moves, result)))


def _ended_rename(claim: Claim, moves: Sequence[Move], result: Result) -> Outcome:
    match result.ending:
        case Ending.DONE:
            return _moved(claim, moves[0], result, ImageState.RENAMED, "image.renamed")
        case Ending.MISSING:
            reason = f"{result.reason} Nothing was changed."
            return Outcome(claim.becomes(ImageState.MISSING, reason=reason), ({"type": "image.missing"},))
        case Ending.TAKEN if (claim.proposal or {}).get("approved"):
            reason = f"“{name_of(moves[0].to_path)}” was given to another file meanwhile: choose another name."
            return Outcome(claim.becomes(ImageState.REVIEW, reason=reason, proposal=_unnamed(claim)))
        case Ending.TAKEN:
            return _afresh(claim, ImageState.DESCRIBED, result)
        case _:
            return _afresh(claim, ImageState.FOUND, result)


def _unnamed(claim: Claim) -> dict[str, Any]:
    return (claim.proposal or {}) | {"name": "", "words": [], "approved": False}


def _ended_undo(claim: Claim, moves: Sequence[Move], result: Result) -> Outcome:
    if result.ending is Ending.DONE:
        return _moved(claim, moves[0], result, ImageState.KEPT, "image.undone")
    state = ImageState.MISSING if result.ending is Ending.MISSING else ImageState.RENAMED
    advice = {
        Ending.TAKEN: f"{name_of(moves[0].to_path)} exists again; move or rename that file, then undo again.",
        Ending.CHANGED: f"{claim.path} shows another picture by now, so it was left alone.",
    }
    reason = advice.get(result.ending, result.reason)
    event = {"type": "processing.error", "after": {"reason": reason}}
    return Outcome(claim.becomes(state, reason=reason), (event,))


def _ended_joining(claim: Claim, moves: Sequence[Move], result: Result) -> Outcome:
    """Companions alone were renamed; their image has its name and keeps it."""
    if result.ending is Ending.DONE:
        told = [
            {"type": "image.followed", "before": {"path": move.from_path}, "after": {"path": move.to_path}}
            for move in moves
        ]
        return Outcome(claim.becomes(ImageState.RENAMED, reason=result.reason), tuple(told))
    reason = f"{name_of(moves[0].from_path)} keeps its name: {result.reason}"
    late = dict((claim.proposal or {}).get("late", {}), state=ImageState.FAILED)
    changed = claim.becomes(ImageState.RENAMED, reason=reason, proposal=(claim.proposal or {}) | {"late": late})
    return Outcome(changed, ({"type": "processing.error", "after": {"reason": reason}},))


def _moved(claim: Claim, move: Move, result: Result, state: ImageState, event: str) -> Outcome:
    entry = result.entries[move.id]
    edited = "Its bytes were changed since; the old name was put back all the same."
    reason = edited if move.undoes_id and move.sha256 != claim.sha256 else ""
    changed = claim.becomes(
        state,
        path=entry.path,
        folder=folder_of(entry.path),
        size=entry.size,
        version=entry.version,
        sha256=move.sha256,
        reason=" ".join(filter(None, (_planned_because(claim), reason, result.reason))),
        proposal=(claim.proposal or {}) | {"name": name_of(entry.path)},  # as the source spells it
    )
    told = {"type": event, "before": {"path": claim.path}, "after": {"path": entry.path}}
    return Outcome(changed, (told,), moved=True)


def _planned_because(claim: Claim) -> str:
    """What was said of the name when it was planned; what went wrong since is over."""
    return str((claim.proposal or {}).get("reason", ""))


def _afresh(claim: Claim, state: ImageState, result: Result) -> Outcome:
    """Back to an earlier step, with its tries counted, so that a source that never settles ends as failed."""
    outcome = again(claim, result.reason)
    if outcome.image.state is ImageState.FAILED:
        return outcome
    return Outcome(replace(outcome.image, state=state))
