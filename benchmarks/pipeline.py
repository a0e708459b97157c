"""The whole local pipeline on photos of 12 megapixels: decode, look, name, rename; photos a second on two cores.

Each round is one whole process, `rename --apply`, on fresh copies in a folder that is thrown away; the durable journal
is what is measured. Photos without any text, photos with a sign in them, which is read where nothing else names the
photo, and photographed pages, which are all read, are measured apart. The peer does less: two processes that share the
photos, each one plain loop of Pillow's thumbnail() and the same classifier; it reads no text, finds no things, keeps no
journal and renames nothing. The seconds that a process takes until it can begin are counted for both.
"""

import argparse
import hashlib
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from appliance.vision import classifier
from appliance.vision.classifier import Classifier
from benchmarks import labelled

SIZE = (4000, 3000)
SETS = ("without text", "with a sign", "pages")
SIGN = ("Museum of Fishing", "open all year", "ring the bell")
PEER = "a plain loop"


class Round(NamedTuple):
    """`memory` is the resident set of the largest process at its largest, in MB."""

    rate: float
    cpu_ms: float
    memory: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--photos", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loop", type=Path, nargs="+", metavar="PHOTO", help=argparse.SUPPRESS)  # the peer's process


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Interleaved rounds in random order; hashes are verified after each of ours."""
    if arguments.loop:
        return _plain_loop(arguments.loop)
    names = [*SETS, PEER]
    rounds: dict[str, list[Round]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="bench-pipeline-") as folder:
        kept = {name: Path(folder) / name.replace(" ", "-") for name in SETS}
        for name, place in kept.items():
            _apart(_photos, place, arguments.photos, name)
        for number in range(arguments.rounds):
            for name in random.Random(number).sample(names, len(names)):
                rounds[name].append(_looped(kept[SETS[0]]) if name == PEER else _renamed(kept[name], Path(folder)))
    return _report(rounds, arguments)


# The photos.


def _apart(function: Callable[..., object], *arguments: object) -> None:
    """In a process of its own: what is started later counts the memory that this process had as its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(function, *arguments).result()


def _photos(folder: Path, count: int, kind: str) -> Path:
    """Real photos enlarged, with the noise of a sensor, so that they are as large as a camera's; each another."""
    folder.mkdir()
    pictures = [_page(number) for number in range(12)] if kind == SETS[2] else _enlargements(kind)
    for number in range(count):
        buffer = io.BytesIO(pictures[number % len(pictures)])
        (folder / f"IMG_{number:04}.JPG").write_bytes(buffer.getvalue() + number.to_bytes(4))
    os.sync()
    return folder


def _enlargements(kind: str) -> list[bytes]:
    return [_enlarged(photo.path, kind) for photo in _natural()]


def _natural() -> list[labelled.Photo]:
    """Photos in packages, of scenes and animals."""
    wanted = {"landscape", "animal", "cat", "dog", "food", "person", "people", "plant", "flower", "building"}
    photos = [one for one in labelled.development() if (one.main | one.also) & wanted]
    return photos[:: max(1, len(photos) // 12)][:12]


def _enlarged(path: Path, kind: str) -> bytes:
    with Image.open(path) as opened:
        photo = _noisy(opened.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC))
    if kind == SETS[1]:
        _put_up_sign(photo)
    return _jpeg(photo)


def _page(number: int) -> bytes:
    """A title and rows of text below it."""
    page = Image.new("RGB", SIZE, (240, 238, 230))
    draw = ImageDraw.Draw(page)
    draw.text((300, 200), f"{SIGN[0]} {number}", "black", ImageFont.load_default(240))
    for row in range(14):
        draw.text((300, 650 + 150 * row), f"{', '.join(SIGN[1:])}, row {row}", "black", ImageFont.load_default(90))
    return _jpeg(_noisy(page))


def _noisy(photo: Image.Image) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, 4, (SIZE[1], SIZE[0], 1)).astype(np.float32)
    return Image.fromarray(np.clip(np.asarray(photo, np.float32) + noise, 0, 255).astype(np.uint8))


def _jpeg(photo: Image.Image) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _put_up_sign(photo: Image.Image) -> None:
    draw = ImageDraw.Draw(photo)
    draw.rectangle((1200, 300, 2800, 1100), fill="white", outline="black", width=12)
    for row, line in enumerate(SIGN):
        font = ImageFont.load_default(190 if row == 0 else 120)
        draw.text((2000, 450 + 230 * row), line, fill="black", font=font, anchor="ma")


# One round.


def _renamed(photos: Path, folder: Path) -> Round:
    copies = folder / "renamed"
    shutil.copytree(photos, copies)
    os.sync()
    before = _contents(copies)
    command = [sys.executable, "-m", "appliance", "--data", str(folder / "data"), "rename", str(copies), "--apply"]
    measured = _measured([[*command, "--all", "--json"]], sum(before.values()))
    if _contents(copies) != before or all(path.name.startswith("IMG_") for path in copies.iterdir()):
        raise SystemExit("No photo was renamed, or one was changed.")
    for used in (copies, folder / "data"):
        shutil.rmtree(used)
    return measured


def _looped(photos: Path) -> Round:
    paths = sorted(photos.iterdir())
    command = [sys.executable, "-m", "benchmarks", "pipeline", "--loop"]
    return _measured([[*command, *map(str, paths[part::2])] for part in range(2)], len(paths))


def _measured(commands: Sequence[Sequence[str]], photos: int) -> Round:
    started = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    ended = [os.wait4(process.pid, 0) for process in running]
    seconds = time.perf_counter() - started
    for process, (_, status, _) in zip(running, ended, strict=True):
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{process.args!r} failed.")
    used = [usage for _, _, usage in ended]
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in used)
    return Round(photos / seconds, cpu / photos * 1000, max(usage.ru_maxrss for usage in used) / 1024)


def _plain_loop(paths: Sequence[Path]) -> dict[str, object]:
    eyes = Classifier()
    for path in paths:
        with Image.open(path) as photo:
            photo.thumbnail((1024, 1024))
            print(path, int(eyes.classify(classifier.views(photo.convert("RGB"))).probabilities.argmax()))
    return {}


def _contents(folder: Path) -> Counter[str]:
    return Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir())


def _report(rounds: dict[str, list[Round]], arguments: argparse.Namespace) -> dict[str, object]:
    print(f"{arguments.photos} photos of 12 MP, {arguments.rounds} interleaved rounds, load {os.getloadavg()[0]:.1f}")
    figures: dict[str, object] = {}
    for name, measured in rounds.items():
        rates = sorted(one.rate for one in measured)
        middle, cpu = statistics.median(rates), statistics.median(one.cpu_ms for one in measured)
        memory = max(one.memory for one in measured)
        figures[name] = {"rate": round(middle, 1), "cpu_ms": round(cpu), "memory_mb": round(memory)}
        spread = f"min {rates[0]:.1f}, max {rates[-1]:.1f}"
        print(f"{name:14} {middle:5.1f} photos/s ({spread}), {cpu:.0f} ms CPU a photo, {memory:.0f} MB at most")
    ratio = statistics.median(one.rate for one in rounds[SETS[0]]) / statistics.median(one.rate for one in rounds[PEER])
    print(f"without text it is {ratio:.1f} times as fast as {PEER} that does less")
    return figures | {"ratio": round(ratio, 2)}
