"""One question to a server of OpenAI's API, in the dialect that it turns out to speak."""

import base64
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx2
import msgspec
import openai

from appliance.vision import addresses, wire
from appliance.vision.compatible import OPENAI, Options, address
from appliance.vision.compatible.faults import Server, is_about_pictures, message
from appliance.vision.compatible.prices import Price
from appliance.words import Usage

_JSON = {"Content-Type": "application/json"}
MOST_DIALECTS = 8  # that are tried before a refusal is taken for one


@dataclass(frozen=True, slots=True)
class Dialect:
    """The options of the API that a server takes, as far as it is known. Of each kind the first is sent; a server
    refuses what it does not take, and is asked with the next one from then on, and at last without any."""

    form: tuple[Literal["json_schema", "json_object"], ...] = ("json_schema", "json_object")
    limit: tuple[Literal["max_tokens", "max_completion_tokens"], ...] = ("max_tokens", "max_completion_tokens")
    temperature: tuple[float, ...] = (0,)
    effort: tuple[Literal["none", "minimal", "low"], ...] = ("none", "minimal", "low")
    template: tuple[Mapping[str, bool], ...] = ({"enable_thinking": False},)  # for llama.cpp and vLLM

    def options(self, tokens: int, schema: Mapping[str, Any] | None) -> dict[str, Any]:
        """`schema` None asks for text."""
        options: dict[str, Any] = {
            **dict.fromkeys(self.limit[:1], tokens),
            "temperature": _first(self.temperature),
            "reasoning_effort": _first(self.effort),
            "chat_template_kwargs": _first(self.template),
            "response_format": _form(_first(self.form), schema),
        }
        return {name: value for name, value in options.items() if value is not None}

    def without(self, refusal: str) -> "Dialect":
        """What is left after a refusal in the server's words; itself where they are about something else."""
        for name, mentioned in _MENTIONS.items():
            if getattr(self, name) and mentioned.search(refusal):
                return replace(self, **{name: getattr(self, name)[1:]})
        return self

    @property
    def plain(self) -> "Dialect":
        """For a server that refuses without saying what."""
        return Dialect((), self.limit, (), (), ())


_MENTIONS = {
    "limit": re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    "template": re.compile(r"chat_template|enable_thinking", re.IGNORECASE),
    "effort": re.compile(r"reasoning|effort|think", re.IGNORECASE),
    "form": re.compile(r"response_format|json_schema|json_object|schema|grammar|structured|guided", re.IGNORECASE),
}


