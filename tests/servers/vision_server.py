"""A small server that speaks as OpenAI's API does, and answers from the bytes of the picture.

It says of a picture what colour it has: a picture that is plainly red is "a red square". `served` runs it in threads of
the test's process; `python -m tests.servers.vision_server --port P` in one of its own.

A model's name is `eyes` and how it behaves, each after a `+`, for instance `eyes+thinks+slow=0.5`:

    slow=S          takes S seconds for each answer             hangs         answers nothing until the server ends
    limited=N:R     N answers of 429 with Retry-After: R first  quota         429 insufficient_quota
    broken=N        N answers of 500 first; without N, always   drops         closes the connection without an answer
    schemaless      refuses response_format json_schema         formless      refuses every response_format
    newer           refuses max_tokens and temperature          thinks        reasons in <think> before it answers
    fenced          puts its JSON into a fence of Markdown      chatty        writes sentences around its JSON
    blind           has no eyes and says so with a 500          pretends      has no eyes and does not say so
    refuses         refuses the picture                         filtered      finish_reason content_filter
    truncated       stops in the middle of its JSON             garbage       no JSON; `parrot=TEXT` says TEXT
    empty           an answer without text                      huge          ten megabytes of it
    lies            says "purple elephant" whatever it sees     unsure        says that it guesses
    people          says who somebody is                        hostile       paths, markup and orders as words
    drips           sends a byte of it every tenth second       packed        ten megabytes, gzipped to nothing
    moves=PORT      sends whoever asks to another port          gathers=N     answers when N are waiting together
    greedy          takes a million tokens for an answer        secretive     says nothing of its tokens

`Served.parrot` is what every answer says, whatever the model, while it is not None.
"""

import argparse
import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.servers import vision_models
from tests.servers.vision_models import Asked

Kind = Literal["openai", "llama", "ollama", "lmstudio", "vllm"]


@dataclass
class Served:
    """The server while it runs. `asked` are the requests so far, `most_at_once` how many were waiting together."""

    models: Sequence[str] = ("eyes",)
    kind: Kind = "openai"
    key: str | None = None  # which every request must have
    parrot: str | None = None
    listed: Sequence[str] | None = None  # where it does not list all of its models
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    waiting: int = 0
    most_at_once: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    tries: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> Sequence[str]:
        return self.models if self.listed is None else self.listed

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def elsewhere(self) -> str:
        """Of no machine in particular, so pictures leave this one for it; it leads here all the same."""
        return f"http://0.0.0.0:{self.port}/v1"

    @property
    def url(self) -> str:
        """The base URL, as OpenAI's clients take it."""
        return f"{self.address}/v1"

    @property
    def answered(self) -> list[Asked]:
        """The requests for an answer, without those for the lists of models."""
        return [one for one in self.asked if one.path.endswith("/chat/completions")]

    @property
    def pictures(self) -> list[bytes]:
        return [picture for one in self.answered for picture in one.pictures]

    def heard(self, asked: Asked) -> None:
        with self.lock:
            self.asked.append(asked)

    def tried(self, model: str) -> int:
        """How many times the model was asked before."""
        with self.lock:
            self.tries[model] += 1
            return self.tries[model] - 1

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.waiting += 1
            self.most_at_once = max(self.most_at_once, self.waiting)
        try:
            yield
        finally:
            with self.lock:
                self.waiting -= 1


@contextmanager
def served(
    *models: str, kind: Kind = "openai", key: str | None = None, port: int = 0, quiet: bool = False
) -> Iterator[Served]:
    """Runs a server with these models; each model of any other name is not found. `quiet` forgets what it was asked."""
    state = Served(models or ("eyes",), kind, key)
    server = _Server(("127.0.0.1", port), _Handler)
    server.state, server.quiet = state, quiet
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection for longer than the test takes
    request_queue_size = 1024
    state: Served
    quiet: bool


