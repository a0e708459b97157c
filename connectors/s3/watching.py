"""Listening to the changes of a bucket, where the server has MinIO's way of telling them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import urllib3
from urllib3.response import BaseHTTPResponse

from connectors.base import ConnectorError, Watch
from connectors.s3 import events
from connectors.s3.client import Action, Client
from connectors.s3.keys import Keys

_EVENTS = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
_LONGEST_PAUSE_SECONDS = 30.0
_NOT_LISTENED_TO = "Its server is not asked to tell of changes (notifications=off)."
_NOT_YET = "Its server has not begun to tell of changes."

Changed = Callable[[str | None], None]


@contextmanager
def watching(client: Client, keys: Keys, notifications: str, changed: Changed) -> Iterator[Watch]:
    """As Watches.watching. Calls of the server to its secret address reach the watcher by another way."""
    if notifications == "off":
        yield Watch(_NOT_LISTENED_TO)
    elif notifications == "webhook":
        yield Watch()
    else:
        listener = _Listener(client, keys, changed)
        try:
            listener.start()
            yield listener.watch
        finally:
            listener.stop()


class _Listener:
    """One request whose answer never ends, asked anew when it does."""

    def __init__(self, client: Client, keys: Keys, changed: Changed) -> None:
        self._client, self._keys, self._changed = client, keys, changed
        self._stopping = threading.Event()
        self._answer: BaseHTTPResponse | None = None
        self.watch = Watch(_NOT_YET)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        answer = self._answer
        if answer is not None:
            with suppress(OSError, urllib3.exceptions.HTTPError):
                answer.shutdown()
        self._thread.join(2)

    def _run(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            try:
                self._listen()
                pause = 1.0
                self.watch.blind = "Its server ended the telling of changes; it is asked again."
            except (ConnectorError, urllib3.exceptions.HTTPError, OSError) as error:
                self.watch.blind = f"Its server does not tell of changes: {error}"
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _listen(self) -> None:
        self._answer = answer = self._client.listen(self._keys.root, _EVENTS, Action.LISTEN)
        try:
            self.watch.blind = ""
            self._changed(None)  # what came while nobody listened
            for line in iter(answer.readline, b""):
                if self._stopping.is_set():
                    return
                self._tell(line)
        finally:
            self._answer = None
            answer.close()
            answer.release_conn()

    def _tell(self, line: bytes) -> None:
        if not line.strip():
            return  # it only says that it is still there
        try:
            said = json.loads(line)
            told = events.records(line) if said.get("Records") else []
            for folder in events.folders(told, self._client.access.bucket, self._keys):
                self._changed(folder)
        except (ValueError, ConnectorError):
            self._changed(None)
