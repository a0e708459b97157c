"""A server over a folder of pictures: Alice owns it, Bob reviews, Vera looks on, and Charlie is elsewhere."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from appliance import app, auth, batches, kinds, pipeline, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, BatchKind, Image, ImageState, Role, Source, Tenant
from appliance.pipeline.worker import Worker
from appliance.secrets import vault_of
from tests import databases
from tests.home import Home

HERE = "http://127.0.0.1:8080"
ELSEWHERE = 77
MEMBERS = {
    "Alice": (OWN_TENANT, Role.OWNER),
    "Bob": (OWN_TENANT, Role.REVIEWER),
    "Vera": (OWN_TENANT, Role.VIEWER),
    "Charlie": (ELSEWHERE, Role.OWNER),
}
NOBODY = "Nobody"


@dataclass
class Place:
    """The application in this process, and a worker that a test lets work whenever it likes."""

    home: Home
    settings: Settings
    database: Database
    application: Litestar
    worker: Worker
    bearers: dict[str, dict[str, str]] = field(default_factory=lambda: {NOBODY: {}})

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; a path that does not begin with a slash is of the API."""
        path = path if path.startswith("/") else f"/api/v1/{path}"
        headers = self.bearers[who] | more.pop("headers", {})
        return TestClient(self.application, base_url=HERE).request(method, path, headers=headers, **more)

    def get(self, path: str, who: str = "Alice", **query: Any) -> Any:
        """What a successful GET answers."""
        answer = self.ask(who, "GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, who: str = "Alice") -> Any:
        """What a successful POST answers."""
        answer = self.ask(who, "POST", path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def refused(self, answer: httpx.Response, status: int) -> str:
        """Of an answer that must be a problem with this status: its sentence."""
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["instance"] == answer.request.url.path
        return str(problem["detail"])

    def endpoints(self) -> set[tuple[str, str]]:
        """Method and pattern of each endpoint, with which also a WebSocket is opened by a GET."""
        return {
            (method, route.path)
            for route in self.application.routes
            for method in getattr(route, "methods", {"GET"})
            if route.path.startswith(("/api/v1", "/health", "/metrics")) and method != "OPTIONS"
        }

    def pattern(self, method: str, path: str) -> str:
        """Of the endpoint that answers at an address: the one with the most fixed parts."""
        parts = path.partition("?")[0].replace("{photo}", "1").split("/")
        fitting = [
            known
            for asked, known in self.endpoints()
            if asked == method and len(known.split("/")) == len(parts) and _fits(known.split("/"), parts)
        ]
        return min(fitting, key=lambda known: known.count("{"), default=f"no endpoint: {method} {path}")

    def watch(self, *, review: str = "ask") -> Source:
        """The pictures as a source whose names wait for a person."""
        asked = kinds.asked("watchfolder", {"path": str(self.home.pictures), "review": review, "provider": "canned"})
        with self.database.session(OWN_TENANT) as session:
            return sources.add(session, OWN_TENANT, vault_of(self.settings), asked.named("Photos"), actor="a test")

    def take_in(self, source: Source) -> int:
        """Everything new in the folder, as one batch, up to where a person is waited for; returns its number."""
        choices = kinds.changed(source, source.options, {}).choices
        policy = choices.policy(backlog=False, vision="canned")
        entries = batches.without_companions(self.worker.connections.open(source).scan())
        with self.database.session(OWN_TENANT) as session:
            batch = batches.start(session, OWN_TENANT, source, BatchKind.ARRIVALS, policy, None)
            batches.take_in(session, batch, policy, entries)
        self.work(batch.id)
        return batch.id

    def take_in_again(self) -> int:
        """What is new in the one source, as a batch of its own."""
        with self.database.reading(OWN_TENANT) as session:
            (source,) = sources.watched(session, OWN_TENANT)
        return self.take_in(source)

    def work(self, batch_id: int) -> None:
        """What is due of that batch, up to where a person is waited for."""
        pipeline.work_off(self.worker, batch_id, 1, threading.Event())

    def close(self) -> None:
        self.worker.close()
        self.application.state.house.close()

    def images(self, *states: ImageState) -> list[Image]:
        with self.database.reading(OWN_TENANT) as session:
            every = session.scalars(select(Image).order_by(Image.id))
            return [image for image in every if not states or image.state in states]


def _fits(pattern: list[str], parts: list[str]) -> bool:
    """Whether each part is that of the pattern, or a number or a word where the pattern has one of those."""
    return all(
        known == part or (known.endswith(":int}") and part.isdecimal()) or (known.endswith(":str}") and part.isalpha())
        for known, part in zip(pattern, parts, strict=True)
    )


def furnished(place: Place) -> Place:
    for number in range(1, 9):
        place.home.photo(f"IMG_000{number}.JPG", seed=number)
    batch = place.take_in(place.watch())
    place.post("images/1/approve")
    place.work(batch)
    return place


def make_place(home: Home, database_url: str | None = None, storage_url: str = "") -> Place:
    environment = {"RENAMER_DATA": str(home.root / "data"), "RENAMER_VISION": "canned"}
    if database_url:
        environment["RENAMER_DATABASE_URL"] = database_url
    if storage_url:
        environment["RENAMER_STORAGE_URL"] = storage_url
    settings = Settings.from_env(environment)
    if settings.embedded:
        databases.put(settings.data / "renamer.db")
    application = app.create_app(settings)
    database = application.state.house.database
    place = Place(home, settings, database, application, app.make_worker(settings, database))
    with database.system_session() as session:
        session.add(Tenant(id=ELSEWHERE, name="Elsewhere"))
    for name, (tenant_id, role) in MEMBERS.items():
        with database.session(tenant_id) as session:
            text, _ = auth.tokens.add(session, tenant_id, name, role, actor="a test")
        place.bearers[name] = {"Authorization": f"Bearer {text}"}
    return place


@pytest.fixture
def empty(home: Home) -> Iterator[Place]:
    """Members, and nothing else yet."""
    place = make_place(home)
    yield place
    place.close()


@pytest.fixture
def place(empty: Place) -> Place:
    """Eight photos of one source and batch: the first has its new name, the others wait for a person."""
    return furnished(empty)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The same for all tests of a module, none of which changes anything."""
    home = Home(tmp_path_factory.mktemp("shown"))
    home.pictures.mkdir()
    place = make_place(home)
    yield furnished(place)
    place.close()
