"""Files that arrive when the image they belong to has its new name already: they take its stem."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import msgspec
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import imaging, naming, renames
from appliance.db import portions
from appliance.imaging import Exif
from appliance.models import LIVING, Batch, Image, ImageState, Picture, Rename, RenameState, now
from appliance.pipeline import grouping
from appliance.pipeline.worker import Worker
from appliance.renames import Move
from appliance.sources import folder_of, joined, name_of
from connectors.base import Connector, Entry, FileGone

LIKENESS = 10  # bits of 64 in which the perceptual hashes of two copies of one picture may differ


@dataclass(frozen=True, slots=True)
class Late:
    """A file and the image that it joins."""

    image_id: int
    move: Move


@dataclass(frozen=True, slots=True)
class _Renamed:
    """An image that has its new name, with what its bytes say."""

    image_id: int
    new_name: str
    phash: str | None
    exif: Exif


def find(worker: Worker, batch: Batch, connector: Connector, entries: Sequence[Entry]) -> list[Late]:
    """Those of the files of a scan that belong to an image which was renamed before they came.

    By the old name of the image; an image or a film must be of the same shot as well. Opens only what may be late.
    """
    late: list[Late] = []
    usable = sorted((entry for entry in entries if not entry.problem), key=_folder)
    for folder, inside in groupby(usable, key=_folder):
        names = [name_of(entry.path) for entry in inside]
        late += _in_folder(worker, batch, connector, folder, names)
    return late


def _folder(entry: Entry) -> str:
    return folder_of(entry.path)


def _in_folder(worker: Worker, batch: Batch, connector: Connector, folder: str, names: Sequence[str]) -> Iterator[Late]:
    following = naming.companions(names)
    followers = {name for others in following.values() for name in others}
    with worker.database.reading(batch.tenant_id) as session:
        alone = [name for name in names if name not in followers]
        strange = set(alone) - _known(session, batch, folder, filter(naming.is_image, alone))
        new_names = _new_names(session, batch, folder) if strange else {}
    there = set(connector.names(folder)) if new_names else set()
    standing = {old: image for old, image in new_names.items() if old not in there and image[1] in there}
    if not (joining := list(_joining(strange, standing))):
        return
    with worker.database.reading(batch.tenant_id) as session:
        renamed = _renamed(session, batch, {old: standing[old] for _, old in joining})
    for name, old in joining:
        if old in renamed and _is_same_shot(worker, connector, joined(folder, name), renamed[old]):
            for follower in (name, *following.get(name, ())):
                new_name = _new_name(follower, old, renamed[old].new_name)
                if (move := _move(connector, joined(folder, follower), joined(folder, new_name))) is not None:
                    yield Late(renamed[old].image_id, move)


def _known(session: Session, batch: Batch, folder: str, names: Iterable[str]) -> set[str]:
    """Images that have been looked at under these very names."""
    here = select(Image.path).where(Image.tenant_id == batch.tenant_id, Image.source_id == batch.source_id, LIVING)
    looked_at = here.where(Image.state != ImageState.FAILED)
    paths = [joined(folder, name) for name in names]
    return {
        name_of(path) for some in portions(paths) for path in session.scalars(looked_at.where(Image.path.in_(some)))
    }


def _new_names(session: Session, batch: Batch, folder: str) -> dict[str, tuple[int, str]]:
    """The images of a folder that have their new names and rest, with those, by every name that they had before."""
    wanted = (
        select(Rename.from_path, Image.id, Image.path)
        .join(Image, Image.id == Rename.image_id)
        .where(Image.tenant_id == batch.tenant_id, Image.source_id == batch.source_id, Image.folder == folder)
        .where(Image.state == ImageState.RENAMED, Image.due_at.is_(None))
        .where(Rename.state == RenameState.DONE, Rename.undoes_id.is_(None), Rename.companion.is_(False))
        .order_by(Rename.id)
    )
    return {
        name_of(from_path): (image_id, name_of(path))
        for from_path, image_id, path in session.execute(wanted)
        if folder_of(from_path) == folder
    }


def _renamed(session: Session, batch: Batch, wanted: Mapping[str, tuple[int, str]]) -> dict[str, _Renamed]:
    """What the bytes of those images say, by the same old names. A folder may hold very many others."""
    looked_at = (
        select(Image.id, Picture.phash, Picture.exif)
        .join(Picture, (Picture.tenant_id == Image.tenant_id) & (Picture.sha256 == Image.sha256))
        .where(Image.tenant_id == batch.tenant_id)
    )
    ids = portions({image_id for image_id, _ in wanted.values()})
    facts = {row.id: row for some in ids for row in session.execute(looked_at.where(Image.id.in_(some)))}
    return {
        old: _Renamed(image_id, new_name, facts[image_id].phash, msgspec.convert(facts[image_id].exif, Exif))
        for old, (image_id, new_name) in wanted.items()
        if image_id in facts
    }


def _joining(strange: set[str], renamed: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each strange file with the old name beside which it would have stood; none where that is in doubt."""
    old_names = defaultdict[str, set[str]](set)
    for leader, others in naming.companions([*renamed, *strange]).items():
        group = {leader, *others}
        for name in group & strange:
            old_names[name] |= group & renamed.keys()
    for name, old in sorted(old_names.items()):
        if len(old) == 1:
            yield name, next(iter(old))


