"""Asks both sides of a comparison about its pictures."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from appliance.db import insert_once
from appliance.models import ComparedImage, Comparison, Image, SeenDescription, now
from appliance.pipeline.knowing import context_of
from appliance.pipeline.worker import Worker
from appliance.vision import asking
from appliance.vision.asking import Later, Question
from appliance.vision.chain import Answer, Chain, Nobody

LEASE = timedelta(minutes=10)
AT_ONCE = 8  # pictures that one ring is for

logger = logging.getLogger(__name__)


def due(session: Session) -> list[int]:
    """The next pictures that are to be compared, of all tenants."""
    wanted = select(ComparedImage.id).where(ComparedImage.due_at <= now()).order_by(ComparedImage.id)
    return list(session.scalars(wanted.limit(AT_ONCE)))


def compare(worker: Worker, ids: Iterable[int]) -> None:
    """Asks both sides about each that is due, as far as they have not answered. Repeatable at any time from any
    process: what is not due is left alone."""
    for row_id in ids:
        if (row := _claim(worker, row_id)) is not None:
            try:
                _compare(worker, row)
            except Exception:
                logger.exception("A picture could not be compared")
                _end(worker, row, {"left_problem": _UNEXPECTED, "right_problem": _UNEXPECTED, "due_at": None})


_UNEXPECTED = "Something unexpected went wrong; the log says more."


def _claim(worker: Worker, row_id: int) -> ComparedImage | None:
    with worker.database.system_session() as session:
        ready = ComparedImage.id == row_id, ComparedImage.due_at <= now()
        leased = update(ComparedImage).where(*ready).values(due_at=now() + LEASE).returning(ComparedImage)
        return session.scalars(leased).one_or_none()


def _compare(worker: Worker, row: ComparedImage) -> None:
    with worker.database.reading(row.tenant_id) as session:
        comparison = session.get_one(Comparison, row.comparison_id)
        image = session.get_one(Image, row.image_id)
    values: dict[str, Any] = {"due_at": None, "tries": row.tries + 1}
    for side, name in (("left", comparison.left), ("right", comparison.right)):
        if getattr(row, side) is None and not getattr(row, f"{side}_problem"):
            said = _ask(worker, image, row, name, comparison.language)
            if isinstance(said, Later):
                soonest = now() + timedelta(seconds=said.seconds)
                values["due_at"] = max(soonest, values["due_at"] or soonest)
            elif isinstance(said, Nobody):
                values[f"{side}_problem"] = said.reason
            else:
                values[side] = msgspec.to_builtins(said.said)
    _end(worker, row, values)


def _end(worker: Worker, row: ComparedImage, values: dict[str, Any]) -> None:
    mine = ComparedImage.tenant_id == row.tenant_id, ComparedImage.id == row.id
    with worker.database.session(row.tenant_id) as session:
        session.execute(update(ComparedImage).where(*mine).values(values))


def _ask(worker: Worker, image: Image, row: ComparedImage, name: str, language: str) -> Answer | Later | Nobody:
    preview = worker.storage.preview(row.tenant_id, row.sha256) or worker.storage.thumbnail(row.tenant_id, row.sha256)
    if preview is None:
        return Nobody("Its picture is no longer kept: look at the photo afresh, then compare again.")
    try:
        chain = worker.providers.chain(row.tenant_id, name)
    except ValueError as error:
        return Nobody(str(error))
    if chain is None:
        return Nobody("Nobody is to look at pictures there.")
    order = worker.order_of(row.tenant_id, image.batch_id, image.source_id)
    question = Question(row.tenant_id, row.sha256, language, image.id, image.fence)
    tell = partial(context_of, worker, order, image)
    return _kept(worker, worker.taught(row.tenant_id, chain), question, preview, tell, row.tries)


def _kept(
    worker: Worker, chain: Chain, question: Question, preview: bytes, tell: Any, tries: int
) -> Answer | Later | Nobody:
    """An answer is kept under who gave it, so that it is never paid for twice."""
    asked = chain.ask(question, preview, tell, tries)
    if not isinstance(asked, Answer):
        return asked
    with worker.database.session(question.tenant_id) as session:
        if asked.begun is not None and asked.link.row is not None:
            asking.answered(session, [asking.Answered(asked.link.row.id, question, asked.begun, asked.said)])
        else:
            insert_once(session, SeenDescription, [asking.kept(question, asked.said)])
    return asked
