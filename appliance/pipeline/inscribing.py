"""The step that writes approved texts into an image's metadata: into its file, or into the sidecar beside it."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import imaging, metadata, naming, writings
from appliance.db import insert_once
from appliance.metadata import Edit, Said, Unwritable
from appliance.models import REVIEWED, Image, ImageState, Picture, SeenDescription, Writing, WritingState, now
from appliance.pipeline import erasing, filing
from appliance.pipeline.leases import Claim, Outcome, held
from appliance.pipeline.looking import LONGEST_WAIT_SECONDS, MOST_TRIES
from appliance.pipeline.worker import Order, Worker
from appliance.renames import LeaseLost
from appliance.sources import joined, name_of
from appliance.words import Texts, TextState
from connectors.base import Adds, Connector, ConnectorError, Entry, FileChanged, FileGone, NameTaken, Rewrites

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """One change of one file's bytes. `contents` is all that it will hold; `note` why it is not the file that was asked
    for."""

    within: bool
    entry: Entry  # as it is now; of a sidecar that is to be made, its path alone
    before: str
    edits: list[Edit]
    contents: bytes
    note: str = ""

    @property
    def place(self) -> str:
        return _place(self.within)


@dataclass(frozen=True, slots=True)
class _Attempt:
    worker: Worker
    order: Order
    claim: Claim
    connector: Connector
    original: str = ""  # the name that the image came with

    @property
    def asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = (self.claim.proposal or {})["writing"]
        return asked


def write(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Each file has its old bytes or all of the new ones at any moment, and the old ones can be had back."""
    return [outcome for claim in claims for outcome in _attempted(worker, order, claim)]


def _attempted(worker: Worker, order: Order, claim: Claim) -> list[Outcome]:
    try:
        attempt = _Attempt(worker, order, claim, worker.connector(order))
        if attempt.asked["how"] == writings.BACK:
            return [_taken_back(attempt)]
        return _write(attempt)
    except LeaseLost:
        return []
    except (FileGone, FileChanged, Unwritable) as error:
        return [_not_written(claim, str(error))]
    except (ConnectorError, OSError) as error:
        return [_later(order, claim, error)]
    except Exception:  # an image that has its name has not failed
        logger.exception("The texts of %s could not be written", claim.path)
        return [_not_written(claim, "something unexpected went wrong; the log says more.")]


def _taken_back(attempt: _Attempt) -> Outcome:
    claim, notes = erasing.take_back(attempt.worker, attempt.connector, attempt.claim)
    return _rests(claim, (claim.texts or {}) | {"note": " ".join(notes)})


def _write(attempt: _Attempt) -> list[Outcome]:
    claim = attempt.claim
    with attempt.worker.database.reading(claim.tenant_id) as session:
        known = writings.standing(session, claim.tenant_id, claim.id)
        original = session.scalar(select(Image.original_path).where(Image.id == claim.id)) or claim.path
    attempt = replace(attempt, original=name_of(original))
    begun = next((one for one in known if one.state is WritingState.EXECUTING), None)
    if begun is not None and msgspec.convert(begun.texts, Said) == _said(attempt, (), ""):
        return _carry_out(attempt, begun)
    if any(one.state in writings.OPEN for one in known):
        claim, _ = erasing.take_back(attempt.worker, attempt.connector, claim, only=writings.OPEN)
        attempt = replace(attempt, claim=claim)
    plan = _planned(attempt, known, attempt.asked["how"])
    if not plan.edits:
        return [_written(claim, plan.place, plan.note)]
    row = _intend(attempt, plan)
    return [] if row is None else _carry_out(attempt, row)


def _planned(attempt: _Attempt, known: Sequence[Writing], how: str, note: str = "") -> Plan:
    """Raises FileGone, FileChanged, Unwritable."""
    if how == "file":
        try:
            return _in_file(attempt, known)
        except Unwritable as error:
            note = f"They stand in a sidecar, as {error}."
    return replace(_in_sidecar(attempt, known), note=note)


def _in_file(attempt: _Attempt, known: Sequence[Writing]) -> Plan:
    claim, connector = attempt.claim, attempt.connector
    entry = connector.stat(claim.path)
    if entry is None:
        raise FileGone(f"{claim.path} is no longer there.")
    if not isinstance(connector, Rewrites):
        raise Unwritable("this kind of source cannot change a file")
    if entry.size > metadata.LARGEST:
        raise Unwritable("it is too large")
    contents = filing.contents_of(connector, claim.path)
    if contents is None or filing.digest(contents) != claim.sha256:
        raise FileChanged(f"{claim.path} is not the file that it was when it was looked at.")
    edits = metadata.in_picture(contents, _said(attempt, known, claim.path))
    after = metadata.made(contents, edits)
    if edits:
        _look_at(attempt, after)
    return Plan(True, entry, str(claim.sha256), edits, after)


