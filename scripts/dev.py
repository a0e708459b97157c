"""The appliance for those who work on it: built and started again whenever a file of ours changes."""

import subprocess
import sys
import threading
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

COMMAND = (sys.executable, "-m", "appliance", "--data", "./data", "serve", "--watch", "./inbox")
BUILD = (sys.executable, "-m", "scripts.build_assets")
FOLDERS = ("appliance", "connectors")
OURS = {".py", ".html", ".css", ".js", ".svg", ".txt", ".tsv"}
QUIET = 0.5  # seconds without another change
PATIENCE = 15  # seconds for it to stop


class Changes(FileSystemEventHandler):
    def __init__(self) -> None:
        self.seen = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = Path(str(event.src_path))
        changed = event.event_type in {"modified", "created", "moved", "deleted"}
        if changed and path.suffix in OURS and "static" not in path.parts:
            self.seen.set()


def main() -> int:
    changes = Changes()
    observer = Observer()
    for folder in FOLDERS:
        observer.schedule(changes, folder, recursive=True)
    observer.start()
    try:
        while True:
            _run_until(changes.seen)
    except KeyboardInterrupt:
        return 0
    finally:
        observer.stop()


def _run_until(changed: threading.Event) -> None:
    subprocess.run(BUILD, check=False)
    server = subprocess.Popen(COMMAND, start_new_session=True)
    try:
        changed.wait()
        while changed.is_set():
            changed.clear()
            changed.wait(QUIET)
    finally:
        server.terminate()
        server.wait(PATIENCE)


if __name__ == "__main__":
    sys.exit(main())
