"""A plan: a name for every image of a batch, with no two alike and none that is taken."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from appliance.naming import drafting, grammar, series, templates
from appliance.naming.collisions import Folder
from appliance.naming.composing import Stem
from appliance.naming.drafting import Draft
from appliance.naming.proposals import Proposal, Shot, Verdict
from appliance.naming.rules import Rules
from appliance.words import Role, Word

_MOST_TRIES = 20  # a number that is free may still make a name that is bad
_MOST_NUMBER = 9_999  # beyond it six hex digits of the content tell names apart
_HEX_DIGITS = 6
_LEAST_DIGITS = 2
_MOST_ALTERNATIVES = 5


def plan(shots: Sequence[Shot], taken: Mapping[str, Iterable[str]], rules: Rules) -> list[Proposal]:
    """A proposal for each image, in the order given.

    `taken` has, for each folder, every name there and every name reserved there. A name that an image of this plan
    gives up stays taken. Takes time in proportion to the images and the names. TemplateError for a wrong template.
    """
    if rules.template is not None:
        templates.check(rules.template)
    drafts = [drafting.draft(shot, rules) for shot in shots]
    return _Plan(drafts, taken).proposals()


class _Plan:
    def __init__(self, drafts: Sequence[Draft], taken: Mapping[str, Iterable[str]]) -> None:
        self._drafts = drafts
        self._folders = defaultdict[str, Folder](Folder)
        for folder, names in taken.items():
            self._folders[folder].claim(names)
        for draft in drafts:
            self._folder(draft).claim(draft.own)
        counted = [draft for draft in drafts if draft.stems and draft.stems[0].slot is not None]
        self._alike = Counter((draft.shot.folder, draft.stems[0].around_slot) for draft in counted)
        self._proposals: dict[int, Proposal] = {}

    def proposals(self) -> list[Proposal]:
        sure = [i for i, draft in enumerate(self._drafts) if not draft.settled and draft.is_sure]
        unsure = [i for i, draft in enumerate(self._drafts) if not draft.settled and not draft.is_sure]
        for burst in self._bursts(sure):
            self._name_burst(burst)
        for burst in self._bursts(unsure):
            for i in burst:
                self._name_alone(i)
        return [draft.settled or self._proposals[i] for i, draft in enumerate(self._drafts)]

    def _folder(self, draft: Draft) -> Folder:
        return self._folders[draft.shot.folder]

    def _bursts(self, indexes: Sequence[int]) -> list[list[int]]:
        shots = [self._drafts[i].shot for i in indexes]
        return [[indexes[i] for i in burst] for burst in series.bursts(shots)]

    def _name_burst(self, burst: Sequence[int]) -> None:
        for stem, members in _shared_stems([self._drafts[i] for i in burst]):
            indexes = [burst[i] for i in members]
            if stem is None:
                for i in indexes:
                    self._name_alone(i)
            else:
                self._name_series(stem, indexes)

    def _name_series(self, stem: Stem, indexes: Sequence[int]) -> None:
        """One stem for all, with a number each in capture order; those that have such a name keep it."""
        waiting = [i for i in indexes if not self._keep_present(i, [stem, *self._drafts[i].stems])]
        first = self._folder(self._drafts[indexes[0]]).series(stem.text, len(waiting))
        digits = max(_LEAST_DIGITS, len(str(first + len(waiting) - 1)))
        for number, i in enumerate(waiting, first):
            numbered = stem.numbered(f"{number:0{digits}}")
            if not self._take(i, numbered):
                self._name_alone(i)

    def _name_alone(self, i: int) -> None:
        draft = self._drafts[i]
        if self._keep_present(i, draft.stems):
            return
        if any(self._take(i, stem) for stem in self._ladder(draft)):
            return
        reason = "No good name is free for it in this folder: give it one."
        self._proposals[i] = drafting.review(draft.shot, draft.confidence, reason)

    def _ladder(self, draft: Draft) -> Iterator[Stem]:
        """What the image may be called, in the order of rule 8."""
        best = draft.stems[0]
        if best.slot is not None:
            yield from self._counted(draft, best)
            return
        yield from draft.stems
        folder = self._folder(draft)
        for _ in range(_MOST_TRIES):
            if (number := folder.number(best.text)) > _MOST_NUMBER:
                break
            yield best.numbered(str(number))
        yield best.numbered(draft.shot.sha256[:_HEX_DIGITS].lower())
        for _ in range(_MOST_TRIES):
            yield best.numbered(str(folder.number(best.text)))

    def _counted(self, draft: Draft, stem: Stem) -> Iterator[Stem]:
        """The stem with each next number in the place that the template has for it."""
        alike = self._alike[draft.shot.folder, stem.around_slot]
        digits = max(stem.digits or _LEAST_DIGITS, len(str(alike)))
        folder = self._folder(draft)
        for _ in range(folder.size + 1):
            numbered = stem.numbered(f"{folder.count(stem.around_slot):0{digits}}")
            if not draft.accepts(numbered):
                return  # so is every other number
            yield numbered

    def _take(self, i: int, stem: Stem) -> bool:
        draft = self._drafts[i]
        if not self._folder(draft).is_stem_free(stem.text, draft.own) or not draft.accepts(stem):
            return False
        self._propose(i, stem)
        return True

    def _keep_present(self, i: int, stems: Iterable[Stem]) -> bool:
        """Takes the name that the image has already, but for its extension or its case, if it is one of these."""
        draft = self._drafts[i]
        stem = _present(draft, stems)
        if stem is None or not draft.accepts(stem):
            return False
        if not self._folder(draft).are_free(draft.names(stem), draft.own):
            return False
        self._propose(i, stem)
        return True

    def _propose(self, i: int, stem: Stem) -> None:
        draft = self._drafts[i]
        names = draft.names(stem)
        self._folder(draft).claim(names)
        self._proposals[i] = _proposal(draft, stem, names[0])


def _proposal(draft: Draft, stem: Stem, name: str) -> Proposal:
    shot = draft.shot
    if name == shot.name:
        reason = "It has the name that it would be given."
        return Proposal(Verdict.KEEP, name, stem.words, draft.confidence, reason)
    if not draft.is_sure:
        reason = f"Not sure enough: {draft.confidence:.2f} where {draft.rules.threshold:.2f} is asked."
        return replace(drafting.review(shot, draft.confidence, reason, name, stem), alternatives=_others(draft, stem))
    reason = " ".join(drafting.warnings(shot))
    return Proposal(Verdict.RENAME, name, stem.words, draft.confidence, reason, alternatives=_others(draft, stem))


def _others(draft: Draft, stem: Stem) -> tuple[tuple[Word, ...], ...]:
    """What else it could be called, the best first."""
    others = [other for other in draft.stems if other.slot is None and other.text != stem.text and draft.accepts(other)]
    return tuple(other.words for other in others[:_MOST_ALTERNATIVES])


def _present(draft: Draft, stems: Iterable[Stem]) -> Stem | None:
    """The stem that the image has now, where it is one of these, with a number or not: names do not climb (rule 15)."""
    present = grammar.fold(grammar.split(draft.shot.name)[0])
    for stem in stems:
        if stem.slot is None and present == grammar.fold(stem.text):
            return stem
        before, after = (grammar.fold(text) for text in stem.around_slot)
        middle = present.removeprefix(before).removesuffix(after)
        if f"{before}{middle}{after}" == present and _is_suffix(middle, draft):
            return stem.numbered(middle)
    return None


def _is_suffix(text: str, draft: Draft) -> bool:
    """Whether the text is a number that was added here, and no date or camera's count that stood there before."""
    is_number = text.isdecimal() and text.isascii() and len(text) < grammar.SUFFIX_ROOM
    return is_number or text == draft.shot.sha256[:_HEX_DIGITS].lower()


