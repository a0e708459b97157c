"""Whether a provider can look at pictures: tried on one of our own."""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

from appliance.providers import kinds
from appliance.providers.opening import close
from appliance.secrets import Unreadable
from appliance.vision import Provider, VisionError
from appliance.words import Description, Usage

_SIDE = 256


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried; `problem` says what is wrong and what to do, "" where nothing is."""

    name: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """The steps up to the first that does not work, and what the last one took."""

    steps: list[Step]
    said: Description

    @property
    def works(self) -> bool:
        return not any(step.problem for step in self.steps)

    @property
    def usage(self) -> Usage:
        return self.said.usage


def tested(kind: str, values: Mapping[str, Any]) -> Tested:
    """Asks it what a drawing of ours shows, which is one answer to be paid for. Raises Invalid for wrong options."""
    provider = kinds.connect(kind, values)
    try:
        return _tested(provider)
    finally:
        close(provider)


def _tested(provider: Provider) -> Tested:
    steps: list[Step] = []
    try:
        provider.check()
        steps.append(Step("It can be asked"))
        began = time.monotonic()
        said = provider.describe(drawing(), language="en")
        steps.append(Step(_says(said, time.monotonic() - began)))
        return Tested(steps, said)
    except (VisionError, Unreadable) as error:
        steps.append(Step(("It can be asked", "It describes a picture")[len(steps)], str(error)))
        usage = error.usage if isinstance(error, VisionError) else Usage()
        lost = Description(provider=provider.name, model=provider.model, prompt=provider.prompt, usage=usage)
        return Tested(steps, lost)


def _says(said: Description, seconds: float) -> str:
    words = " ".join(word.text for word in said.candidates[0]) if said.candidates else ""
    what = f"It says “{words}” of a red square" if words else "It answers, and finds no words for a red square"
    return f"{what}, after {seconds:.1f} s"


def drawing() -> bytes:
    """A red square on white, as a JPEG."""
    picture = Image.new("RGB", (_SIDE, _SIDE), "white")
    ImageDraw.Draw(picture).rectangle((24, 24, _SIDE - 24, _SIDE - 24), fill=(220, 30, 30))
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=90)
    return file.getvalue()
