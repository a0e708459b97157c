"""How many answers of a slow provider one worker waits for at once, in per cent of what would be ideal.

The provider is the tests' own server, in a process of its own, which takes a second for each answer. Each round is a
whole process, `rename` without --apply, over new photos of a third of a megapixel, or smaller ones (`--width`), with a
durable database. Two figures come out of it: while answers are asked for, the time between the first and the last
answer against the ideal; and the photos a minute over the whole process, which reads, decodes and names them too.

`--peer ai-renamer=FOLDER` runs ai-renamer in turns with it, on photos of the same kind and against the same server.
FOLDER is a checkout of https://github.com/ozgrozer/ai-renamer in which `npm install` was run: no registry has it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from sqlalchemy import select

from appliance import app, providers
from appliance.config import Settings
from appliance.models import OWN_TENANT, SeenDescription
from appliance.secrets import vault_of

LATENCY = 1.0  # seconds
MODEL = f"eyes+slow={LATENCY:g}"
AT_ONCE = (64, 256)
PEER, PHOTOS_OF_PEER = "ai-renamer", 20
WAVES = 8  # of as many photos as are asked about at once


class Round(NamedTuple):
    """`share` of the ideal while answers come, photos a minute in all, CPU of a photo, and the process's memory."""

    share: float
    a_minute: float
    cpu_ms: float
    memory: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--waves", type=int, default=WAVES)
    parser.add_argument("--width", type=int, default=640, help="of each photo, in pixels; three quarters of it high")
    parser.add_argument("--peer", metavar="ai-renamer=FOLDER", default="", help="whom to compare with")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    name, _, folder = arguments.peer.partition("=")
    if arguments.peer and (name != PEER or not folder):
        raise SystemExit(f"The only peer is {PEER}: --peer {PEER}=FOLDER.")
    rounds: dict[int, list[Round]] = {at_once: [] for at_once in AT_ONCE}
    theirs: list[float] = []
    with _server() as url:
        for _ in range(arguments.rounds):
            for at_once in AT_ONCE:
                theirs += [_peer(url, Path(folder).resolve(), arguments.width)] if folder else []
                rounds[at_once].append(_round(url, at_once, at_once * arguments.waves, arguments.width))
    return _told(rounds, statistics.median(theirs) if theirs else None)


def _told(rounds: dict[int, list[Round]], theirs: float | None) -> dict[str, object]:
    figures: dict[str, object] = {}
    if theirs is not None:
        figures[PEER] = {"a_minute": round(theirs, 2)}
        print(f"{PEER}: {theirs:,.0f} photos a minute")
    for at_once, several in rounds.items():
        best = {name: statistics.median(getattr(one, name) for one in several) for name in Round._fields}
        figures[f"{at_once} at once"] = {name: round(value, 2) for name, value in best.items()}
        times = f", {best['a_minute'] / theirs:.1f} times {PEER}" if theirs else ""
        print(
            f"{at_once:4} at once: {best['share']:.0%} of the ideal, {best['a_minute']:,.0f} photos a minute{times}, "
            f"{best['cpu_ms']:.0f} ms of CPU a photo, {best['memory']:.0f} MB"
        )
    return figures


def _peer(url: str, program: Path, width: int) -> float:
    """How many photos a minute it renames, over the whole process. It asks about one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        _write_photos(pictures, PHOTOS_OF_PEER, width)
        options = ("--provider", "lm-studio", "--base-url", url.removesuffix("/v1"), "--model", MODEL)
        command = ["node", str(program / "src" / "index.js"), str(pictures), *options]
        began = time.monotonic()
        said = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"HOME": folder}, check=True
        ).stdout
        took = time.monotonic() - began
    assert said.count("Renamed:") == PHOTOS_OF_PEER, said
    return PHOTOS_OF_PEER / took * 60


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.servers.vision_server", "--kind", "llama", MODEL]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def _round(url: str, at_once: int, photos: int, width: int) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write_photos(root / "pictures", photos, width)
        settings = Settings.from_env({"RENAMER_VISION": "none"}, root / "data")
        _add_provider(settings, url, at_once)
        command = [sys.executable, "-m", "appliance", "--data", str(settings.data), "rename", "--all", "--json"]
        began = time.monotonic()
        process = subprocess.Popen([*command, str(root / "pictures")], stdout=subprocess.PIPE, env=_environment())
        assert process.stdout is not None
        said = [json.loads(line) for line in process.stdout.read().splitlines()]
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        assert status == 0, status
        assert len(said) == photos, len(said)
        seconds = _seconds_of_answers(settings, photos)
    ideal = (photos / at_once - 1) * LATENCY  # from the first answer of the first wave to the last of the last
    cpu = (usage.ru_utime + usage.ru_stime) / photos * 1000
    return Round(ideal / seconds, photos / took * 60, cpu, usage.ru_maxrss / 1024)


def _environment() -> dict[str, str]:
    return os.environ | {"RENAMER_VISION": "none"}


def _write_photos(folder: Path, photos: int, width: int) -> None:
    folder.mkdir()
    random = np.random.default_rng(7)
    for number in range(photos):
        coarse = random.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        path = folder / f"IMG_{number:05}.JPG"
        size = (width, width * 3 // 4)
        Image.fromarray(coarse).resize(size, Image.Resampling.NEAREST).save(path, quality=85)
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))  # nobody is writing it any more


def _add_provider(settings: Settings, url: str, at_once: int) -> None:
    database = app.open_database(settings)
    asked = providers.asked("openai", "slow", {"base_url": url, "model": MODEL, "at_once": at_once})
    with database.session(OWN_TENANT) as session:
        providers.add(session, OWN_TENANT, vault_of(settings), asked, actor="benchmark")
    database.close()


def _seconds_of_answers(settings: Settings, photos: int) -> float:
    """Between the first and the last that were stored."""
    database = app.open_database(settings)
    with database.reading(OWN_TENANT) as session:
        stored = list(session.scalars(select(SeenDescription.created_at).order_by(SeenDescription.created_at)))
    database.close()
    assert len(stored) == photos, len(stored)
    return (stored[-1] - stored[0]).total_seconds()
