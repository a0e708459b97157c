"""What the whole appliance costs: at rest, for one photo, and for many that come in four ways at once."""

import argparse
import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from sqlalchemy import func, select

from appliance import models
from appliance.models import ImageState
from scripts import sample_photos
from tests.home import Home, contents
from tests.serving import Process, Served, make_owner, served

SETTLED = {ImageState.RENAMED, ImageState.REVIEW, ImageState.KEPT}
SETTLE_SECONDS = 15.0  # after the start, and after something was named
ONE_BY_ONE = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vision", default="local")
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=60, metavar="SECONDS")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder).resolve())
        home.environment["RENAMER_VISION"] = arguments.vision
        home.pictures.mkdir()
        photos = _photos(home.root / "coming", arguments.photos + ONE_BY_ONE)
        with served(home, "--watch", home.pictures) as server:
            figures = _at_rest(server, arguments.idle)
            figures |= _one_by_one(server, photos[:ONE_BY_ONE])
            figures |= _many(server, photos[ONE_BY_ONE:])
            figures |= {"memory afterwards, MB (RSS, PSS)": _memory(server.tree())}
    print("\n".join(f"{name:58} {figure}" for name, figure in figures.items()))
    return figures


def _at_rest(server: Served, seconds: int) -> dict[str, object]:
    time.sleep(SETTLE_SECONDS)
    figures: dict[str, object] = {
        "memory before the first picture, MB (RSS, PSS)": _memory(server.tree()),
        "at rest, percent of a core": _busy(server, seconds),
    }
    browser = make_owner(server)
    with browser.stream("GET", "/events"):
        figures["at rest with a page open, percent of a core"] = _busy(server, seconds)
    return figures


def _one_by_one(server: Served, photos: Sequence[Path]) -> dict[str, object]:
    """The first photo loads the models."""
    took: list[float] = []
    for photo in photos:
        there = server.home.pictures / photo.name
        shutil.copyfile(photo, there)
        photo.unlink()
        began = time.monotonic()
        _until(lambda: _settled(server) == len(took) + 1)
        took.append(round(time.monotonic() - began, 1))
    return {"from the last byte to the name, s: the first, and the others": (took[0], took[1:])}


def _many(server: Served, photos: Sequence[Path]) -> dict[str, object]:
    before, known = contents(server.home.pictures) + contents(photos[0].parent), _settled(server)
    ways = (_by_cp, _by_rsync, _slowly, _by_mv)
    began, cpu = time.monotonic(), _cpu(server.tree())
    threads = [
        threading.Thread(target=way, args=(photos[i :: len(ways)], server.home.pictures)) for i, way in enumerate(ways)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    copied = time.monotonic() - began
    _until(lambda: _settled(server) == known + len(photos))
    took = time.monotonic() - began
    after = contents(server.home.pictures)
    return {
        "photos": len(photos),
        "copied within, s": round(copied, 1),
        "all decided within, s": round(took, 1),
        "CPU a photo, ms": round(1000 * (_cpu(server.tree()) - cpu) / len(photos)),
        "lost, doubled": ((before - after).total(), (after - before).total()),
        "states": dict(_states(server)),
    }


def _by_cp(photos: Sequence[Path], to: Path) -> None:
    subprocess.run(["cp", *photos, to], check=True)


def _by_rsync(photos: Sequence[Path], to: Path) -> None:
    subprocess.run(["rsync", "-a", *photos, to], check=True)


def _by_mv(photos: Sequence[Path], to: Path) -> None:
    subprocess.run(["mv", *photos, to], check=True)


def _slowly(photos: Sequence[Path], to: Path) -> None:
    """As many as a camera sends at once over a bad network."""
    for at in range(0, len(photos), 25):
        files = [((to / photo.name).open("wb"), photo.read_bytes()) for photo in photos[at : at + 25]]
        for piece in range(4):
            for file, content in files:
                quarter = len(content) // 4 + 1
                file.write(content[piece * quarter : (piece + 1) * quarter])
                file.flush()
            time.sleep(0.5)
        for file, _ in files:
            file.close()


def _photos(folder: Path, count: int) -> list[Path]:
    """Real ones, each cut a little differently."""
    folder.mkdir()
    originals = folder.parent / "originals"
    originals.mkdir()
    sample_photos.unpack(sample_photos.fetch(), originals)
    pictures = [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(originals.iterdir())]
    made = []
    for number in range(count):
        picture = pictures[number % len(pictures)]
        cut = number // len(pictures) % 20
        rest = number // len(pictures) // 20
        path = folder / f"IMG_{number:05}.JPG"
        picture.crop((cut, rest, picture.width, picture.height)).save(path, quality=90)
        made.append(path)
    return made


def _states(server: Served) -> Counter[str]:
    with server.reading() as session:
        rows = session.execute(select(models.Image.state, func.count()).group_by(models.Image.state))
        return Counter({str(state): count for state, count in rows})


def _settled(server: Served) -> int:
    return sum(count for state, count in _states(server).items() if state in SETTLED)


def _until(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.05)


def _busy(server: Served, seconds: int) -> float:
    before, began = _cpu(server.tree()), time.monotonic()
    time.sleep(seconds)
    return round(100 * (_cpu(server.tree()) - before) / (time.monotonic() - began), 2)


def _cpu(processes: Sequence[Process]) -> float:
    """Seconds of CPU that they and their children that have ended have used (proc(5))."""
    ticks = 0
    for one in processes:
        fields = Path(f"/proc/{one.number}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(processes: Sequence[Process]) -> tuple[int, int]:
    """RSS, which counts what they share several times, and PSS, which counts it once."""
    said = [Path(f"/proc/{one.number}/smaps_rollup").read_text() for one in processes]
    rss, pss = (
        sum(int(re.findall(rf"^{what}: +(\d+)", one, re.MULTILINE)[0]) for one in said) for what in ("Rss", "Pss")
    )
    return rss // 1024, pss // 1024
