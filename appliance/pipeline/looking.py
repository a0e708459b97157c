"""The step that opens an image: hashed, checked and decoded."""

import io
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import imaging, renames
from appliance.db import insert_once
from appliance.models import REVIEWED, ImageState, Picture
from appliance.pipeline.describing import descriptions
from appliance.pipeline.leases import Claim, Outcome
from appliance.pipeline.worker import Order, Worker
from appliance.vision.chain import Chain
from connectors.base import ConnectorError, Entry, FileGone, NotYet, Settles

_COPIED = 1 << 20  # bytes at a time
MOST_TRIES = 5
MOST_LOOKS_AT_A_WRITER = 2  # by a command, for which somebody waits
LONGEST_WAIT_SECONDS = 10.0
QUIET_SECONDS = 5.0  # between two looks that must see the same file


@dataclass(frozen=True, slots=True)
class _Opened:
    claim: Claim
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored already of some contents."""

    pictures: frozenset[str]
    described: frozenset[str]
    described_so: frozenset[str]  # by who is asked first as they are today, with all that they have learned


def fetch(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Hashes each file and decodes it where its content is new; what was described before goes on at once."""
    with ExitStack() as files:
        opened = [_open(worker, order, claim, files) for claim in claims]
        readable = [one for one in opened if isinstance(one, _Opened)]
        return [one for one in opened if isinstance(one, Outcome)] + _inspect(worker, order, readable)


def _open(worker: Worker, order: Order, claim: Claim, files: ExitStack) -> _Opened | Outcome:
    try:
        connector = worker.connector(order)
        entry = connector.stat(claim.path)
        if entry is None:
            return _gone(claim)
        seconds = connector.unsettled(entry) if isinstance(connector, Settles) else 0
        if order.kind in REVIEWED and (seconds or entry.version != claim.version):
            return _still_written(claim, entry, seconds or QUIET_SECONDS)
        if seconds:
            return _unfinished(claim, seconds)
        file = _at_hand(files.enter_context(connector.open(claim.path)), files)
        sha256 = renames.digest_of(file)
        after = connector.stat(claim.path)
    except FileGone:
        return _gone(claim)
    except (ConnectorError, OSError) as error:
        return unreachable(order, claim, error)
    if after is None or after.version != entry.version:
        return _still_written(claim, entry, 1) if order.kind in REVIEWED else _unfinished(claim, 1)
    return _Opened(replace(claim, size=entry.size, version=entry.version, sha256=sha256), file)


def _at_hand(file: BinaryIO, files: ExitStack) -> BinaryIO:
    """The file itself where it is one of this machine, else a copy, so that its bytes are fetched once: they are hashed
    and then given to a process that can be given nothing but files."""
    if isinstance(getattr(file, "raw", file), io.FileIO):
        return file
    copy = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # closed with the others
    shutil.copyfileobj(file, copy, _COPIED)
    copy.seek(0)
    return copy


def _inspect(worker: Worker, order: Order, opened: Sequence[_Opened]) -> list[Outcome]:
    if not opened:
        return []
    chain = worker.chain(order)
    known = _known(worker, order, chain, [one.claim for one in opened])
    if chain is None:
        return _read_headers(worker, known, opened)
    return [_look(worker, order, known, one) for one in opened]


def _known(worker: Worker, order: Order, chain: Chain | None, claims: Sequence[Claim]) -> _Known:
    tenant_id, hashes = claims[0].tenant_id, {str(claim.sha256) for claim in claims}
    model = worker.model_today(tenant_id, chain) if chain and any(map(_afresh, claims)) else ""
    with worker.database.reading(tenant_id) as session:
        pictures = select(Picture.sha256).where(Picture.tenant_id == tenant_id, Picture.sha256.in_(hashes))
        described = descriptions(session, chain, order, hashes, first=True)
        return _Known(
            frozenset(session.scalars(pictures)),
            frozenset(described),
            frozenset(sha256 for sha256, said in described.items() if said.model == model),
        )


def _afresh(claim: Claim) -> bool:
    """Whether a person asked to have it looked at once more, so that what was learned since counts for it too."""
    return bool((claim.proposal or {}).get("afresh"))


def _read_headers(worker: Worker, known: _Known, opened: Sequence[_Opened]) -> list[Outcome]:
    """Without a provider the pixels are not needed: the files' own words are read, many at a time."""
    new = [one for one in opened if one.claim.sha256 not in known.pictures]
    answers = worker.decoder.headers([(one.file.fileno(), one.claim.path) for one in new])
    read = {one.claim.id: answer for one, answer in zip(new, answers, strict=True)}
    return [_looked_at(one.claim, read.get(one.claim.id), ImageState.DESCRIBED) for one in opened]


