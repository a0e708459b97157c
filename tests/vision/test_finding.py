"""Servers with vision models are found where they run, and nothing else is taken for one."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from appliance.commands import serve
from appliance.vision import addresses, finding
from tests.home import Home
from tests.servers import vision_server


def found(monkeypatch: pytest.MonkeyPatch, *ports: int) -> list[finding.Found]:
    for port in ports:
        monkeypatch.setitem(addresses.PORTS, port, "Ollama")
    return finding.found([(finding.HERE, port) for port in ports])


@pytest.mark.parametrize("kind", ["llama", "ollama", "lmstudio"])
def test_a_server_is_found_with_its_models_that_can_see(monkeypatch: pytest.MonkeyPatch, kind: vision_server.Kind):
    with vision_server.served("eyes", "eyes+blind", kind=kind) as server:
        (one,) = found(monkeypatch, server.port)

    assert (one.base_url, one.models, one.unsure) == (server.url, ("eyes",), ())
    assert str(one) == f"Ollama answers at {server.url} with eyes, which can see"
    assert f"RENAMER_OPENAI_BASE_URL={server.url} RENAMER_OPENAI_MODEL=eyes" in one.settings


def test_a_server_that_does_not_say_which_models_can_see_is_found_too(monkeypatch: pytest.MonkeyPatch):
    with vision_server.served("one", "other", kind="vllm") as server:
        (one,) = found(monkeypatch, server.port)

    assert (one.models, one.unsure) == ((), ("one", "other"))


def test_a_server_without_a_model_that_can_see_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    with vision_server.served("eyes+blind", kind="ollama") as server:
        assert found(monkeypatch, server.port) == []


def test_no_picture_is_sent_and_nothing_is_asked_of_a_model(monkeypatch: pytest.MonkeyPatch):
    with vision_server.served("one", kind="vllm") as server:
        found(monkeypatch, server.port)

    assert server.answered == []


def test_two_servers_are_found_in_the_order_of_their_places(monkeypatch: pytest.MonkeyPatch):
    with vision_server.served("a", kind="vllm") as first, vision_server.served("b", kind="vllm") as second:
        places = found(monkeypatch, first.port, second.port)

    assert [one.unsure for one in places] == [("a",), ("b",)]


class Another(BaseHTTPRequestHandler):
    """As the appliance itself answers a path that it does not have, and a server of something else any path."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/v1/models" else 200)
        self.end_headers()
        self.wfile.write(b'{"status": 404, "title": "Not Found"}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_server_of_something_else_is_taken_for_none(monkeypatch: pytest.MonkeyPatch):
    server = HTTPServer(("127.0.0.1", 0), Another)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        assert found(monkeypatch, server.server_address[1]) == []
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_check_says_what_was_found_and_how_to_use_it(monkeypatch: pytest.MonkeyPatch, home: Home):
    with vision_server.served("eyes", kind="ollama") as server:
        monkeypatch.setitem(addresses.PORTS, server.port, "Ollama")
        monkeypatch.setattr(finding, "PLACES", [(finding.HERE, server.port)])
        said = home.run("check")

    assert f"ok       vision servers: Ollama answers at {server.url} with eyes, which can see" in said.output
    assert f"RENAMER_VISION=openai,local RENAMER_OPENAI_BASE_URL={server.url}" in said.output
    assert server.answered == []


def test_the_first_start_offers_what_was_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with vision_server.served("eyes", kind="ollama") as server:
        monkeypatch.setitem(addresses.PORTS, server.port, "Ollama")
        monkeypatch.setattr(finding, "PLACES", [(finding.HERE, server.port)])
        serve.offer_servers()

    assert "Ollama answers at" in capsys.readouterr().out


def test_where_nothing_listens_nothing_is_found(monkeypatch: pytest.MonkeyPatch):
    assert found(monkeypatch, 1) == []


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://localhost:1234", True),
        ("http://ollama:11434/v1", True),
        ("http://192.168.1.5:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://nas.local/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://openrouter.ai/api/v1", False),
        ("http://8.8.8.8/v1", False),
    ],
)
def test_an_address_says_whether_pictures_stay_with_their_owner(url: str, own: bool):
    assert addresses.is_own(url) == own
