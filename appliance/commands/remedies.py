"""Which command mends the names that `lint` finds fault with."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.commands.running import this_program
from appliance.config import Settings
from appliance.display import printable
from appliance.naming.scoring import Rule

_SAME_WORDS = ("--all", "--provider", "none", "--template", "{original}")
_BY_HAND = {Rule.BAD_NAME, Rule.ALONE}  # what the same words in another dress do not mend
_USUAL = {"profile": "web", "language": "en"}


@dataclass(frozen=True, slots=True)
class Remedy:
    says: str
    command: str


def remedies(
    settings: Settings, paths: Iterable[Path], faults: Mapping[Rule, int], choices: Mapping[str, str]
) -> list[Remedy]:
    """`choices` are options that `lint` and `rename` share."""
    found: list[Remedy] = []
    chosen = [text for name, value in choices.items() if value != _USUAL[name] for text in (f"--{name}", value)]

    def mends(says: str, *options: str) -> None:
        words = ("rename", *options, *chosen, *map(str, paths))
        found.append(Remedy(says, f"{this_program(settings)} {printable(shlex.join(words))}"))

    if faults.get(Rule.BAD_NAME):
        mends("Names that say nothing get one from what the picture shows")
    if any(count for rule, count in faults.items() if rule not in _BY_HAND):
        mends("Names that say something keep their words, and get them in the right form", *_SAME_WORDS)
    return found
