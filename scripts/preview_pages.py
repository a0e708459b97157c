"""Writes every page with sample data into a folder, or shows them: `python -m scripts.preview_pages OUT [--serve]`."""

import argparse
import io
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

from appliance.api.authentication import HEADERS
from appliance.web import bundled, rendering
from scripts import sample_photos, samples

THUMBNAIL = (640, 640)
CSP = "Content-Security-Policy"


class Pages(SimpleHTTPRequestHandler):
    """The folder, with the headers that the program sends."""

    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, "": "text/html"}  # noqa: RUF012

    def end_headers(self) -> None:
        self.send_header(CSP, HEADERS[CSP])
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the contract has it)
        pass


def write_pages(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (view, frame) in samples.PAGES.items():
        (folder / f"{name}.html").write_text(rendering.page(view, frame))
    shutil.copytree(bundled.FOLDER, folder / "static", dirs_exist_ok=True)


def write_thumbnails(folder: Path) -> None:
    """Of real photos, numbered as the sample views number them."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(sample_photos.fetch()) as package:
        held = {Path(name).stem: name for name in package.namelist() if name.startswith("skimage/data/")}
        for number, (photo, *_) in enumerate(samples.PHOTOS, 1):
            picture = Image.open(io.BytesIO(package.read(held[photo]))).convert("RGB")
            picture.thumbnail(THUMBNAIL)
            picture.save(folder / str(number), format="JPEG", quality=85)


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[str]:
    """The address where the pages are shown."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--serve", action="store_true", help="show them on a port of this machine")
    wanted = asked.parse_args()
    write_pages(wanted.folder)
    write_thumbnails(wanted.folder / "thumbnails")
    if wanted.serve:
        with served(wanted.folder) as address:
            print("\n".join(f"{address}/{name}.html" for name in samples.PAGES))
            threading.Event().wait()


if __name__ == "__main__":
    main()