def _look_at(attempt: _Attempt, contents: bytes) -> None:
    """What would be the new file must show the same picture. Raises Unwritable."""
    claim = attempt.claim
    with attempt.worker.database.reading(claim.tenant_id) as session:
        before = _picture(session, claim)
    try:
        with tempfile.TemporaryFile() as file:
            file.write(contents)
            file.seek(0)
            picture = attempt.worker.decoder.inspect(file, claim.path)
    except imaging.Unreadable as error:
        raise Unwritable(f"with them it could not be opened any more ({error})") from error
    looks = (picture.width, picture.height, None if picture.phash is None else f"{picture.phash:016x}")
    if before is not None and (before.width, before.height, before.phash) != looks:
        raise Unwritable("with them it would look another way")


def _picture(session: Session, claim: Claim) -> Picture | None:
    wanted = select(Picture).where(Picture.tenant_id == claim.tenant_id, Picture.sha256 == claim.sha256)
    return session.scalars(wanted).one_or_none()


def _in_sidecar(attempt: _Attempt, known: Sequence[Writing]) -> Plan:
    claim, connector = attempt.claim, attempt.connector
    names = list(connector.names(claim.folder))
    if name_of(claim.path) not in names:
        raise FileGone(f"{claim.path} is no longer there.")
    if not isinstance(connector, Adds) or not isinstance(connector, Rewrites):
        raise Unwritable("this kind of source cannot hold a sidecar")
    for name in naming.sidecars.of_image(name_of(claim.path), names):
        path = joined(claim.folder, name)
        entry, contents = connector.stat(path), filing.contents_of(connector, path, metadata.LARGEST_SIDECAR)
        if entry is None or contents is None:
            raise Unwritable(f"{name} is too large")
        if _is_of(claim, contents):
            edits = metadata.in_sidecar(contents, _said(attempt, known, path))
            return Plan(False, entry, filing.digest(contents), edits, metadata.made(contents, edits))
    path = joined(claim.folder, naming.sidecars.new_name(name_of(claim.path), names))
    contents = metadata.new_sidecar(_said(attempt, known, path))
    return Plan(False, Entry(path, 0, ""), "", [Edit(0, b"", contents)], contents)


def _is_of(claim: Claim, contents: bytes) -> bool:
    """A sidecar may say that it is of the raw file of the same stem."""
    extension = naming.sidecars.extension_for(contents)
    return not extension or extension == naming.split(name_of(claim.path))[1].lower()


def _said(attempt: _Attempt, known: Sequence[Writing], path: str) -> Said:
    texts = msgspec.convert(attempt.claim.texts or {}, Texts)
    earlier = (row.texts["keywords"] for row in known if row.state is WritingState.DONE and row.path == path)
    return Said(
        alt=attempt.claim.alt,
        title=texts.title,
        caption=texts.caption,
        keywords=texts.keywords,
        original_name=attempt.original,
        dropped=tuple(next(earlier, ())),
    )


def _intend(attempt: _Attempt, plan: Plan) -> Writing | None:
    """The row, committed; None where the image is another worker's by now."""
    claim = attempt.claim
    row = Writing(
        tenant_id=claim.tenant_id,
        source_id=claim.source_id,
        image_id=claim.id,
        within=plan.within,
        path=plan.entry.path,
        size=plan.entry.size,
        version=plan.entry.version,
        before=plan.before,
        after=filing.digest(plan.contents),
        edits={"of": metadata.stored(plan.edits)},
        texts=msgspec.to_builtins(_said(attempt, (), "")),
        reason=plan.note,
    )
    with attempt.worker.database.session(claim.tenant_id) as session:
        if claim.id not in held(session, [claim]):
            return None
        writings.intend(session, row)
    return row