def _look(worker: Worker, order: Order, known: _Known, one: _Opened) -> Outcome:
    described = known.described_so if _afresh(one.claim) else known.described
    seen = one.claim.sha256 in described and one.claim.sha256 in known.pictures
    if seen and (order.kind not in REVIEWED or worker.storage.has_thumbnail(one.claim.tenant_id, _digest(one))):
        return Outcome(one.claim.becomes(ImageState.DESCRIBED))
    try:
        picture = worker.decoder.inspect(one.file, one.claim.path)
    except imaging.Unreadable as error:
        return _looked_at(one.claim, error, ImageState.FETCHED)
    worker.storage.put_preview(one.claim.tenant_id, _digest(one), picture.preview)
    if order.kind in REVIEWED:
        worker.storage.put_thumbnail(one.claim.tenant_id, _digest(one), picture.thumbnail)
    return _looked_at(one.claim, picture, ImageState.DESCRIBED if seen else ImageState.FETCHED)


def _digest(one: _Opened) -> str:
    return str(one.claim.sha256)


def _looked_at(claim: Claim, found: imaging.Picture | imaging.Unreadable | None, state: ImageState) -> Outcome:
    if found is None:
        return Outcome(claim.becomes(state))
    if isinstance(found, imaging.Unreadable):
        return _unreadable(claim, found)
    return Outcome(claim.becomes(state), also=(_store_pictures, _facts(claim, found)))


def _store_pictures(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    insert_once(session, Picture, rows)


def _facts(claim: Claim, picture: imaging.Picture) -> dict[str, Any]:
    return {
        "tenant_id": claim.tenant_id,
        "sha256": claim.sha256,
        "extension": picture.kind.extension,
        "mime": picture.kind.mime,
        "width": picture.width,
        "height": picture.height,
        "phash": None if picture.phash is None else f"{picture.phash:016x}",
        "exif": msgspec.to_builtins(picture.exif) | {"words": msgspec.to_builtins(picture.words)},
    }


def _gone(claim: Claim) -> Outcome:
    reason = f"{claim.path} is no longer there; nothing was changed."
    return Outcome(claim.becomes(ImageState.MISSING, reason=reason), ({"type": "image.missing"},))


def _unfinished(claim: Claim, seconds: float) -> Outcome:
    if claim.tries >= MOST_LOOKS_AT_A_WRITER:
        return failed(claim, f"{claim.path} is still being written; run this again when it is finished.")
    return Outcome(claim.waits(seconds, state=ImageState.UNSTABLE, reason="It is still being written."))


def _still_written(claim: Claim, entry: Entry, seconds: float) -> Outcome:
    """Nobody waits for a file that came by itself, so it may take as long as it takes, and that is no try."""
    waiting = claim.waits(seconds, state=ImageState.UNSTABLE, reason="It is still being written.")
    return Outcome(replace(waiting, size=entry.size, version=entry.version, tries=0))


def _unreadable(claim: Claim, error: imaging.Unreadable) -> Outcome:
    if not error.permanent:
        return again(claim, str(error))
    if error.quarantine:
        changed = claim.becomes(ImageState.QUARANTINED, reason=str(error))
        return Outcome(changed, ({"type": "image.quarantined", "after": {"reason": str(error)}},))
    return failed(claim, str(error))


def unreachable(order: Order, claim: Claim, error: Exception) -> Outcome:
    """The source did not answer: again later, unless somebody must change something first. A watched one may be a disk
    that is unplugged for a week. What is only to be waited for is no try."""
    if isinstance(error, NotYet):
        return Outcome(replace(claim, tries=0).waits(error.seconds, reason=str(error)))
    reason = f"{error.strerror}: {claim.path}." if isinstance(error, OSError) and error.strerror else str(error)
    permanent = isinstance(error, PermissionError) or getattr(error, "permanent", False)
    if permanent:
        return failed(claim, reason)
    if order.kind in REVIEWED and claim.tries >= MOST_TRIES:
        return Outcome(claim.waits(LONGEST_WAIT_SECONDS, reason=reason))
    return again(claim, reason)


def again(claim: Claim, reason: str) -> Outcome:
    """One more try after a growing while, and a failure after the last one."""
    if claim.tries >= MOST_TRIES:
        return failed(claim, reason)
    return Outcome(claim.waits(0.5 * 2**claim.tries, reason=reason))


def failed(claim: Claim, reason: str) -> Outcome:
    event = {"type": "image.failed", "after": {"reason": reason}}
    return Outcome(claim.becomes(ImageState.FAILED, reason=reason), (event,))
