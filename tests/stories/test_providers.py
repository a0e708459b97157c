"""Somebody connects two models in the dashboard; one of them dies, and the photos get their names all the same."""

import re
from contextlib import ExitStack

import httpx

from appliance.models import Event, Image, ImageState
from tests.home import Home
from tests.servers.vision_server import Served as Model
from tests.servers.vision_server import served as model
from tests.serving import Served, make_owner, served
from tests.watching import eventually


def test_photos_get_their_names_although_the_first_of_two_models_dies(home: Home):
    with ExitStack() as dying, model("eyes", kind="llama") as second, served(home, "--watch", home.pictures) as server:
        first = dying.enter_context(model("eyes", kind="llama"))
        browser = make_owner(server)
        _add(browser, "First", first)
        _add(browser, "Second", second)
        _only(browser, "First", "Second")
        home.photo("IMG_0001.JPG", seed=1)
        _named(server, 1)
        assert [len(one.answered) for one in (first, second)] == [2, 1]  # the test's of each, and the photo's

        dying.close()
        home.photo("IMG_0002.JPG", seed=2)
        _named(server, 2)

        assert len(second.answered) == 2
    assert all(not path.name.startswith("IMG_") for path in home.pictures.iterdir())


def test_a_model_that_is_gone_for_good_is_told_of_and_asked_no_more(home: Home):
    with model("eyes", kind="llama") as only, served(home, "--watch", home.pictures) as server:
        browser = make_owner(server)
        _add(browser, "Only", only)
        _only(browser, "Only")
        only.models = ()
        home.photo("IMG_0001.JPG", seed=1)
        _come_to(server, ImageState.REVIEW, 1)

        assert "Stopped" in browser.get("/vision").text
        assert "“Only” looks at no photos" in browser.get("/attention").text
        with server.reading() as session:
            assert session.query(Event).filter(Event.type == "provider.stopped").count() == 1

        only.models = ("eyes",)
        _try(browser, browser.get("/vision"), "Only")
        _named(server, 1)
    assert [path.name for path in home.pictures.iterdir() if path.name.startswith("IMG_")] == []


def _add(browser: httpx.Client, name: str, server: Model) -> None:
    """By the form, as it stands, without a script; then its test."""
    new = browser.get("/vision/new", params={"kind": "openai"})
    form = {"csrf": _csrf(new), "name": name, "base_url": server.url, "model": "eyes", "enabled": "yes"}
    added = browser.post("/vision/new", params={"kind": "openai"}, data=form)
    assert added.status_code == 303, added.text
    _try(browser, browser.get("/vision"), name)


def _try(browser: httpx.Client, page: httpx.Response, name: str) -> None:
    number = next(number for number, known in _providers(page) if known == name)
    tested = browser.post(f"/vision/{number}/test", data={"csrf": _csrf(page)})
    assert "of a red square" in tested.text, tested.text


def _providers(page: httpx.Response) -> list[tuple[str, str]]:
    return re.findall(r'href="/vision/(\d+)">([^<]+)</a>', page.text)


def _only(browser: httpx.Client, *names: str) -> None:
    """Removes whoever else is in the chain."""
    page = browser.get("/vision")
    for number, name in _providers(page):
        if name not in names:
            gone = browser.post(f"/vision/{number}/remove", data={"csrf": _csrf(page)})
            assert gone.status_code == 303


def _csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def _named(server: Served, count: int) -> None:
    _come_to(server, ImageState.RENAMED, count)


def _come_to(server: Served, state: ImageState, count: int) -> None:
    def all_have() -> bool:
        with server.reading() as session:
            return session.query(Image).filter(Image.state == state).count() == count

    eventually(all_have, 90, server.log)
