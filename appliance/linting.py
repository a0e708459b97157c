"""Looks at the names of a library, and changes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from appliance import naming
from appliance.naming.scoring import Fault, Rule
from appliance.scanning import HEAD, kind
from appliance.sources import folder_of, name_of
from connectors.base import Connector, ConnectorError, Entry, FileGone


@dataclass(frozen=True, slots=True)
class Judged:
    """One file. `score` is from 0 to 100, and None for what is no image of its own."""

    path: str
    score: int | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be looked at, and why."""

    path: str
    says: str


@dataclass
class Tally:
    """The mean score of some images."""

    path: str
    images: int = 0
    points: int = 0

    @property
    def mean(self) -> float:
        return self.points / self.images if self.images else naming.scoring.BEST

    @property
    def score(self) -> int:
        """Rounded down, so that a hundred is a library without a fault."""
        return int(self.mean)

    def add(self, score: int) -> None:
        self.images += 1
        self.points += score


@dataclass
class Library:
    """What was found in all: `counts` is how many names have each fault."""

    whole: Tally = field(default_factory=lambda: Tally(""))
    perfect: int = 0
    counts: Counter[Rule] = field(default_factory=Counter)
    folders: dict[str, Tally] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return self.whole.score

    @property
    def images(self) -> int:
        return self.whole.images

    def add(self, judged: Judged, root: str = "") -> None:
        self.counts.update({fault.rule for fault in judged.faults})
        if judged.score is None:
            return
        self.perfect += not judged.faults
        self.whole.add(judged.score)
        folder = "/".join(part for part in (root, folder_of(judged.path)) if part)
        self.folders.setdefault(folder, Tally(folder)).add(judged.score)

    def share(self, rule: Rule) -> int:
        """Of a hundred images, how many have that fault; at least one where any has."""
        return min(100, max(1, 100 * self.counts[rule] // max(1, self.images)))

    def worst_folders(self, most: int) -> list[Tally]:
        return sorted(self.folders.values(), key=lambda tally: (tally.score, tally.path))[:most]


def lint(connector: Connector, entries: Sequence[Entry], rules: naming.Rules) -> Iterator[Judged | Problem]:
    """Judges each image among the entries of a scan, and sidecars without one, folder by folder."""
    usable = sorted((entry for entry in entries if not entry.problem), key=_place)
    for folder, group in groupby(usable, key=_folder):
        inside = list(group)
        try:
            names = list(connector.names(folder))
        except (ConnectorError, OSError) as error:
            yield Problem(folder, str(error))
            continue
        yield from _in_folder(connector, inside, names, rules)
    yield from (Problem(entry.path, entry.problem) for entry in entries if entry.problem)


def _place(entry: Entry) -> tuple[str, str]:
    return folder_of(entry.path), entry.path


def _folder(entry: Entry) -> str:
    return folder_of(entry.path)


def _in_folder(
    connector: Connector, entries: Sequence[Entry], names: Sequence[str], rules: naming.Rules
) -> Iterator[Judged | Problem]:
    following = {name for others in naming.companions(names).values() for name in others}
    alike = naming.scoring.alike(names)
    alone = set(naming.scoring.alone(names))
    for entry in entries:
        name = name_of(entry.path)
        if name in alone:
            yield Judged(entry.path, None, (naming.scoring.ALONE,))
        elif naming.is_image(name) and name not in following:
            yield _judged(connector, entry, alike.get(name), rules)


def _judged(connector: Connector, entry: Entry, other: str | None, rules: naming.Rules) -> Judged | Problem:
    try:
        actual = _actual(connector, entry)
    except FileGone:
        return Problem(entry.path, "It went away meanwhile.")
    except (ConnectorError, OSError) as error:
        return Problem(entry.path, str(error))
    faults = naming.scoring.faults(name_of(entry.path), rules, actual=actual)
    if other is not None:
        faults.append(naming.scoring.taken(other))
    return Judged(entry.path, naming.scoring.score(faults), tuple(faults))


def _actual(connector: Connector, entry: Entry) -> str:
    """The extension that the first bytes ask for; "" for those of no image."""
    with connector.open(entry.path) as file:
        found = kind(file.read(HEAD))
    return found.extension if found else ""
