"""A vision model behind OpenAI's API, as a provider of words."""

import threading
from copy import copy
from dataclasses import dataclass, replace
from hashlib import sha256

import httpx2

from appliance.vision import addresses, answers, pictures, prompts, sifting, wire
from appliance.vision.compatible import NAME, Options, address, prices, sight
from appliance.vision.compatible.calls import Line, Reply
from appliance.vision.provider import NO_CONTEXT, NO_USAGE, Context, Evidence, VisionError
from appliance.vision.sifting import Sifted
from appliance.words import Description

CHECK_TOKENS = 16  # of an answer that only shows that there is one


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said last, so that whoever asks why pays no second time."""

    key: tuple[str, str, Context]
    sifted: Sifted


class Compatible:
    """Safe to use from several threads, each of which may wait for an answer of its own."""

    name = NAME
    languages = None

    def __init__(self, options: Options) -> None:
        self.options = options
        self.price = prices.price(options, local=addresses.is_own(options.base_url))
        self._prompt = prompts.PROMPTS.get(options.prompt)
        self._line = Line(options, self.price)
        self._looking = threading.Lock()
        self._looks = 0
        self._fault: VisionError | None = None
        self._sees = False
        self._shown = False  # plain pictures, to find out
        self._owed = NO_USAGE  # for them, which the next answer is charged with
        self._told: _Told | None = None

    @property
    def model(self) -> str:
        return self.options.model

    @property
    def prompt(self) -> str:
        """Another one whenever the same picture may be answered otherwise."""
        options = self.options
        asked = (self._prompt.version, options.picture_side, options.think, sifting.RULES)
        return f"{self._prompt.name}-{sha256(repr(asked).encode()).hexdigest()[:8]}"

    @property
    def most_cost(self) -> int:
        return self.price.of(prices.most_input(self.model), self.options.answer_tokens) if self.price else 0

    def check(self) -> None:
        """Whether the server answers, takes the key, has the model, and the model sees. Asks the server each time."""
        self._sees, self._shown = False, False
        self._see()
        if self.options.api_key and not self._shown:  # a list of models is mostly for everybody
            self._line.ask([sight.QUESTION], pictures.plain(sight.COLOURS["red"]), schema=None, tokens=CHECK_TOKENS)

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:
        return self._ask(preview, language, context).description

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        """Without a second question where the picture was described last."""
        told, key = self._told, _key(preview, language, NO_CONTEXT)
        sifted = told.sifted if told and told.key == key else self._ask(preview, language, NO_CONTEXT)
        return list(sifted.weighed)

    def close(self) -> None:
        self._line.close()

    def _ask(self, preview: bytes, language: str, context: Context) -> Sifted:
        self._see()
        texts = (self._prompt.system, prompts.data(context, language))
        reply = self._line.ask(texts, pictures.alone(preview, self.options.picture_side), schema=self._prompt.schema)
        sifted = self._sifted(reply, context)
        self._told = _Told(_key(preview, language, context), sifted)
        return sifted

    def _sifted(self, reply: Reply, context: Context) -> Sifted:
        try:
            answer = answers.parse(reply.text, cut_off=reply.cut_off)
        except answers.Unlike as error:
            fault = (
                self._cut_off() if reply.cut_off else self._line.server.unlike("does not answer in the form asked for")
            )
            fault.usage = reply.usage
            raise fault from error
        sifted = sifting.sift(answer, context)
        owed, self._owed = self._owed, NO_USAGE
        usage = reply.usage.plus(owed)
        said = replace(sifted.description, provider=self.name, model=self.model, prompt=self.prompt, usage=usage)
        return replace(sifted, description=said)

    def _cut_off(self) -> VisionError:
        """To be asked once more would cost the same and end the same."""
        tokens = self.options.answer_tokens
        said = f"{self.model} at {self._line.server.host} said nothing in {tokens} tokens: raise answer_tokens."
        return VisionError(said, refused=True)

    def _see(self) -> None:
        """Before the first picture: a model that cannot see would be paid for inventing. One thread asks, and those
        that waited for it are told the same. Raises VisionError."""
        looks = self._looks
        if self._sees:
            return
        with self._looking:
            if self._looks != looks and self._fault is not None:
                raise copy(self._fault)
            if not self._sees:
                self._look()

    def _look(self) -> None:
        try:
            self._fault = None
            self._ask_for_sight()
            self._sees = True
        except VisionError as fault:
            self._fault = fault
            raise
        finally:
            self._looks += 1  # at the end: who came meanwhile has waited for this one

    def _ask_for_sight(self) -> None:
        """A name that the server does not list may be one of its all the same."""
        there = self._models()
        self._line.server = replace(self._line.server, there=tuple(one.name for one in there if one.sees is not False))
        known = next((one for one in there if sight.is_called(one, self.model)), None)
        sees = known.sees if known else None
        if sees is None:
            sees = not any(self._misses(colour) for colour in sight.COLOURS)
        if not sees:
            raise self._line.server.blind()

    def _models(self) -> list[sight.Model]:
        try:
            return sight.models(self._line.http, address(self.options), only=self.model)
        except (httpx2.HTTPError, httpx2.InvalidURL, wire.TooLong, RuntimeError) as error:
            raise self._line.server.fault(error) from error

    def _misses(self, colour: str) -> bool:
        picture = pictures.plain(sight.COLOURS[colour])
        reply = self._line.ask([sight.QUESTION], picture, schema=None, tokens=sight.PROBE_TOKENS)
        self._shown, self._owed = True, self._owed.plus(reply.usage)
        return sight.is_blind(reply.text, colour)


def _key(preview: bytes, language: str, context: Context) -> tuple[str, str, Context]:
    return (sha256(preview).hexdigest(), language, context)