def _without_lengths(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    return {name: _without_lengths(value) for name, value in schema.items() if name != "maxLength"}


def _first(values: Sequence[Any]) -> Any:
    return values[0] if values else None


def _form(kind: str | None, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if kind is None or schema is None:
        return None
    if kind == "json_object":
        return {"type": kind}
    return {"type": kind, "json_schema": {"name": "picture", "strict": True, "schema": dict(schema)}}


class Spent(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None  # in US dollars, as OpenRouter says it


class Part(msgspec.Struct, frozen=True):
    text: str | None = None


class Message(msgspec.Struct, frozen=True):
    content: str | list[Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content)
        return self.content or ""


class Choice(msgspec.Struct, frozen=True):
    message: Message
    finish_reason: str | None = None


class Body(msgspec.Struct, frozen=True):
    choices: list[Choice] = []
    usage: Spent | None = None
    error: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    cut_off: bool
    usage: Usage


class Line:
    """The connection to one server, with one model. Safe to use from several threads."""

    def __init__(self, options: Options, price: Price | None) -> None:
        self.options, self.price, self.server = options, price, Server(options)
        self._dialect = Dialect()
        self._lengths = addresses.is_own(options.base_url)  # OpenAI takes no schema with lengths in it
        if address(options) == OPENAI:
            self._dialect = Dialect(limit=("max_completion_tokens", "max_tokens"), template=())
        if options.think:
            self._dialect = replace(self._dialect, effort=(), template=())
        self._lock = threading.Lock()
        self.http = wire.client(options.timeout, options.api_key)
        self.api = openai.OpenAI(
            base_url=address(options),
            api_key="sent by the client below, so that no other is",
            max_retries=0,
            timeout=options.timeout,
            http_client=self.http,
        )

    def close(self) -> None:
        self.api.close()

    def ask(
        self, texts: Sequence[str], picture: bytes, *, schema: Mapping[str, Any] | None, tokens: int | None = None
    ) -> Reply:
        """`texts` are the rules, where there are some, and then what is asked with the picture. Raises VisionError."""
        *rules, question = texts
        if schema is not None and not self._lengths:
            schema = _without_lengths(schema)
        messages: list[dict[str, Any]] = [{"role": "system", "content": text} for text in rules]
        messages.append({"role": "user", "content": [{"type": "text", "text": question}, _part(picture)]})
        began = time.monotonic()
        raw = self._sent(messages, schema, tokens or self.options.answer_tokens)
        return self._reply(raw, time.monotonic() - began)

    def _sent(self, messages: list[dict[str, Any]], schema: Mapping[str, Any] | None, tokens: int) -> bytes:
        """The body of the answer. What a server does not take is left out from then on, also by other threads."""
        dialect = self._dialect
        for _ in range(MOST_DIALECTS):
            try:
                body = self._post(messages, dialect.options(tokens, schema))
            except openai.APIStatusError as error:
                narrower = _narrower(dialect, error)
                if narrower == dialect:
                    raise self.server.fault(error) from error
                dialect = narrower
            except (openai.OpenAIError, wire.TooLong, httpx2.HTTPError, httpx2.InvalidURL, RuntimeError) as error:
                raise self.server.fault(error) from error
            else:
                with self._lock:
                    self._dialect = dialect
                return body
        raise self.server.unlike("refuses every way to ask it")

    def _post(self, messages: list[dict[str, Any]], options: dict[str, Any]) -> bytes:
        """Past the part of the client that checks and copies every text of the question: half of what a call costs."""
        body = msgspec.json.encode({"model": self.options.model, "messages": messages, **options})
        answer = self.api.post("/chat/completions", cast_to=httpx2.Response, content=body, options={"headers": _JSON})
        return answer.content

    def _reply(self, raw: bytes, seconds: float) -> Reply:
        try:
            body = msgspec.json.decode(raw, type=Body, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self.server.unlike("does not answer as OpenAI's API does") from error
        usage = self._usage(body.usage or Spent(), seconds)
        if not body.choices:
            raise self.server.unlike("gives no answer" + (", but an error" if body.error else ""))
        choice = body.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            refusal = self.server.refused(choice.message.refusal or "")
            refusal.usage = usage
            raise refusal
        return Reply(choice.message.text, choice.finish_reason == "length", usage)

    def _usage(self, spent: Spent, seconds: float) -> Usage:
        asked, answered = (min(max(n or 0, 0), 1 << 31) for n in (spent.prompt_tokens, spent.completion_tokens))
        cost = self.price.of(asked, answered) if self.price else 0
        if self.price is None and spent.cost is not None and 0 <= spent.cost < 1000:
            cost = round(spent.cost * 1_000_000)
        return Usage(1, asked, answered, cost, round(seconds, 3))


def _narrower(dialect: Dialect, error: openai.APIStatusError) -> Dialect:
    """Some servers answer with a 500 to a schema that they cannot make a grammar of."""
    said = f"{message(error)} {error.param or ''}"
    if error.status_code not in {400, 422, 500, 501} or is_about_pictures(f"{error.code} {said}"):
        return dialect
    narrower = dialect.without(said)
    return dialect.plain if narrower == dialect and error.status_code in {400, 422} else narrower


def _part(picture: bytes) -> dict[str, Any]:
    url = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
