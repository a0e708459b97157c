"""Accounts over HTTP: cookies, forged requests, and who may ask for what."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, WebSocket, get, post, websocket
from litestar.datastructures import State
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from sqlalchemy import delete

from appliance.api import accounts, authentication
from appliance.api.authentication import Protection, needs
from appliance.api.house import House
from appliance.app import open_database
from appliance.auth import Role
from appliance.config import Settings
from appliance.errors import Problem
from appliance.models import OWN_TENANT, SignIn, Tenant
from appliance.secrets import vault_of
from tests.auth.conftest import ALICE, BOB, PASSWORD, Registry

HERE = "http://127.0.0.1:8080"
CHARLIE = "charlie@example.org"


@post("/form", guards=[needs(Role.VIEWER)])
async def form(request: Request[Any, Any, Any]) -> str:
    """A page's form, as the dashboard has them."""
    return str((await request.form())["word"])


@websocket("/socket", guards=[needs(Role.VIEWER)])
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@get("/own-policy")
async def own_policy() -> Response[str]:
    return Response("", headers={"Content-Security-Policy": "default-src 'self'"})


def rendered(_: Request[Any, Any, Any], problem: Problem) -> Response[dict[str, str]]:
    return Response({"detail": str(problem)}, status_code=problem.status, headers=dict(problem.headers))


@dataclass
class Place:
    """An application over a database in which Alice owns, Bob reviews, and Charlie owns another tenant."""

    settings: Settings
    registry: Registry
    application: Litestar

    def browser(self, base_url: str = HERE, **headers: str) -> TestClient[Litestar]:
        browser = TestClient(self.application, base_url=base_url)
        browser.headers.update(headers)
        return browser

    def signed_in(self, email: str, base_url: str = HERE) -> tuple[TestClient[Litestar], str]:
        browser = self.browser(base_url)
        csrf = sign_in(browser, email).json()["csrf"]
        return browser, csrf


