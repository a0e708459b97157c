"""Servers with vision models on this machine or beside its container: found by asking the ports they are known for.

They are offered, and never used without a yes.
"""

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpx2

from appliance.vision import addresses, wire
from appliance.vision.compatible import sight

QUICK_SECONDS = 0.5  # in which a server of this machine answers, if there is one
LISTING_SECONDS = 2.0  # for what it then says of its models

HERE = "127.0.0.1"
PLACES = (
    *((HERE, port) for port in addresses.PORTS),
    ("ollama", 11434),
    ("lmstudio", 1234),
    ("llama", 8080),
    ("vllm", 8000),
)


@dataclass(frozen=True, slots=True)
class Found:
    """`models` can see; of `unsure` the server does not say whether they can."""

    make: str
    base_url: str
    models: tuple[str, ...]
    unsure: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A sentence for who may want it."""
        seeing = f"with {_listed(self.models)}, which can see" if self.models else f"with {_listed(self.unsure)}"
        return f"{self.make} answers at {self.base_url} {seeing}"

    @property
    def settings(self) -> str:
        """What makes the appliance ask it first."""
        model = (*self.models, *self.unsure)[0]
        return f"RENAMER_VISION=openai,local RENAMER_OPENAI_BASE_URL={self.base_url} RENAMER_OPENAI_MODEL={model}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def found(places: Iterable[tuple[str, int]] | None = None) -> list[Found]:
    """Those that answer, all asked at the same time. Takes half a second where there is none, two where one is slow. No
    picture is sent, and no model is loaded."""
    answers: queue.SimpleQueue[tuple[int, Found | None]] = queue.SimpleQueue()
    asked = list(PLACES if places is None else places)
    for number, (host, port) in enumerate(asked):
        # Not of a pool, since a program's end would wait for a name that nobody answers.
        threading.Thread(target=_tell, args=(answers, number, host, port), daemon=True).start()
    return [one for _, one in sorted(_collected(answers, len(asked)), key=lambda one: one[0])]


def _collected(answers: "queue.SimpleQueue[tuple[int, Found | None]]", count: int) -> list[tuple[int, Found]]:
    end, collected = time.monotonic() + LISTING_SECONDS, []
    for _ in range(count):
        try:
            number, one = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if one is not None:
            collected.append((number, one))
    return collected


def _tell(answers: "queue.SimpleQueue[tuple[int, Found | None]]", number: int, host: str, port: int) -> None:
    try:
        answers.put((number, _asked(host, port)))
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL, wire.TooLong, ValueError):
        answers.put((number, None))


def _asked(host: str, port: int) -> Found | None:
    if not _is_near(host):
        return None
    with socket.create_connection((host, port), timeout=QUICK_SECONDS):
        base_url = f"http://{host}:{port}/v1"
    with wire.client(LISTING_SECONDS) as http:
        listed = sight.models(http, base_url)
    models = tuple(one.name for one in listed if one.sees)
    unsure = tuple(one.name for one in listed if one.sees is None)
    return Found(addresses.PORTS[port], base_url, models, unsure) if models or unsure else None


def _is_near(host: str) -> bool:
    """A name may mean anybody; a container of this network has a private address."""
    return all(ipaddress.ip_address(one[4][0]).is_private for one in socket.getaddrinfo(host, None, socket.AF_INET))