def _carry_out(attempt: _Attempt, row: Writing) -> list[Outcome]:
    """Does what the journal says, or what is left of it."""
    if not attempt.worker.heartbeat.holds(attempt.claim):
        return []
    try:
        entry = filing.written(attempt.connector, row, beside=attempt.claim.path)
    except (FileGone, FileChanged, NameTaken) as error:
        return [_failed(attempt.claim, row, str(error))]
    except ConnectorError as error:
        if not error.permanent or filing.is_at(attempt.connector, row.path, row.after):
            raise ConnectorError(str(error)) from error
        return _refused(attempt, row, str(error))
    return [_done(attempt, row, entry)]


def _refused(attempt: _Attempt, row: Writing, reason: str) -> list[Outcome]:
    """A disk that cannot exchange two files may still hold a new one beside them."""
    with attempt.worker.database.session(attempt.claim.tenant_id) as session:
        writings.close(session, [writings.Ended(row, WritingState.FAILED, reason)])
    if not row.within:
        return [_not_written(attempt.claim, reason)]
    plan = _planned(attempt, (), "sidecar", note=f"They stand in a sidecar: {reason}")
    again = _intend(attempt, plan) if plan.edits else None
    return [] if again is None else _carry_out(attempt, again)


def _failed(claim: Claim, row: Writing, reason: str) -> Outcome:
    also = (writings.close, writings.Ended(row, WritingState.FAILED, reason))
    return replace(_not_written(claim, reason), also=also)


def _place(within: bool) -> str:
    return "file" if within else "sidecar"


def _done(attempt: _Attempt, row: Writing, entry: Entry) -> Outcome:
    claim = attempt.claim
    if row.within:
        claim = replace(claim, size=entry.size, version=entry.version, sha256=row.after)
        _know_again(attempt, row)
    told = {
        "type": "image.texts_written",
        "before": {"sha256": row.before} if row.before else None,
        "after": {"path": row.path, "in": _place(row.within), "sha256": row.after},
    }
    outcome = _written(claim, _place(row.within), row.reason)
    return replace(outcome, events=(told,), also=(writings.close, writings.Ended(row, WritingState.DONE, row.reason)))


def _written(claim: Claim, place: str, note: str) -> Outcome:
    said = {"state": TextState.WRITTEN.value, "written_at": now().isoformat(), "written_in": place, "note": note}
    return _rests(claim, (claim.texts or {}) | said)


def _not_written(claim: Claim, why: str) -> Outcome:
    said = {"written_at": "", "written_in": "", "note": f"They were not written: {why}"}
    return _rests(claim, (claim.texts or {}) | said)


def _rests(claim: Claim, texts: dict[str, Any]) -> Outcome:
    """The image is as it was before, but for what is known of its texts."""
    asked = (claim.proposal or {})["writing"]
    proposal = {key: value for key, value in (claim.proposal or {}).items() if key != "writing"}
    return Outcome(claim.becomes(ImageState(asked["state"]), reason=asked["reason"], proposal=proposal, texts=texts))


def _later(order: Order, claim: Claim, error: Exception) -> Outcome:
    """The source did not answer. Somebody waits for a command, and nobody for a watched source."""
    reason = f"{error.strerror}: {claim.path}." if isinstance(error, OSError) and error.strerror else str(error)
    permanent = isinstance(error, PermissionError) or getattr(error, "permanent", False)
    if permanent or (order.kind not in REVIEWED and claim.tries >= MOST_TRIES):
        return _not_written(claim, reason)
    return Outcome(claim.waits(min(0.5 * 2**claim.tries, LONGEST_WAIT_SECONDS), reason=reason))


def _know_again(attempt: _Attempt, row: Writing) -> None:
    """What was known of the picture is known of its new bytes, so that nobody is asked about it again."""
    claim, storage, before = attempt.claim, attempt.worker.storage, str(attempt.claim.sha256)
    with attempt.worker.database.session(claim.tenant_id) as session:
        for table in (Picture, SeenDescription):
            insert_once(session, table, _copies(session, table, claim, row.after))
    if thumbnail := storage.thumbnail(claim.tenant_id, before):
        storage.put_thumbnail(claim.tenant_id, row.after, thumbnail)
    if preview := storage.preview(claim.tenant_id, before):
        storage.put_preview(claim.tenant_id, row.after, preview)


def _copies(
    session: Session, table: type[Picture] | type[SeenDescription], claim: Claim, sha256: str
) -> list[dict[str, Any]]:
    known = session.scalars(select(table).where(table.tenant_id == claim.tenant_id, table.sha256 == claim.sha256))
    names = [column.name for column in table.__table__.columns if column.name not in {"id", "sha256"}]
    return [{name: getattr(one, name) for name in names} | {"sha256": sha256} for one in known]