def sign_in(browser: TestClient[Litestar], email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return browser.post("/api/v1/session", json={"email": email, "password": password}, headers=headers)


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


@pytest.fixture
def environment() -> dict[str, str]:
    return {}


@pytest.fixture
def place(tmp_path: Path, environment: dict[str, str]) -> Iterator[Place]:
    settings = Settings.from_env({"RENAMER_DATA": str(tmp_path / "data")} | environment)
    registry = Registry(open_database(settings), vault_of(settings))
    registry.add(ALICE, Role.OWNER)
    registry.add(BOB, Role.REVIEWER)
    with registry.database.system_session() as session:
        session.add(Tenant(id=77, name="Elsewhere"))
    registry.add(CHARLIE, Role.OWNER, tenant_id=77)
    application = Litestar(
        [accounts.router(), form, socket, own_policy],
        plugins=[Protection()],
        exception_handlers={Problem: rendered},
        state=State({"house": House(settings, registry.database, "0")}),
    )
    yield Place(settings, registry, application)
    registry.database.close()


# Sessions and cookies


def test_a_member_signs_in_asks_and_signs_out(place: Place):
    browser, csrf = place.signed_in(ALICE)

    said = browser.get("/api/v1/account").json()
    assert (said["email"], said["role"], said["tenant"], said["csrf"]) == (ALICE, "owner", "Home", csrf)

    stolen = browser.cookies["renamer_session"]
    assert browser.delete("/api/v1/session", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert browser.get("/api/v1/account").status_code == 401
    assert browser.get("/api/v1/account", headers={"Cookie": f"renamer_session={stolen}"}).status_code == 401


def test_nobody_gets_in_with_an_id_of_their_own_choice(place: Place):
    """Session fixation: what the client chose is neither taken over nor signed in later."""
    chosen = {"Cookie": "renamer_session=chosen"}
    browser = place.browser()
    assert browser.get("/api/v1/account", headers=chosen).status_code == 401

    answer = sign_in(browser, ALICE, **chosen)

    assert answer.status_code == 200
    assert "chosen" not in cookie_of(answer)
    assert place.browser().get("/api/v1/account", headers=chosen).status_code == 401


def test_signing_in_again_ends_the_session_that_the_browser_had(place: Place):
    browser, _ = place.signed_in(ALICE)
    before = browser.cookies["renamer_session"]

    sign_in(browser, BOB)

    assert browser.cookies["renamer_session"] != before
    old = {"Cookie": f"renamer_session={before}"}
    assert place.browser().get("/api/v1/account", headers=old).status_code == 401
    assert browser.get("/api/v1/account").json()["email"] == BOB


def test_the_cookie_is_for_this_site_and_for_no_script(place: Place):
    cookie = cookie_of(sign_in(place.browser(), ALICE))

    assert cookie.startswith("renamer_session=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly",
        "path=/",
        "samesite=lax",
        "max-age=2592000",
    }


def test_over_https_the_cookie_is_for_encrypted_connections_alone(place: Place):
    answer = sign_in(place.browser("https://127.0.0.1:8080"), ALICE)

    assert cookie_of(answer).startswith("__Host-renamer_session=")
    assert "; secure" in cookie_of(answer).lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("environment", [{"RENAMER_BASE_URL": "https://photos.example.org"}])
def test_the_same_where_a_proxy_ends_the_encryption(place: Place):
    assert cookie_of(sign_in(place.browser(), ALICE)).startswith("__Host-renamer_session=")


def test_a_new_password_gives_this_browser_a_new_cookie(place: Place):
    browser, csrf = place.signed_in(ALICE)
    other, _ = place.signed_in(ALICE)

    answer = browser.post(
        "/api/v1/account/password",
        json={"current": PASSWORD, "new": "a walk in the woods"},
        headers={"X-CSRF-Token": csrf},
    )

    assert answer.status_code == 200
    assert answer.json()["csrf"] != csrf
    assert browser.get("/api/v1/account").status_code == 200
    assert other.get("/api/v1/account").status_code == 401


def test_too_many_wrong_passwords_are_told_when_to_come_back(place: Place):
    browser = place.browser()
    answers = [sign_in(browser, ALICE, "a guess of it") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900


def test_a_crowd_at_the_door_does_not_hold_up_those_who_are_inside(place: Place):
    browser, _ = place.signed_in(ALICE)
    free = threading.Event()
    for _ in range(2):
        authentication._signing_in.submit(free.wait, 60)

    with ThreadPoolExecutor(1) as outside:
        waiting = outside.submit(sign_in, place.browser(), BOB)
        assert browser.get("/api/v1/account").status_code == 200
        assert not waiting.done()
        free.set()
        assert waiting.result().status_code == 200


# Set-up and invitations


def test_the_first_owner_follows_the_link_and_is_signed_in(tmp_path: Path):
    settings = Settings.from_env({"RENAMER_DATA": str(tmp_path / "data")})
    registry = Registry(open_database(settings), vault_of(settings))
    application = Litestar(
        [accounts.router()],
        plugins=[Protection()],
        exception_handlers={Problem: rendered},
        state=State({"house": House(settings, registry.database, "0")}),
    )
    browser = TestClient(application, base_url=HERE)
    body = {"token": registry.setup_token(), "email": ALICE, "password": PASSWORD, "name": "Alice"}

    assert browser.post("/api/v1/setup", json=body | {"token": "guessed"}).status_code == 404
    assert browser.post("/api/v1/setup", json=body | {"password": "short"}).status_code == 422
    assert browser.post("/api/v1/setup", json=body).json()["role"] == "owner"
    assert browser.get("/api/v1/account").json()["name"] == "Alice"
    assert browser.post("/api/v1/setup", json=body).status_code == 404
    registry.database.close()


def test_an_owner_invites_somebody_who_follows_the_link(place: Place):
    browser, csrf = place.signed_in(ALICE)
    made = browser.post("/api/v1/members", json={"email": "dora@example.org"}, headers={"X-CSRF-Token": csrf}).json()
    assert (made["role"], made["invited"]) == ("reviewer", True)
    assert made["link"].startswith(HERE + "/setup?token=")
    assert [one.get("link") for one in browser.get("/api/v1/members").json()["items"]] == [None, None, None]

    dora = place.browser()
    answer = dora.post("/api/v1/setup", json={"token": made["link"].partition("=")[2], "password": PASSWORD})

    assert answer.json()["email"] == "dora@example.org"
    assert dora.get("/api/v1/account").json()["role"] == "reviewer"


# Forged requests

TOKENS = "/api/v1/tokens"


def test_a_change_without_the_token_of_its_own_session_is_refused(place: Place):
    browser, csrf = place.signed_in(ALICE)
    _, anothers = place.signed_in(ALICE)

    for wrong in ({}, {"X-CSRF-Token": anothers}):
        assert browser.post(TOKENS, json={"name": "ci"}, headers=wrong).status_code == 403
    assert browser.post(TOKENS, json={"name": "ci"}, headers={b"X-CSRF-Token": b"\xe9"}).status_code == 403
    assert browser.get(TOKENS).json()["items"] == []
    assert browser.post(TOKENS, json={"name": "ci"}, headers={"X-CSRF-Token": csrf}).status_code == 201


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_can_change_nothing_nor_sign_anybody_in(place: Place, sent: dict[str, str]):
    browser, csrf = place.signed_in(ALICE)

    assert browser.post(TOKENS, json={"name": "ci"}, headers=sent | {"X-CSRF-Token": csrf}).status_code == 403
    assert sign_in(place.browser(), ALICE, **sent).status_code == 403


@pytest.mark.parametrize(
    "sent", [{}, {"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none", "Origin": HERE}]
)
def test_a_page_of_ours_can(place: Place, sent: dict[str, str]):
    browser, csrf = place.signed_in(ALICE)

    assert browser.post(TOKENS, json={"name": "ci"}, headers=sent | {"X-CSRF-Token": csrf}).status_code == 201


@pytest.mark.parametrize("environment", [{"RENAMER_BASE_URL": "http://photos.example.org"}])
def test_a_proxy_may_call_us_by_another_name(place: Place):
    browser = place.browser("http://inside.local:8080")

    assert sign_in(browser, ALICE, Origin="http://else.example.org").status_code == 403
    assert sign_in(browser, ALICE, Origin="http://photos.example.org").status_code == 200


def test_a_form_brings_the_token_as_a_field(place: Place):
    browser, csrf = place.signed_in(BOB)

    assert browser.post("/form", data={"word": "dog"}).status_code == 403
    assert browser.post("/form", data={"word": "dog", "csrf": csrf}).text == "dog"


def test_a_socket_opens_for_members_and_from_a_page_of_ours(place: Place):
    browser, _ = place.signed_in(ALICE)
    with browser.websocket_connect("/socket", headers={"Origin": HERE}) as opened:
        assert opened.receive_text() == "hello"

    for who, origin in ((browser, "https://evil.example"), (place.browser(), HERE)):
        with pytest.raises(WebSocketDisconnect), who.websocket_connect("/socket", headers={"Origin": origin}) as opened:
            opened.receive_text()


def test_no_other_site_is_ever_named_as_allowed(place: Place):
    browser, _ = place.signed_in(ALICE)
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    for answer in (browser.options("/api/v1/account", headers=asked), browser.get("/api/v1/account", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


# Who may ask for what

ALLOWED: list[tuple[str, str, Any, tuple[int, int, int, int]]] = [
    # Alice owns, Bob reviews, Charlie owns another tenant, somebody is not signed in.
    ("GET", "/account", None, (200, 200, 200, 401)),
    ("GET", "/tokens", None, (200, 403, 200, 401)),
    ("POST", "/tokens", {"name": "new"}, (201, 403, 201, 401)),
    ("DELETE", "/tokens/1", None, (204, 403, 404, 401)),
    ("GET", "/members", None, (200, 403, 200, 401)),
    ("POST", "/members", {"email": "dora@example.org"}, (201, 403, 201, 401)),
    ("PATCH", "/members/2", {"role": "viewer"}, (200, 403, 404, 401)),
    ("POST", "/members/2/link", None, (201, 403, 404, 401)),
    ("DELETE", "/members/2", None, (204, 403, 404, 401)),
    ("POST", "/account/password", {"current": PASSWORD, "new": "a walk in the woods"}, (200, 200, 200, 401)),
    ("DELETE", "/session", None, (204, 204, 204, 204)),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), ALLOWED)
def test_each_endpoint_answers_those_who_may_ask(
    place: Place, method: str, path: str, body: Any, expected: tuple[int, ...]
):
    place.registry.token("ci", Role.VIEWER)
    answers = []
    for email in (CHARLIE, None, BOB, ALICE):  # who may do most comes last
        browser, csrf = place.signed_in(email) if email else (place.browser(), "")
        answer = browser.request(method, "/api/v1" + path, json=body, headers={"X-CSRF-Token": csrf})
        answers.append(answer.status_code)

    charlie, nobody, bob, alice = answers
    assert (alice, bob, charlie, nobody) == expected


def test_the_table_above_leaves_no_endpoint_out(place: Place):
    paths = {
        (method, route.path.removeprefix("/api/v1").replace("{user_id:int}", "2").replace("{token_id:int}", "1"))
        for route in place.application.routes
        if route.path.startswith("/api/v1")
        for method in route.methods
        if method != "OPTIONS"
    }
    assert paths - {(method, path) for method, path, _, _ in ALLOWED} == {("POST", "/session"), ("POST", "/setup")}


# Tokens


def test_a_program_needs_its_token_and_nothing_else(place: Place):
    text = place.registry.token("ci", Role.ADMIN)
    program = place.browser(Authorization=f"Bearer {text}", Origin="https://anywhere.example")

    assert program.get("/api/v1/account").json()["name"] == "ci"
    made = program.post(TOKENS, json={"name": "second", "role": "viewer"})
    assert made.status_code == 201
    assert made.json()["token"].startswith("ir_")
    assert [one["token"] for one in program.get(TOKENS).json()["items"]] == [None, None]
    assert program.post(TOKENS, json={"name": "third", "role": "owner"}).status_code == 403
    assert program.get("/api/v1/members").status_code == 403


def test_a_wrong_token_is_refused_also_beside_a_good_session(place: Place):
    browser, _ = place.signed_in(ALICE)

    answer = browser.get("/api/v1/account", headers={"Authorization": "Bearer ir_wrong"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_token_of_a_removed_member_works_no_more(place: Place):
    alice, csrf = place.signed_in(ALICE)
    bobs = place.browser(Authorization=f"Bearer {place.registry.token('bobs', Role.VIEWER, created_by=2)}")
    assert bobs.get("/api/v1/account").status_code == 200

    alice.delete("/api/v1/members/2", headers={"X-CSRF-Token": csrf})

    assert bobs.get("/api/v1/account").status_code == 401


def test_what_a_proxy_asks_for_itself_is_no_token(place: Place):
    browser, _ = place.signed_in(ALICE)

    assert browser.get("/api/v1/account", headers={"Authorization": "Basic YTpi"}).status_code == 200


# Headers


@pytest.mark.parametrize("path", ["/api/v1/account", "/api/v1/nothing-here"])
def test_every_answer_says_what_a_browser_may_do_with_it_errors_too(place: Place, path: str):
    headers = place.browser().get(path).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "permissions-policy" in headers
    assert "strict-transport-security" not in headers


def test_an_answer_may_have_a_policy_of_its_own(place: Place):
    assert place.browser().get("/own-policy").headers["content-security-policy"] == "default-src 'self'"


def test_what_a_member_is_shown_is_kept_in_no_cache(place: Place):
    browser, _ = place.signed_in(ALICE)

    assert browser.get("/api/v1/account").headers["cache-control"] == "no-store"


def test_a_session_that_was_ended_elsewhere_is_nobodys(place: Place):
    browser, csrf = place.signed_in(ALICE)
    with place.registry.database.session(OWN_TENANT) as session:
        session.execute(delete(SignIn))

    assert browser.get("/api/v1/account").status_code == 401
    assert browser.post(TOKENS, json={"name": "ci"}, headers={"X-CSRF-Token": csrf}).status_code == 401
