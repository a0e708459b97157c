"""Programs that know photos by their path: traces of them in a tree, and what a rename means to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Program(StrEnum):
    """Each value is what its owner calls it."""

    APPLE_PHOTOS = "Apple Photos"
    CAPTURE_ONE = "Capture One"
    DARKTABLE = "darktable"
    DIGIKAM = "digiKam"
    IMMICH = "Immich"
    LIGHTROOM = "Lightroom Classic"
    PHOTOPRISM = "PhotoPrism"
    PICASA = "Picasa"
    SYNOLOGY = "Synology Photos"


@dataclass(frozen=True, slots=True)
class Trace:
    """`found` is the path, relative to the source, by which a program was recognised."""

    program: Program
    found: str

    @property
    def loses(self) -> str:
        """What the program may lose when its photos get other names, as a sentence."""
        return _MEANING[self.program][0]

    @property
    def remedy(self) -> str:
        """What to do before or after, as a sentence."""
        return _MEANING[self.program][1]


_MEANING = {
    Program.APPLE_PHOTOS: (
        "Its library knows every file by name and is damaged when one changes.",
        "Names inside the library are left alone here; rename copies that you export.",
    ),
    Program.CAPTURE_ONE: (
        "Its catalog and sessions find edits by file name; renamed photos show as missing, without their edits.",
        "Rename in Capture One, or export the edits as EIP first.",
    ),
    Program.DARKTABLE: (
        "Its library finds photos by path; renamed ones show as skulls, and edits that are in no sidecar are lost to "
        "them.",
        "Before: let darktable write sidecar files for every photo; they are renamed along. After: remove the film "
        "roll and add it again, and the edits come back from the sidecars.",
    ),
    Program.DIGIKAM: (
        "It knows photos by path and finds renamed ones again by their content when it next looks for new items.",
        "Before: write its metadata to the files (Item > Write Metadata to File), and close it. After: Tools > "
        "Maintenance > Scan for new items.",
    ),
    Program.IMMICH: (
        "In a library that Immich manages, a renamed file is missing for good. In an external library it counts as "
        "deleted and new: it leaves its albums and loses faces and favourites.",
        "Leave Immich's own upload folders alone, and name those by its storage template. In external libraries, "
        "rename before you make albums.",
    ),
    Program.LIGHTROOM: (
        "Its catalog finds photos by path; renamed ones show as missing, and leave their collections, virtual copies "
        "and history.",
        "Rename in Lightroom, or before you import. If you rename here: save the metadata to files first (Ctrl+S), "
        "and then find the missing photos again (Library > Find Missing Photos).",
    ),
    Program.PHOTOPRISM: (
        "It knows renamed files again by their content; until it has looked, they are missing from albums.",
        "Let it look afterwards: Library > Index with “Complete Rescan”, and after it `photoprism cleanup`.",
    ),
    Program.PICASA: (
        "Its faces, edits and albums are kept by file name in `.picasa.ini`, and no longer fit.",
        "Write them into the photos first (Tools > Experimental > Write Faces to XMP).",
    ),
    Program.SYNOLOGY: (
        "It keeps thumbnails by file name in `@eaDir` and looks at renamed photos afresh; albums keep only what it "
        "still finds.",
        "Rename before you make albums, and let it index again afterwards (Control Panel > Indexing Service).",
    ),
}

_BY_NAME = [
    (Program.LIGHTROOM, re.compile(r".*\.(lrcat|lrcat-data|lrdata|lrlibrary)")),
    (Program.APPLE_PHOTOS, re.compile(r".*\.(photoslibrary|aplibrary|migratedphotolibrary)")),
    (Program.CAPTURE_ONE, re.compile(r".*\.(cocatalog|cocatalogdb|cosessiondb)|captureone")),
    (Program.DIGIKAM, re.compile(r"digikam4\.db|thumbnails-digikam\.db|similarity\.db|\.dtrash")),
    (Program.IMMICH, re.compile(r"\.immich")),
    (Program.PHOTOPRISM, re.compile(r"\.?photoprism|\.ppstorage|\.ppignore|photoprism\.ya?ml")),
    (Program.PICASA, re.compile(r"\.?picasa\.ini|\.picasaoriginals")),
    (Program.SYNOLOGY, re.compile(r"@eadir")),
]

_BY_SIDECAR = [
    (Program.DARKTABLE, re.compile(rb"\bdarktable:")),
    (Program.DIGIKAM, re.compile(rb"\bdigiKam:")),
    (Program.LIGHTROOM, re.compile(rb"\bcrs:\w|\blr:\w")),
]

MOST_SIDECARS = 20  # are read; programs that write any write many


def traces(paths: Iterable[str], sidecars: Mapping[str, bytes]) -> list[Trace]:
    """One trace for each program, by the paths of everything in a tree and the contents of some XMP sidecars."""
    found: dict[Program, str] = {}
    for path in paths:
        name = path.rpartition("/")[2].lower()
        for program, form in _BY_NAME:
            if form.fullmatch(name):
                found.setdefault(program, path)
    for path, contents in sidecars.items():
        for program, mark in _BY_SIDECAR:
            if mark.search(contents):
                found.setdefault(program, path)
    return [Trace(program, found[program]) for program in sorted(found)]
