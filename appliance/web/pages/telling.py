"""Rows as the pages tell them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from appliance import catalogue, reviews
from appliance.models import Batch, BatchKind, BatchState, Image, ImageState, Source, now
from appliance.sources import name_of
from appliance.web import views, wording
from appliance.web.views import Choice, Pages, SourceHealth, Tone
from appliance.words import Texts

KINDS = {"watchfolder": "Folder", "sftp": "SFTP", "s3": "Bucket", "wordpress": "WordPress", "upload": "Upload"}
BATCHES = {
    BatchKind.COMMAND: "Command",
    BatchKind.BACKLOG: "Backlog",
    BatchKind.ARRIVALS: "Arrivals",
    BatchKind.UPLOAD: "Upload",
    BatchKind.UNDO: "Undo",
}
BY = {
    BatchKind.COMMAND: "the command line",
    BatchKind.BACKLOG: "the server",
    BatchKind.ARRIVALS: "the server",
    BatchKind.UPLOAD: "an upload",
    BatchKind.UNDO: "an undo",
}
STATES: dict[ImageState, tuple[str, Tone]] = {
    ImageState.FOUND: ("Waiting for its turn", "plain"),
    ImageState.UNSTABLE: ("Still being written", "plain"),
    ImageState.FETCHED: ("Being looked at", "calm"),
    ImageState.DESCRIBED: ("Being named", "calm"),
    ImageState.PLANNED: ("About to be renamed", "calm"),
    ImageState.REVIEW: ("Waits for review", "warm"),
    ImageState.RENAMING: ("Being renamed", "calm"),
    ImageState.RENAMED: ("Renamed", "good"),
    ImageState.WRITING: ("Its texts are being written", "calm"),
    ImageState.KEPT: ("Kept", "plain"),
    ImageState.REJECTED: ("Rejected", "plain"),
    ImageState.QUARANTINED: ("Not safe to open", "bad"),
    ImageState.MISSING: ("No longer there", "bad"),
    ImageState.FAILED: ("Failed", "bad"),
}
SOON = timedelta(seconds=15)  # in which a worker sees that there is something to be watched
_DECIDES = {
    "auto": "named without asking where it is sure",
    "first": "the first ten wait for you",
    "ask": "you decide about every name",
}
_BATCH_STATES: dict[BatchState, tuple[str, Tone]] = {
    BatchState.RUNNING: ("At work", "calm"),
    BatchState.COMPLETED: ("Done", "good"),
    BatchState.CANCELLED: ("Cancelled", "plain"),
}


def health(session: Session, source: Source) -> SourceHealth:
    numbers = catalogue.of_source(session, source)
    state, tone, says = _fares(source)
    return SourceHealth(
        id=source.id,
        name=source.name,
        kind=source.kind,
        kind_label=KINDS.get(source.kind, source.kind),
        where=source.root,
        tone=tone,
        state=state,
        says=says,
        images=numbers.all,
        waiting=numbers.waiting,
        scanned_at=source.scanned_at,
        decides=_DECIDES.get(source.choices.get("review", "first"), ""),
    )


def _fares(source: Source) -> tuple[str, Tone, str]:
    if source.problem:
        return "Cannot be reached", "bad", source.problem
    if source.paused:
        return "Paused", "plain", ""
    asked_at = source.scan_due_at or source.created_at
    if source.watched_until is None or source.watched_until < now():
        if now() - asked_at < SOON:
            return "Being opened", "calm", ""
        return "Not watched", "warm", "No worker watches it: start `image-renamer serve`, or `image-renamer work`."
    if source.scanned_at is None:
        return "First look", "calm", ""
    return "Watching", "good", ""


def label(batch: Batch) -> str:
    return f"{BATCHES.get(batch.kind, str(batch.kind))} {batch.id}"


def batch_state(batch: Batch, numbers: Mapping[ImageState, int]) -> tuple[str, Tone]:
    """A batch that only waits for people or for more to come is not at work."""
    if batch.receives_until is not None and batch.state is BatchState.RUNNING:
        return "Receives files", "calm"
    busy = any(numbers.get(state) for state in catalogue.UNDER_WAY)
    if batch.state is BatchState.RUNNING and not busy:
        return ("Waits for you", "warm") if numbers.get(ImageState.REVIEW) else ("Done so far", "good")
    return _BATCH_STATES[batch.state]


def progress(batch: Batch, numbers: Mapping[ImageState, int]) -> tuple[int, int, float | None, int | None]:
    """How many are done, of how many; how many a minute, and how many seconds are left, where that can be told."""
    total = sum(numbers.values())
    done = total - sum(numbers.get(state, 0) for state in catalogue.UNDER_WAY)
    passed = ((batch.finished_at or now()) - batch.created_at).total_seconds()
    if not done or passed < 1:
        return done, total, None, None
    rate = done / passed
    return done, total, rate * 60, round((total - done) / rate)


def file_line(image: Image, metadata: str) -> views.FileLine:
    """`metadata` is into what its source wants texts written."""
    proposal = image.proposal or {}
    state, tone = STATES[image.state]
    renamed = image.state is ImageState.RENAMED
    old = name_of(proposal.get("from", image.original_path)) if renamed else name_of(image.path)
    return views.FileLine(
        image_id=image.id if image.sha256 else 0,
        old=old,
        new=name_of(image.path) if renamed else proposal.get("name", ""),
        folder=image.folder,
        state=state,
        tone=tone,
        says=image.reason,
        texts=texts(image),
        texts_at=texts_at(image),
        said=_said(image, metadata) if reviews.is_open(image) else None,
    )


def _said(image: Image, metadata: str) -> views.Said:
    known = reviews.texts_of(image)
    return views.Said(
        alt=image.alt,
        heading=known.title,
        caption=known.caption,
        keywords=known.keywords,
        from_file=from_file(known),
        metadata=metadata,
    )


def from_file(known: Texts) -> str:
    """Which of the texts stand in the file as they are here, in words."""
    return ", ".join(_TEXTS[name] for name in known.from_file)


_TEXTS = {"alt": "alt text", "title": "title", "caption": "caption"}


def texts(image: Image) -> str:
    """Where the texts of an image are written, or why they are not; "" where nobody asked for that."""
    known = reviews.texts_of(image)
    return " ".join(filter(None, (_WRITTEN[known.written_in], known.note)))


_WRITTEN = {
    "": "",
    "sidecar": "Alt text and caption stand in its sidecar.",
    "file": "Alt text and caption stand in the file.",
}


def texts_at(image: Image) -> datetime | None:
    at = reviews.texts_of(image).written_at
    return datetime.fromisoformat(at) if at else None


def turned(page: int, size: int, total: int, link: str) -> Pages | None:
    """Which part of a list is shown; `link` is where it is, to which the number of a page is added."""
    if not total:
        return None
    first = (page - 1) * size + 1
    last = min(page * size, total)
    sign = "&" if "?" in link else "?"
    return Pages(
        first=min(first, total),
        last=last,
        total=total,
        before=f"{link}{sign}page={page - 1}" if page > 1 else "",
        after=f"{link}{sign}page={page + 1}" if last < total else "",
    )


def source_choices(watched: list[Source], chosen: int | None) -> tuple[Choice, ...]:
    """For a filter, where there is something to choose."""
    if len(watched) < 2:
        return ()
    every = Choice(value="", label="All sources", chosen=chosen is None)
    return (every, *(Choice(value=str(one.id), label=one.name, chosen=one.id == chosen) for one in watched))


def reported(report: Mapping[str, Any] | None) -> str:
    """What a rename did beside the name (connectors.base.Reports), with what was fetched to prove it."""
    if not report:
        return ""
    rows = sum(report.get("rows", {}).values())
    parts = [f"{wording.count(report.get('files', 0), 'file')} and {wording.count(rows, 'row')} of the database."]
    if report.get("new_checked"):
        parts.append(f"{report['new_good']} of {report['new_checked']} new addresses answer,")
        led, kept, old = report["old_led_on"], report["old_kept"], report["old_checked"]
        parts.append(f"{kept} of {old} old files were kept," if kept else f"{led} of {old} old addresses lead on,")
        parts.append(f"{wording.count(report.get('left_over', 0), 'old address', 'old addresses')} left over.")
    for table, count in report.get("unhandled", {}).items():
        parts.append(f"{table} still names it {wording.count(count, 'time')}: look there.")
    return " ".join(parts)