def _is_same_shot(worker: Worker, connector: Connector, path: str, image: _Renamed) -> bool:
    """Cameras count from the beginning again, so the same number may be of another photo. A sidecar has no other."""
    try:
        if naming.is_film(path):
            return _filmed_with(connector, path, image)
        return not naming.is_image(path) or _shows_the_same(worker, connector, path, image)
    except (FileGone, imaging.Unreadable):
        return False


def _filmed_with(connector: Connector, path: str, image: _Renamed) -> bool:
    with connector.open(path) as file:
        film = imaging.film(file)
    still = naming.Evidence(content_id=image.exif.content_id, taken_at=image.exif.taken_at)
    evidence = {"a.jpg": still, "a.mov": naming.Evidence(content_id=film.content_id, taken_at=film.taken_at)}
    return bool(naming.companions(evidence, evidence))


def _shows_the_same(worker: Worker, connector: Connector, path: str, image: _Renamed) -> bool:
    with connector.open(path) as file:
        picture = worker.decoder.inspect(file, path)
    if picture.exif.taken_at and image.exif.taken_at:
        return naming.are_together(picture.exif.taken_at, image.exif.taken_at)
    if picture.phash is None or image.phash is None:
        return False
    return imaging.distance(picture.phash, int(image.phash, 16)) <= LIKENESS


def _new_name(name: str, old: str, new: str) -> str:
    try:
        return naming.companion_name(name, old, new)
    except ValueError:  # it would lead the group: a JPEG that comes after its raw file
        return f"{naming.split(new)[0]}.{naming.split(name)[1].lower().replace('jpeg', 'jpg')}"


def _move(connector: Connector, path: str, new_path: str) -> Move | None:
    move = grouping.as_it_is(connector, path)
    return move and replace(move, to_path=new_path)


def join(session: Session, batch: Batch, late: Sequence[Late]) -> list[Late]:
    """Reserves the new names; the images are due then. Returns those that cannot join now, since their image is at work
    or their name is wanted by another rename."""
    refused: list[Late] = []
    for image_id, group in groupby(sorted(late, key=_image), key=_image):
        joining = list(group)
        image = session.get_one(Image, image_id, with_for_update=True)
        if image.state != ImageState.RENAMED or image.due_at is not None or not _reserved(session, batch, joining):
            refused += joining
            continue
        first, *others = [one.move for one in joining]
        proposal = dict(image.proposal or {}) | {
            "late": {
                "from": first.from_path,
                "name": name_of(first.to_path),
                "companions": [name_of(move.to_path) for move in others],
                "state": ImageState.RENAMED,
            }
        }
        image.state, image.due_at, image.owner, image.batch_id = ImageState.PLANNED, now(), batch.owner, batch.id
        image.proposal, image.reason, image.tries, image.fence = proposal, "", 0, image.fence + 1
    return refused


def _image(late: Late) -> int:
    return late.image_id


def _reserved(session: Session, batch: Batch, joining: Sequence[Late]) -> bool:
    """The files are no images of their own from now on."""
    paths = [late.move.from_path for late in joining]
    here = Image.tenant_id == batch.tenant_id, Image.source_id == batch.source_id, LIVING
    try:
        with session.begin_nested():
            planned = [(late.image_id, late.move) for late in joining]
            renames.reserve(session, batch.tenant_id, batch.source_id, batch.id, planned)
            reason = "It belongs to an image that was renamed."
            gone = update(Image).where(*here, Image.path.in_(paths), Image.state == ImageState.FAILED)
            session.execute(gone.values(state=ImageState.MISSING, reason=reason))
    except IntegrityError:
        return False
    return True
