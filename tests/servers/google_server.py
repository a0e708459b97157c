"""A small server that speaks as Google Cloud Vision does over REST, and answers from the bytes of the picture.

It says of a picture what colour it has. `Served.behaviour` says how it answers, one or more of these after each other,
with spaces between them; it may be changed at any time:

    limited   429 for every picture, with Retry-After: 5         denied    403, as for a key without rights
    unpaid    403, as where no bill is paid                      broken    500 for every picture
    hangs     answers nothing until the server ends              noimage   says that the bytes are no picture
    adult     very likely nothing for everybody                  person    the web knows who it is
    text      the picture is a page with a title                 landmark  the Eiffel Tower
    hostile   paths, markup and orders as words                  empty     nothing was found
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.vision_models import HOSTILE, colour_of

PAGE = ("Annual Report", "Prepared for the board")


@dataclass
class Served:
    """The server while it runs. `pictures` and `headers` are those of the requests so far, `features` the numbers of
    what each asked for."""

    behaviour: str = ""
    port: int = 0
    pictures: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    features: list[list[int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def served(behaviour: str = "") -> Iterator[Served]:
    state = Served(behaviour)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.state, state.port = state, server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024
    state: Served


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        state = self.server.state
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["requests"][0]
        picture = base64.b64decode(asked["image"]["content"])
        state.pictures.append(picture)
        state.headers.append({name.lower(): value for name, value in self.headers.items()})
        state.features.append([one["type"] for one in asked["features"]])
        status, body = _answer(state, picture)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "5")
        self.end_headers()
        with suppress(OSError):  # who asked has given up
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing: what was asked stands in the state."""


def _answer(state: Served, picture: bytes) -> tuple[int, dict[str, Any]]:
    manners = set(state.behaviour.split())
    if "hangs" in manners:
        state.ended.wait()
    for manner in manners & _FAULTS.keys():
        return _FAULTS[manner]
    if "noimage" in manners:
        return 200, {"responses": [{"error": {"code": 3, "message": "Bad image data."}}]}
    found = _found(manners, colour_of([picture]))
    asked = {key for kind in state.features[-1] for key in _KEYS[kind]}
    return 200, {"responses": [{key: value for key, value in found.items() if key in asked}]}


# By the numbers of google.cloud.vision.Feature.Type.
_KEYS = {
    2: ["landmarkAnnotations"],
    3: ["logoAnnotations"],
    4: ["labelAnnotations"],
    5: ["textAnnotations", "fullTextAnnotation"],
    6: ["safeSearchAnnotation"],
    10: ["webDetection"],
    19: ["localizedObjectAnnotations"],
}


def _fault(code: int, status: str, message: str) -> tuple[int, dict[str, Any]]:
    return code, {"error": {"code": code, "message": message, "status": status}}


_FAULTS = {
    "limited": _fault(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'."),
    "denied": _fault(403, "PERMISSION_DENIED", "Requests to this API are blocked."),
    "unpaid": _fault(403, "PERMISSION_DENIED", "This API method requires billing to be enabled."),
    "broken": _fault(500, "INTERNAL", "Internal error encountered."),
}


def _found(manners: set[str], colour: str) -> dict[str, Any]:
    if "empty" in manners:
        return {}
    found = _plain(colour)
    if "adult" in manners:
        found["safeSearchAnnotation"] = {"adult": "VERY_LIKELY", "violence": "UNLIKELY"}
    if "person" in manners:
        found |= _person()
    if "landmark" in manners:
        found["landmarkAnnotations"] = [{"description": "Eiffel Tower", "score": 0.9}]
    if "text" in manners:
        found |= _page()
    if "hostile" in manners:
        found["labelAnnotations"] = [{"description": word, "score": 0.99} for word in HOSTILE]
        found["localizedObjectAnnotations"] = [_thing(word) for word in HOSTILE]
    return found


def _plain(colour: str) -> dict[str, Any]:
    return {
        "labelAnnotations": [
            {"mid": "/m/1", "description": f"{colour.title()} square", "score": 0.97, "topicality": 0.9},
            {"mid": "/m/2", "description": "Rectangle", "score": 0.9, "topicality": 0.8},
            {"mid": "/m/3", "description": "Tile", "score": 0.82, "topicality": 0.5},
        ],
        "localizedObjectAnnotations": [_thing("Square")],
        "webDetection": {
            "webEntities": [{"entityId": "/m/1", "score": 0.8, "description": f"{colour.title()} Square"}],
            "bestGuessLabels": [{"label": f"{colour} square"}],
        },
        "safeSearchAnnotation": {"adult": "VERY_UNLIKELY", "violence": "VERY_UNLIKELY"},
    }


def _person() -> dict[str, Any]:
    return {
        "labelAnnotations": [{"description": "Speech", "score": 0.9}, {"description": "Spokesperson", "score": 0.8}],
        "localizedObjectAnnotations": [_thing("Person")],
        "webDetection": {
            "webEntities": [
                {"entityId": "/m/9", "score": 1.4, "description": "Angela Merkel"},
                {"entityId": "/m/8", "score": 0.7, "description": "Speech"},
            ],
            "bestGuessLabels": [{"label": "angela merkel speech"}],
        },
    }


def _page() -> dict[str, Any]:
    words = [
        _word(text, row, column, ending="LINE_BREAK" if column == len(line.split()) - 1 else "SPACE")
        for row, line in enumerate(PAGE)
        for column, text in enumerate(line.split())
    ]
    page = {"width": 64, "height": 64, "blocks": [{"paragraphs": [{"words": words}]}]}
    return {
        "labelAnnotations": [{"description": "Document", "score": 0.95}, {"description": "Font", "score": 0.9}],
        "localizedObjectAnnotations": [],
        "textAnnotations": [{"description": "\n".join(PAGE)}],
        "fullTextAnnotation": {"pages": [page], "text": "\n".join(PAGE)},
    }


def _word(text: str, row: int, column: int, *, ending: str) -> dict[str, Any]:
    """The title stands in letters twice as tall as the line below it."""
    top, tall = (6, 8) if row == 0 else (30, 4)
    corners = [
        (4 + 14 * column, top),
        (16 + 14 * column, top),
        (16 + 14 * column, top + tall),
        (4 + 14 * column, top + tall),
    ]
    symbols: list[dict[str, Any]] = [{"text": letter, "confidence": 0.99} for letter in text]
    symbols[-1]["property"] = {"detectedBreak": {"type": ending}}
    return {"symbols": symbols, "confidence": 0.99, "boundingBox": {"vertices": [{"x": x, "y": y} for x, y in corners]}}


def _thing(name: str) -> dict[str, Any]:
    corners = [{"x": x, "y": y} for x, y in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))]
    return {"mid": "/m/4", "name": name, "score": 0.9, "boundingPoly": {"normalizedVertices": corners}}
