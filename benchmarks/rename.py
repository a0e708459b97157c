"""Renaming by metadata: files a second against `exiftool '-FileName<…'`, each as a whole process.

Both put the date of DateTimeOriginal before the old name of each JPEG. Ours hashes every file, keeps a journal with
fsync, and can undo; exiftool does none of that.
"""

import argparse
import hashlib
import io
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

TEMPLATE = "{date:%Y-%m-%d}-{original}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kilobytes", type=int, default=200, help="the size of each file")
    parser.add_argument("--rounds", type=int, default=5)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Interleaved rounds in random order, each on a fresh copy; hashes are verified after each."""
    figures: dict[str, list[dict[str, float]]] = {"image-renamer": [], "exiftool": []}
    with tempfile.TemporaryDirectory(prefix="bench-rename-") as folder:
        for number in range(arguments.rounds):
            turns = list(figures)
            random.Random(number).shuffle(turns)
            for peer in turns:
                photos = _photos(Path(folder) / f"{peer}-{number}", arguments.files, arguments.kilobytes)
                figures[peer].append(_measure(peer, photos, Path(folder) / f"data-{number}"))
                shutil.rmtree(photos)
    return _report(figures, arguments)


def _photos(folder: Path, files: int, kilobytes: int) -> Path:
    folder.mkdir()
    noise = np.random.default_rng(1).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    for number in range(files):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:{number % 12 + 1:02}:{number % 28 + 1:02} 10:11:12"
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, "JPEG", exif=exif)
        padding = (kilobytes << 10) - buffer.tell()
        path = folder / f"IMG_{number:05}.JPG"
        path.write_bytes(buffer.getvalue() + number.to_bytes(4) * (padding // 4))
        os.utime(path, (number, number))
    os.sync()
    return folder


def _measure(peer: str, photos: Path, data: Path) -> dict[str, float]:
    before = _contents(photos)
    commands = {
        "exiftool": ["exiftool", "-q", "-q", "-d", "%Y-%m-%d", "-FileName<${DateTimeOriginal}-%f.%e", str(photos)],
        "image-renamer": [
            sys.executable, "-m", "appliance", "--data", str(data), "rename", str(photos), "--apply", "--json",
            "--provider", "none", "--all", "--template", TEMPLATE,
        ],
    }  # fmt: skip
    cpu_before, started = _cpu(), time.perf_counter()
    subprocess.run(commands[peer], stdout=subprocess.DEVNULL, check=True)
    seconds, cpu = time.perf_counter() - started, _cpu() - cpu_before
    if _contents(photos) != before or any(path.name.startswith("IMG_") for path in photos.iterdir()):
        raise SystemExit(f"{peer} did not rename every file, or changed one.")
    return {"seconds": seconds, "cpu": cpu}


def _contents(folder: Path) -> Counter[str]:
    return Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _report(figures: dict[str, list[dict[str, float]]], arguments: argparse.Namespace) -> dict[str, object]:
    files = arguments.files
    rates = {peer: sorted(files / one["seconds"] for one in rounds) for peer, rounds in figures.items()}
    cpu = {peer: statistics.median(one["cpu"] / files * 1000 for one in rounds) for peer, rounds in figures.items()}
    load = os.getloadavg()[0]
    print(f"{files} JPEGs of {arguments.kilobytes} KB, {arguments.rounds} interleaved rounds, load {load:.1f}")
    for peer, rate in rates.items():
        middle = statistics.median(rate)
        print(f"{peer:14} {middle:8.0f} files/s (min {rate[0]:.0f}, max {rate[-1]:.0f}), {cpu[peer]:.2f} ms CPU a file")
    ratio = statistics.median(rates["image-renamer"]) / statistics.median(rates["exiftool"])
    print(f"image-renamer is {ratio:.1f} times as fast as exiftool")
    return {"rates": rates, "cpu_ms": cpu, "ratio": ratio}
