"""A drop in a process of its own, which may be killed: its folder, its keys and a file for its port are told."""

import sys
import threading
from pathlib import Path

from tests.servers import drops


def main() -> None:
    folder, keys, told = map(Path, sys.argv[1:])
    with drops.running(folder, drops.Drop(folder, 0, keys=keys)) as drop:
        told.write_text(f"{drop.port}\n")
        threading.Event().wait()


if __name__ == "__main__":
    main()
