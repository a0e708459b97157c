"""What providers answer and take, counted for those who run it: by kinds and versions, of which there are few."""

import re

from appliance import telemetry
from appliance.telemetry import Tally
from appliance.vision.provider import Provider, VisionError
from appliance.words import Description

KINDS = frozenset({"canned", "google", "local", "openai"})
NOBODY = "none"  # what was named without anybody looking at it
_OPTIONS = re.compile(r"-[0-9a-f]{8}$")  # in which an owner's options are summed up


def labels(provider: str, prompt: str) -> tuple[str, str]:
    """The kind of a provider and the version of its prompt, without what owners have chosen or taught."""
    if provider not in KINDS:
        return NOBODY, ""
    main, seconded, _ = prompt.partition("+")
    return provider, _OPTIONS.sub("", main) + ("+local" if seconded else "")


def answered(tally: Tally, said: Description) -> None:
    provider, prompt = labels(said.provider, said.prompt)
    tally.count(telemetry.ANSWERS, provider, prompt, "answered")
    tally.took(telemetry.ANSWER_SECONDS, said.usage.seconds, provider, prompt)


def failed(tally: Tally, provider: Provider, error: VisionError) -> None:
    outcome = "refused" if error.refused else "stopped" if error.permanent else "failed"
    tally.count(telemetry.ANSWERS, *labels(provider.name, provider.prompt), outcome)


def charged(tally: Tally, said: Description) -> None:
    """What an answer took, also one that was of no use."""
    named, usage = labels(said.provider, said.prompt), said.usage
    tally.count(telemetry.CALLS, *named, by=max(usage.calls, 1))
    tally.count(telemetry.TOKENS, *named, "input", by=usage.input_tokens)
    tally.count(telemetry.TOKENS, *named, "output", by=usage.output_tokens)
    tally.count(telemetry.COST, *named, by=usage.cost / 1_000_000)
