"""What an answer costs, by the price list or by what the owner says."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from appliance.vision.compatible import OPENAI, Options, address

_FILE = Path(__file__).parent / "prices.tsv"


@dataclass(frozen=True, slots=True)
class Price:
    """In US dollars for a million tokens, which is millionths of a dollar for each."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> int:
        """In millionths of a US dollar, rounded up, so that nothing that is billed is free."""
        return -int(-(self.input * input_tokens + self.output * output_tokens) // 1)


FREE = Price(0, 0)
_MOST_INPUT = 8_000  # tokens of the rules, the data and a picture
_MOST_INPUT_OF = {"gpt-4o-mini": 40_000}  # which counts a picture thirty times over


def most_input(model: str) -> int:
    """How many tokens one question has at most."""
    return next((tokens for name, tokens in _MOST_INPUT_OF.items() if model.startswith(name)), _MOST_INPUT)


def price(options: Options, *, local: bool) -> Price | None:
    """What the owner says, else the list's; nothing on a server of one's own. None where it is not known."""
    if options.input_price is not None or options.output_price is not None:
        return Price(options.input_price or 0, options.output_price or 0)
    if local:
        return FREE
    return _listed(options.model) if address(options) == OPENAI else None


def _listed(model: str) -> Price | None:
    """A name may end in the day of its version."""
    found = (name for name in _list() if model == name or model.startswith(f"{name}-20"))
    name = max(found, key=len, default=None)
    return _list()[name] if name else None


@cache
def _list() -> dict[str, Price]:
    rows = [line.split("\t") for line in _FILE.read_text().splitlines() if line and not line.startswith("#")]
    return {model: Price(float(asked), float(answered)) for model, asked, answered in rows}