@dataclass(frozen=True)
class _Reply:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._hear({})
        if reply := self._unauthorised():
            return self._send(reply)
        return self._send(_facts(self.server.state, self.path, ""))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        asked = self._hear(body)
        if reply := self._unauthorised():
            return self._send(reply)
        if not self.path.endswith("/chat/completions"):
            return self._send(_facts(self.server.state, self.path, str(body.get("model", ""))))
        with self.server.state.counted():
            reply = _answer(self.server.state, asked)
        if reply is None:
            return self._drop()
        return self._drip(reply) if "drips" in vision_models.manners(asked.model) else self._send(reply)

    def _hear(self, body: dict[str, Any]) -> Asked:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, body, time.monotonic())
        if not self.server.quiet:
            self.server.state.heard(asked)
        return asked

    def _unauthorised(self) -> _Reply | None:
        key = self.server.state.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return None
        return _problem(401, "Incorrect API key provided.", "invalid_api_key")

    def _drop(self) -> None:
        self.close_connection = True

    def _drip(self, reply: _Reply) -> None:
        content = json.dumps(reply.body).encode()
        self._begin(reply, len(content))
        with suppress(OSError):
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.server.state.ended.wait(0.1):
                    return
        self.close_connection = True

    def _send(self, reply: _Reply) -> None:
        content = json.dumps(reply.body).encode()
        if reply.headers.get("Content-Encoding") == "gzip":
            content = gzip.compress(content)
        self._begin(reply, len(content))
        try:
            self.wfile.write(content)
        except OSError:  # who asked has read enough
            self.close_connection = True

    def _begin(self, reply: _Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: what was asked stands in `asked`."""


def _problem(status: int, message: str, code: str = "", **headers: str) -> _Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code or None}
    return _Reply(status, {"error": error}, {name.replace("_", "-"): value for name, value in headers.items()})


# What the servers of each kind say of their models.


def _facts(state: Served, path: str, model: str) -> _Reply:
    fact = _FACTS[state.kind].get(path)
    return _Reply(200, fact(state, model)) if fact else _problem(404, f"Unknown path {path}.")


def _models(state: Served, _: str = "") -> dict[str, Any]:
    owner = "vllm" if state.kind == "vllm" else "us"
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in state.shown]}


def _llama_models(state: Served, _: str) -> dict[str, Any]:
    listed = _models(state)
    listed["data"] = [one | {"owned_by": "llamacpp"} for one in listed["data"]]
    listed["models"] = [
        {"name": name, "model": name, "capabilities": ["multimodal" if one == "vision" else one for one in able]}
        for name, able in ((name, _abilities(name)) for name in state.shown)
    ]
    return listed


def _studio_models(state: Served, _: str) -> dict[str, Any]:
    return {"data": [{"id": name, "type": "vlm" if "vision" in _abilities(name) else "llm"} for name in state.shown]}


def _abilities(model: str) -> list[str]:
    return ["completion"] if {"blind", "pretends"} & vision_models.manners(model).keys() else ["completion", "vision"]


_FACTS: dict[Kind, dict[str, Callable[[Served, str], dict[str, Any]]]] = {
    "openai": {"/v1/models": _models},
    "vllm": {"/v1/models": _models, "/version": lambda *_: {"version": "0.11.0"}},
    "llama": {"/v1/models": _llama_models, "/health": lambda *_: {"status": "ok"}},
    "ollama": {
        "/v1/models": _models,
        "/api/version": lambda *_: {"version": "0.13.0"},
        "/api/tags": lambda state, _: {"models": [{"name": name, "model": name} for name in state.shown]},
        "/api/show": lambda _, model: {"capabilities": _abilities(model)},
    },
    "lmstudio": {"/v1/models": _models, "/api/v0/models": _studio_models},
}


# What a model says.


def _answer(state: Served, asked: Asked) -> _Reply | None:
    """None to drop the connection."""
    if asked.model not in state.models:
        return _problem(404, f"The model '{asked.model}' does not exist.", "model_not_found")
    manners = vision_models.manners(asked.model)
    state.ended.wait(float(manners["slow"]) if "slow" in manners else None if "hangs" in manners else 0)
    while state.most_at_once < int(manners.get("gathers", 0)) and not state.ended.wait(0.02):
        pass
    if "drops" in manners:
        return None
    if "moves" in manners:
        return _Reply(307, {}, {"Location": f"http://127.0.0.1:{manners['moves']}{asked.path}"})
    if "packed" in manners:
        return _Reply(200, {"choices": [], "padding": "x" * (10 << 20)}, {"Content-Encoding": "gzip"})
    return _fault(state, asked, manners) or _refusal_of_options(asked, manners) or _said(state, asked, manners)


def _fault(state: Served, asked: Asked, manners: dict[str, str]) -> _Reply | None:
    if "quota" in manners:
        return _problem(429, "You exceeded your current quota.", "insufficient_quota", Retry_After="1")
    before = state.tried(asked.model) if {"limited", "broken"} & manners.keys() else 0
    limited, _, seconds = manners.get("limited", "0").partition(":")
    if before < int(limited):
        return _problem(429, "Rate limit reached.", "rate_limit_exceeded", Retry_After=seconds or "1")
    if "broken" in manners and before < int(manners["broken"] or 1_000_000):
        return _problem(500, "The server had an error.")
    return None


def _refusal_of_options(asked: Asked, manners: dict[str, str]) -> _Reply | None:
    form = asked.body.get("response_format", {}).get("type")
    if form and ("formless" in manners or ("schemaless" in manners and form == "json_schema")):
        return _problem(400, f"'response_format' of type '{form}' is not supported.", "unsupported_value")
    for name in ("max_tokens", "temperature"):
        if "newer" in manners and name in asked.body:
            return _problem(400, f"Unsupported parameter: '{name}' is not supported.", "unsupported_parameter")
    if "blind" in manners and asked.pictures:
        return _problem(500, "image input is not supported - hint: you may need to provide the mmproj")
    return None


def _said(state: Served, asked: Asked, manners: dict[str, str]) -> _Reply:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": vision_models.text(asked, manners) if state.parrot is None else state.parrot,
    }
    finish = "content_filter" if "filtered" in manners else "length" if "truncated" in manners else "stop"
    if "refuses" in manners:
        message = {"role": "assistant", "content": None, "refusal": "I can't help with that picture."}
    if "thinks" in manners:
        message["content"] = f'<think>The picture… {{"subject": "trap"}}</think>\n{message["content"]}'
        message["reasoning_content"] = "The picture…"
    tokens = 1_000_000 if "greedy" in manners else 100
    usage = {"prompt_tokens": tokens * 4, "completion_tokens": tokens, "total_tokens": tokens * 5}
    return _Reply(
        200,
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": asked.model,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        | ({} if "secretive" in manners else {"usage": usage}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--kind", default="openai")
    parser.add_argument("models", nargs="*")
    given = parser.parse_args()
    with served(*given.models, kind=given.kind, port=given.port, quiet=True) as server:
        print(server.url, flush=True)
        server.ended.wait()


if __name__ == "__main__":
    main()
