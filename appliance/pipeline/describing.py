"""The step that asks what an image shows: here, or of a provider that is waited for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance.db import insert_once, portions
from appliance.models import REVIEWED, Image, ImageState, SeenDescription
from appliance.pipeline.knowing import context_of
from appliance.pipeline.leases import Claim, Outcome, finish
from appliance.pipeline.worker import Order, Worker
from appliance.vision import asking
from appliance.vision.asking import Later, Question
from appliance.vision.chain import NOBODY, Answer, Chain, Nobody
from appliance.vision.provider import untaught
from appliance.words import Description

AHEAD = 4  # one image more for each so many questions at once, which is at hand when an answer comes


def describe(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Asks about each stored preview; one that was lost meanwhile is fetched again."""
    chain = worker.chain(order)
    return [_described(worker, order, chain, claim) for claim in claims]


def _described(worker: Worker, order: Order, chain: Chain | None, claim: Claim) -> Outcome:
    asked = _ask(worker, order, chain, claim)
    if isinstance(asked, Outcome):
        return asked
    if asked.begun is not None:
        _store(worker, claim.tenant_id, _Stored(asked, None))
    _forget_preview(worker, order, claim)
    return _outcome(claim, asked)


def wait_for(worker: Worker, order: Order, chain: Chain, claim: Claim) -> None:
    """The same for one image whose provider is waited for, in a thread of its own, up to what is stored of it."""
    asked = _ask(worker, order, chain, claim)
    if isinstance(asked, Outcome):
        done = _store(worker, claim.tenant_id, _Stored(None, asked))
    else:
        done = _store(worker, claim.tenant_id, _Stored(asked, _outcome(claim, asked)))
        if done:
            _forget_preview(worker, order, claim)
    worker.told(done)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a provider said of one image, and what follows from it."""

    answer: Answer | None
    outcome: Outcome | None


def _ask(worker: Worker, order: Order, chain: Chain | None, claim: Claim) -> Answer | Outcome:
    preview = worker.storage.preview(claim.tenant_id, str(claim.sha256))
    if chain is None or preview is None:
        return Outcome(claim.becomes(ImageState.FOUND))
    question = Question(claim.tenant_id, str(claim.sha256), order.policy.language, claim.id, claim.fence)
    chain = worker.taught(claim.tenant_id, chain)
    asked = chain.ask(question, preview, partial(context_of, worker, order, claim), claim.tries)
    if isinstance(asked, Nobody):
        changed = claim.becomes(ImageState.DESCRIBED, reason=asked.reason)
        return Outcome(changed, also=(asking.forget_tries, question))
    if isinstance(asked, Later):
        return _later(order, claim, asked)
    return asked


def _later(order: Order, claim: Claim, later: Later) -> Outcome:
    """Waiting for a turn is no try. Nobody waits for a command until tomorrow."""
    if order.kind not in REVIEWED and later.seconds > asking.LONGEST_REST.total_seconds():
        return Outcome(claim.becomes(ImageState.DESCRIBED, reason=f"{NOBODY}. {later.reason}"))
    waiting = claim.waits(later.seconds, reason=later.reason)
    return Outcome(waiting if later.counts else replace(waiting, tries=claim.tries))


def _outcome(claim: Claim, answer: Answer) -> Outcome:
    said = answer.said
    event = {"type": "image.described", "after": {"alt": said.alt, "confidence": said.confidence}}
    changed = claim.becomes(ImageState.DESCRIBED)
    kept = None if answer.begun else (_store_descriptions, asking.kept(answer.question, said))
    return Outcome(changed, (event,), kept)


def _store_descriptions(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    insert_once(session, SeenDescription, rows)


def _store(worker: Worker, tenant_id: int, one: _Stored) -> list[Outcome]:
    """An answer that was paid for is kept, whoever has the image by now; in one transaction with what follows, and with
    those that come at the same moment."""
    return worker.storing(tenant_id, partial(_store_all, worker, tenant_id)).bring(one)


def _store_all(worker: Worker, tenant_id: int, stored: Sequence[_Stored]) -> list[list[Outcome]]:
    outcomes = [one.outcome for one in stored if one.outcome is not None]
    answers = [
        asking.Answered(answer.link.row.id, answer.question, answer.begun, answer.said)
        for answer in (one.answer for one in stored)
        if answer is not None and answer.begun is not None and answer.link.row is not None
    ]

    def work(session: Session) -> list[Outcome]:
        if answers:
            asking.answered(session, answers)
        return finish(session, outcomes, actor=worker.actor) if outcomes else []

    done = {outcome.image.id: outcome for outcome in worker.database.write(tenant_id, work)}
    return [[one.outcome] if one.outcome and done.get(one.outcome.image.id) is one.outcome else [] for one in stored]


def _forget_preview(worker: Worker, order: Order, claim: Claim) -> None:
    if order.kind not in REVIEWED:
        worker.storage.drop_preview(claim.tenant_id, str(claim.sha256))


def descriptions(
    session: Session, chain: Chain | None, order: Order, hashes: Iterable[str], *, first: bool = False
) -> dict[str, Description]:
    """What was said of these contents, by SHA-256: by the `first` of the chain alone, or by the first that said
    something, where need be one that is no longer in the chain. Of what an engine said before and after it learned
    something, the latest."""
    if chain is None:
        return {}
    ranks = {asking.key_of(link.provider): rank for rank, link in reversed(list(enumerate(chain.links)))}
    if first:
        ranks = {asking.key_of(chain.first.provider): 0} if chain.first else {}
    wanted = select(SeenDescription).where(
        SeenDescription.tenant_id == order.source.tenant_id, SeenDescription.language == order.policy.language
    )
    said: dict[str, tuple[int, int, dict[str, Any]]] = {}
    for some in portions(hashes):
        for row in session.scalars(wanted.where(SeenDescription.sha256.in_(some))):
            rank = ranks.get((row.provider, untaught(row.model), row.prompt), None if first else len(ranks))
            if rank is not None:
                ranked = rank, -row.id, row.body
                said[row.sha256] = min(said.get(row.sha256, ranked), ranked, key=lambda one: one[:2])
    return {sha256: msgspec.convert(body, Description) for sha256, (_, _, body) in said.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """A thread's place to wait for a provider in, for one image."""

    order: Order
    chain: Chain
    provider_id: int