def _shared_stems(burst: Sequence[Draft]) -> Iterator[tuple[Stem | None, list[int]]]:
    """The burst in parts: the members that share a stem, or None and those that are named alone."""
    if len(burst) == 1 or burst[0].stems[0].slot is not None:
        yield None, list(range(len(burst)))
    elif burst[0].rules.template is not None:
        yield from _alike(burst)
    elif _are_told_apart(burst):
        yield None, list(range(len(burst)))
    else:
        best = max(burst, key=lambda draft: draft.confidence)
        yield best.stems[0], list(range(len(burst)))


def _alike(burst: Sequence[Draft]) -> Iterator[tuple[Stem | None, list[int]]]:
    parts = defaultdict[str, list[int]](list)
    for i, draft in enumerate(burst):
        parts[draft.stems[0].text].append(i)
    for members in parts.values():
        yield (burst[members[0]].stems[0] if len(members) > 1 else None), members


def _are_told_apart(burst: Sequence[Draft]) -> bool:
    """Whether a word of each says of the same subject what the others do not: better than a number (rule 7)."""
    names = {draft.stems[0].text for draft in burst}
    subjects = {tuple(word.text for word in draft.stems[0].words if word.role is Role.SUBJECT) for draft in burst}
    return len(names) == len(burst) and len(subjects) == 1
