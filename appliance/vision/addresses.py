"""Where a server stands, as far as its address says."""

import ipaddress
from urllib.parse import urlsplit

# What servers of each make listen on, for a hint where nothing answers.
PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8081: "llama.cpp", 8000: "vLLM"}


def is_own(url: str) -> bool:
    """Whether a picture stays with its owner: on this machine, in its network, or under a name that only a private
    network has (of a container, or `.local`)."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))
    return address.is_loopback or address.is_private


def host(url: str) -> str:
    """As a person would name it: without a path, and without a password that may stand in it."""
    return urlsplit(url).netloc.rpartition("@")[2] or url


def make(url: str) -> str:
    """Which make of server most likely listens there, "" where nothing speaks for one."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return ""
    return PORTS.get(port or 0, "")
