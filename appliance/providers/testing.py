"""Whether a provider can look at pictures: tried on one of our own."""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from appliance.models import OwnProvider
from appliance.providers import kinds
from appliance.providers.opening import close
from appliance.providers.waking import wake
from appliance.vision import Provider, VisionError, asking, budgets
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


def tested(kind: str, values: Mapping[str, Any], *, offline: str) -> Tested:
    """Asks it what a drawing of ours shows, which is one answer to be paid for. `offline` says why nothing may leave
    this machine, "" where it may; who is elsewhere is not connected with then. Raises Invalid for wrong options."""
    if offline and kinds.leaves(kind, values):
        return Tested([Step("It can be asked", f"Nothing was sent to it, since {offline}")], Description())
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
    except VisionError as error:
        steps.append(Step(("It can be asked", "It describes a picture")[len(steps)], str(error)))
        name, model, prompt = asking.key_of(provider)
        lost = Description(provider=name, model=model, prompt=prompt, usage=error.usage)
        return Tested(steps, lost)


def _says(said: Description, seconds: float) -> str:
    words = " ".join(word.text for word in said.candidates[0]) if said.candidates else ""
    what = f"It says “{words}” of a red square" if words else "It answers, and finds no words for a red square"
    return f"{what}, after {seconds:.1f} s"


def drawing() -> bytes:
    """A red square on white, as a JPEG."""
    from PIL import Image, ImageDraw  # which most commands do not need

    picture = Image.new("RGB", (_SIDE, _SIDE), "white")
    ImageDraw.Draw(picture).rectangle((24, 24, _SIDE - 24, _SIDE - 24), fill=(220, 30, 30))
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=90)
    return file.getvalue()


def note_test(session: Session, row: OwnProvider, tried: Tested, moment: datetime) -> None:
    """Charges what a test took. Where it works, what was wrong is over, and what waits goes on."""
    day = budgets.periods(moment)[0]
    budgets.release(session, row.tenant_id, day, 0, tried.usage.cost)
    if tried.usage.calls or tried.usage.cost:
        budgets.note(session, row.tenant_id, [(day, tried.said)])
    if tried.works:
        asking.works(session, row.id)
        wake(session, row.tenant_id)