def take_places(worker: Worker, image_ids: Iterable[int]) -> tuple[list[int], dict[int, Place]]:
    """The images without those that would have to wait for a provider that has no room now; and the places, by image,
    of those that wait for one that has."""
    ids = list(image_ids)
    left_out: set[int] = set()
    places: dict[int, Place] = {}
    for rows in _by_batch(worker, ids):
        images = [row.id for row in rows]
        taken = _places(worker, rows[0], len(images))
        if taken is not None:
            places |= dict(zip(images, taken, strict=False))
            left_out |= set(images[len(taken) :])
    return [one for one in ids if one not in left_out], places


def _places(worker: Worker, row: Any, wanted: int) -> list[Place] | None:
    """For images of one batch; None where its pictures are looked at here."""
    order = worker.order_of(row.tenant_id, row.batch_id, row.source_id)
    chain = worker.chain(order)
    first = chain.first if chain else None
    if chain is None or first is None or first.row is None or not first.waits:
        return None
    ahead = 0 if first.row.per_minute else first.row.at_once // AHEAD
    room = worker.waiting.room(row.batch_id, first.row.id, first.row.at_once, wanted, ahead)
    return [Place(order, chain, first.row.id)] * room


def _by_batch(worker: Worker, ids: list[int]) -> Iterator[list[Any]]:
    """Those that are to be described."""
    columns = select(Image.id, Image.tenant_id, Image.batch_id, Image.source_id).order_by(Image.batch_id, Image.id)
    fetched = columns.where(Image.state == ImageState.FETCHED)
    for some in portions(ids):
        with worker.database.reading(None) as session:
            rows = session.execute(fetched.where(Image.id.in_(some))).all()
        for _, group in groupby(rows, key=attrgetter("batch_id")):
            yield list(group)
