"""A proxy between a program and a server of HTTP, which can stop, refuse and cut what goes through it."""

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Moment = Literal["before", "after"]


class Cut(Exception):
    """Raised by a hook: the connection ends here, without an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Given by a hook in place of the server's."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Between:
    """`hook` is called before each request is passed on and after it was answered, with its number from 0 on; what it
    answers goes back in place of the server's answer."""

    host: str
    upstream: str
    hook: Callable[[Moment, int, str], Answer | None] = lambda *_: None
    requests: list[str] = field(default_factory=list)
    received: int = 0  # bytes of bodies that came from the program
    sent: int = 0  # bytes of bodies that went to it
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, request: str, size: int) -> int:
        with self.lock:
            self.requests.append(request)
            self.received += size
            return len(self.requests) - 1

    def forget(self) -> None:
        with self.lock:
            self.requests.clear()
            self.received = self.sent = 0


@contextmanager
def between(upstream: str, tls: ssl.SSLContext | None = None) -> Iterator[Between]:
    """Speaks TLS where it has what that takes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    proxy = Between(f"127.0.0.1:{server.server_address[1]}", upstream)
    server.proxy = proxy  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        proxy: Between = self.server.proxy  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = f"{self.command} {self.path}"
        number = proxy.begin(request, len(body))
        try:
            answer = proxy.hook("before", number, request) or self._ask(proxy, body)
            answer = proxy.hook("after", number, request) or answer
        except Cut:
            self.close_connection = True
            return
        self._answer(answer)
        proxy.sent += len(answer.body)

    def _ask(self, proxy: Between, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(proxy.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "connection":
                connection.putheader(name, value)  # the Host, too: it is signed
        connection.endheaders(body or None)
        response = connection.getresponse()
        said = {name: value for name, value in response.getheaders() if name.lower() not in _OF_THE_WAY}
        content = response.read()
        if self.command == "HEAD":
            said["Content-Length"] = response.getheader("Content-Length") or "0"
        connection.close()
        return Answer(response.status, content, said)

    def _answer(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        headers = answer.headers if self.command == "HEAD" else {**answer.headers, "Content-Length": len(answer.body)}
        if answer.status == 204:
            headers.pop("Content-Length", None)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(answer.body if self.command != "HEAD" else b"")

    def log_message(self, *_: Any) -> None: ...


for _method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler._pass_on)

_OF_THE_WAY = {"connection", "keep-alive", "transfer-encoding", "content-length"}
