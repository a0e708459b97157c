"""What one image could be called, before anyone looks at which names are free."""

from dataclasses import dataclass, replace

from appliance.naming import composing, extensions, grammar, groups, templates
from appliance.naming.badnames import why_bad
from appliance.naming.composing import Stem
from appliance.naming.proposals import Proposal, Shot, Verdict
from appliance.naming.rules import Rules

# What `grammar.most_bytes` leaves for additions; the names of some companions are longer by more.
_ADDED_LATER = 24


@dataclass(frozen=True, slots=True)
class Draft:
    """`stems` are the names that it could have, the best first; `settled` stands where none is looked for."""

    shot: Shot
    rules: Rules
    stems: tuple[Stem, ...]
    confidence: float
    settled: Proposal | None = None

    @property
    def is_sure(self) -> bool:
        return self.confidence >= self.rules.threshold

    @property
    def own(self) -> set[str]:
        return {self.shot.name, *self.shot.companions}

    def names(self, stem: Stem) -> list[str]:
        """What the image and then its companions would be called, for a stem that is accepted."""
        name = grammar.written_name(stem.text, self.shot.extension, self.rules)
        return [name, *(groups.companion_name(other, self.shot.name, name) for other in self.shot.companions)]

    def accepts(self, stem: Stem) -> bool:
        """Whether the stem, with its number if it has one, keeps every rule but that it is free."""
        rules = self.rules
        good = rules.template is not None or why_bad(stem.text) is None
        return good and not grammar.problem(stem.text, rules) and not rules.lists.is_banned(stem.text)


def draft(shot: Shot, rules: Rules) -> Draft:
    if rules.only_bad_names and why_bad(shot.name) is None:
        return Draft(shot, rules, (), shot.description.confidence, _kept(shot, "Its name is good already."))
    described = replace(shot, description=composing.with_subject(shot.description, rules))
    confidence = described.description.confidence
    if obstacle := _clash(shot) or _refusal(shot, rules):
        return Draft(shot, rules, (), confidence, review(shot, confidence, obstacle))
    rules = _with_room_for_companions(shot, rules)
    if rules.template is not None and not templates.needs_description(rules.template):
        confidence = 1.0
    stems = _stems(described, rules)
    if not stems:
        return Draft(shot, rules, (), confidence, review(shot, confidence, _why_nothing(shot, rules)))
    return Draft(described, rules, tuple(stems), confidence)


def review(shot: Shot, confidence: float, reason: str, name: str = "", stem: Stem | None = None) -> Proposal:
    words = stem.words if stem else ()
    return Proposal(Verdict.REVIEW, name, words, confidence, reason, warnings(shot))


def warnings(shot: Shot) -> tuple[str, ...]:
    wrong = extensions.disagreement(grammar.split(shot.name)[1], shot.extension)
    return (wrong,) if wrong else ()


def _kept(shot: Shot, reason: str) -> Proposal:
    return Proposal(Verdict.KEEP, shot.name, (), shot.description.confidence, reason, warnings(shot))


def _stems(shot: Shot, rules: Rules) -> list[Stem]:
    if rules.template is None:
        stems = composing.stems(shot, rules, room=grammar.SUFFIX_ROOM)
    else:
        stems = [
            stem if stem.slot is not None else Stem(composing.without_fault(stem.words, rules))
            for stem in templates.stems(shot, rules, rules.template, room=grammar.SUFFIX_ROOM)
        ]
    # A phrase may be banned of which each word came from elsewhere.
    return [stem for stem in stems if _says_something(stem) and not rules.lists.is_banned(stem.text)]


def _says_something(stem: Stem) -> bool:
    return bool(stem.words) or stem.slot is not None


def _with_room_for_companions(shot: Shot, rules: Rules) -> Rules:
    """The rules with shorter names where a companion's is longer than the image's by much."""
    if not shot.companions:
        return rules
    name = f"a.{extensions.written(shot.extension)}"
    longest = max(len(groups.companion_name(other, shot.name, name).encode()) - 1 for other in shot.companions)
    return replace(rules, name_max=min(rules.name_max, rules.name_max - longest + _ADDED_LATER))


def _clash(shot: Shot) -> str | None:
    """Two companions that differ in nothing but case or Unicode's forms cannot both follow."""
    seen: dict[str, str] = {}
    for other in shot.companions:
        key = grammar.fold(groups.companion_name(other, shot.name, "a.jpg"))
        if key in seen:
            return f"Its companions “{seen[key]}” and “{other}” would get one name: rename one of them first."
        seen[key] = other
    return None


def _refusal(shot: Shot, rules: Rules) -> str | None:
    """A companion whose ending the target does not take cannot follow."""
    for other in shot.companions:
        if refused := grammar.refusal(groups.companion_name(other, shot.name, "a.jpg"), rules):
            return f"Its companion “{other}” cannot follow, because {refused}: rename that file first."
    return None


def _why_nothing(shot: Shot, rules: Rules) -> str:
    profile = rules.profile
    if not shot.description.candidates:
        return "Nothing was recognised in it well enough to name it."
    if profile.allowed and not composing.with_subject(shot.description, rules).candidates:
        return (
            f"What was recognised in it is not among the words that the profile “{profile.name}” allows: "
            "give it a name, or add a word to the profile."
        )
    if profile.banned and _stems(shot, replace(rules, profile=replace(profile, banned=()))):
        return (
            f"Nothing that was recognised in it makes a name without the words that the profile “{profile.name}” bans: "
            "give it a name."
        )
    if profile.ascii:
        return (
            "Nothing that was recognised in it makes a good name in a to z: give a name, or use the profile “unicode”."
        )
    return "Nothing that was recognised in it makes a good name: give it one."
