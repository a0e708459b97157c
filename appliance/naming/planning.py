"""A plan: a name for every image of a batch, with no two alike and none that is taken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.naming import composing, extensions, grammar, groups, series, templates
from appliance.naming.badnames import why_bad
from appliance.naming.collisions import Folder
from appliance.naming.composing import Stem
from appliance.naming.profiles import Rules
from appliance.naming.proposals import Proposal, Shot, Verdict
from appliance.words import Role

_MOST_TRIES = 20  # a number that is free may still make a name that is bad
_MOST_NUMBER = 9_999  # beyond it six hex digits of the content tell names apart
_HEX_DIGITS = 6
_LEAST_DIGITS = 2


def plan(shots: Sequence[Shot], taken: Mapping[str, Iterable[str]], rules: Rules) -> list[Proposal]:
    """A proposal for each image, in the order given.

    `taken` has, for each folder, every name there and every name reserved there. A name that an image of this plan
    gives up stays taken. Takes time in proportion to the images and the names. TemplateError for a wrong template.
    """
    return _Plan(shots, taken, rules).proposals()


@dataclass(frozen=True, slots=True)
class _Draft:
    shot: Shot
    rules: Rules
    stems: tuple[Stem, ...]
    confidence: float
    kept: Proposal | None = None  # where no name is looked for

    @property
    def is_sure(self) -> bool:
        return self.confidence >= self.rules.threshold

    @property
    def own(self) -> set[str]:
        return {self.shot.name, *self.shot.companions}

    def file_name(self, stem: Stem) -> str:
        return f"{stem.text}.{grammar.extension(self.shot.extension)}"

    def names(self, stem: Stem) -> list[str]:
        """What the image and its companions would be called."""
        name = self.file_name(stem)
        return [name, *(groups.companion_name(other, self.shot.name, name) for other in self.shot.companions)]


class _Plan:
    def __init__(self, shots: Sequence[Shot], taken: Mapping[str, Iterable[str]], rules: Rules) -> None:
        self._rules = rules
        self._drafts = [_draft(shot, rules) for shot in shots]
        self._folders = {folder: Folder(names) for folder, names in taken.items()}
        for draft in self._drafts:
            folder = self._folders.setdefault(draft.shot.folder, Folder(()))
            for name in draft.own:
                folder.claim(name)
        self._counted = Counter(
            (draft.shot.folder, draft.stems[0].around_slot) for draft in self._drafts if draft.stems
        )
        self._proposals: dict[int, Proposal] = {}

    def proposals(self) -> list[Proposal]:
        for i, draft in enumerate(self._drafts):
            if draft.kept:
                self._proposals[i] = draft.kept
        for sure in (True, False):
            wanting = [i for i, draft in enumerate(self._drafts) if not draft.kept and draft.is_sure is sure]
            self._name(wanting, together=sure)
        return [self._proposals[i] for i in range(len(self._drafts))]

    def _name(self, wanting: list[int], *, together: bool) -> None:
        shots = [self._drafts[i].shot for i in wanting]
        for burst in series.bursts(shots):
            members = [wanting[i] for i in burst]
            for run in self._runs(members) if together else [[i] for i in members]:
                self._name_run(run)

    def _runs(self, burst: list[int]) -> list[list[int]]:
        ...
