"""The server of the tests sees what it is shown, and behaves as its models are named."""

import base64
import json

import httpx
import pytest

from tests.servers import vision_models, vision_server
from tests.vision.pictures import plain


def ask(server: vision_server.Served, model: str, picture: bytes, **options: object) -> httpx.Response:
    url = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
    parts = [{"type": "text", "text": "Answer in JSON."}, {"type": "image_url", "image_url": {"url": url}}]
    body = {"model": model, "messages": [{"role": "user", "content": parts}], **options}
    return httpx.post(f"{server.url}/chat/completions", json=body)


@pytest.mark.parametrize("colour", vision_models.COLOURS)
def test_it_names_the_colour_of_a_picture(colour: str):
    with vision_server.served() as server:
        answer = ask(server, "eyes", plain(vision_models.COLOURS[colour]))
    said = json.loads(answer.json()["choices"][0]["message"]["content"])
    assert said["candidates"][0] == ["square", colour]


def test_it_keeps_what_it_was_asked():
    with vision_server.served() as server:
        ask(server, "eyes", plain((0, 0, 0)), temperature=0)
        assert server.pictures == [plain((0, 0, 0))]
        assert server.asked[0].body["temperature"] == 0


def test_it_limits_as_often_as_it_is_told():
    with vision_server.served("eyes+limited=2:7") as server:
        answers = [ask(server, "eyes+limited=2:7", plain((0, 0, 0))) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
