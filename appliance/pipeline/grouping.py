"""Which files follow which image: told by their names, and where those leave a doubt by what the files say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from appliance import imaging, naming, renames
from appliance.imaging import Exif, tidying
from appliance.renames import Move
from appliance.sources import joined
from appliance.words import FileWords
from connectors.base import Connector, FileGone

_LARGEST_SIDECAR = 8 << 20  # bytes


def companions(
    connector: Connector, folder: str, names: Sequence[str], stills: Mapping[str, Exif]
) -> dict[str, list[Move]]:
    """The files that follow each of the images, as they are now, by the image's name.

    `names` are all of the folder, `stills` the images, with what is known of them. Opens films and sidecars as far as
    they may decide.
    """
    evidence = {
        name: naming.Evidence(content_id=exif.content_id, taken_at=exif.taken_at) for name, exif in stills.items()
    }
    found = naming.companions(names)
    evidence |= _of_films(connector, folder, _films(names, found, stills))
    evidence |= _of_sidecars(connector, folder, _doubtful_sidecars(names, found))
    return {
        image: [move for name in following if (move := as_it_is(connector, joined(folder, name)))]
        for image, following in naming.companions(names, evidence).items()
        if image in stills
    }


def _films(names: Iterable[str], found: Mapping[str, Sequence[str]], stills: Mapping[str, Exif]) -> list[str]:
    """Those of the same stem; all of the folder where a Live Photo has none of its stem."""
    mine = [name for image in stills for name in found.get(image, ()) if naming.is_film(name)]
    with_film = {image for image in stills if any(map(naming.is_film, found.get(image, ())))}
    if any(exif.content_id and image not in with_film for image, exif in stills.items()):
        return [name for name in names if naming.is_film(name)]
    return mine


def _of_films(connector: Connector, folder: str, films: Iterable[str]) -> dict[str, naming.Evidence]:
    evidence = {}
    for name in films:
        with suppress(FileGone), connector.open(joined(folder, name)) as file:
            film = imaging.film(file)
            evidence[name] = naming.Evidence(content_id=film.content_id, taken_at=film.taken_at)
    return evidence


def _doubtful_sidecars(names: Iterable[str], found: Mapping[str, Sequence[str]]) -> list[str]:
    """XMP sidecars of a stem that several images have: each says for which of them it was written."""
    sidecars = [name for name in names if name.lower().endswith(".xmp")]
    if not sidecars:
        return []
    following = {name for others in found.values() for name in others}
    stems = Counter(_stem(name) for name in names if naming.is_image(name) and name not in following)
    return [name for name in sidecars if stems[_stem(name)] > 1]


def _stem(name: str) -> str:
    return naming.split(name)[0].lower()


def _of_sidecars(connector: Connector, folder: str, sidecars: Iterable[str]) -> dict[str, naming.Evidence]:
    evidence = {}
    for name in sidecars:
        with suppress(FileGone), connector.open(joined(folder, name)) as file:
            evidence[name] = naming.Evidence(extension=naming.sidecars.extension_for(file.read(_LARGEST_SIDECAR)))
    return evidence


def sidecar_words(connector: Connector, companions: Sequence[Move]) -> FileWords:
    """The words in the XMP sidecars of one image; of several, those of the first that has any of a sort."""
    found = []
    for move in companions:
        if move.from_path.lower().endswith(".xmp"):
            from appliance.imaging import xmp  # with its parser, for nothing where there are no sidecars

            with suppress(FileGone), connector.open(move.from_path) as file:
                found.append(xmp.words(file.read(xmp.LARGEST + 1)))
    return tidying.merged(found)


def as_it_is(connector: Connector, path: str) -> Move | None:
    """A file that follows an image, with its digest; None where it is gone already."""
    entry, sha256 = connector.stat(path), renames.digest(connector, path)
    if entry is None or sha256 is None:
        return None
    return Move(0, path, "", entry.size, entry.version, sha256, companion=True)
