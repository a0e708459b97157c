"""The dashboard as an owner uses it, against the real server: from the first start to undo, in a real browser."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.home import Home
from tests.serving import OWNER, PASSWORD, Served, make_owner, served
from tests.watching import eventually
from tests.web.dashboard import PATIENCE, Dashboard, opened

PHOTOS = [f"IMG_000{number}.JPG" for number in range(1, 7)]


def drop(home: Home, names: list[str]) -> Counter[str]:
    for seed, name in enumerate(names):
        home.photo(name, seed=seed + 1)
    return home.contents()


def test_from_the_first_start_to_undo(home: Home, browser: Browser):
    with served(home) as server, opened(browser, server) as dashboard:
        page = dashboard.page
        dashboard.set_up()
        expect(page.get_by_role("heading", name="Show Image Renamer where your photos live")).to_be_visible()

        add_a_folder_that_is_tested_first(dashboard, home)
        dashboard.open("/review")
        expect(page.get_by_role("heading", name="All decided")).to_be_visible()
        before = drop(home, PHOTOS)
        for name in PHOTOS:  # without a reload
            expect(dashboard.shot(name)).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#count-review")).to_contain_text("6")

        one, two, three, four, five, six = PHOTOS
        edit_a_name(dashboard, one)
        dashboard.press("Approve", dashboard.shot(two))
        expect(dashboard.shot(two)).to_have_count(0)
        dashboard.shot(three).focus()
        page.keyboard.press("a")
        expect(dashboard.shot(three)).to_have_count(0)
        dashboard.shot(four).focus()
        page.keyboard.press("r")
        expect(dashboard.shot(four)).to_have_count(0)
        for name in (five, six):
            dashboard.shot(name).get_by_role("checkbox").check()
        expect(page.locator("#bulk .count")).to_have_text("2 selected")
        dashboard.press("Approve", page.locator("#bulk"))
        dashboard.told("2 photos approved.")
        expect(page.get_by_role("heading", name="All decided")).to_be_visible()

        eventually(lambda: len(home.tree() & set(PHOTOS)) == 1, what=server.log)
        assert {"my-teapot.jpg", four} <= home.tree()
        assert home.contents() == before

        dashboard.open("/")
        expect(page.locator("#figures")).to_contain_text("5 in all")
        expect(page.locator("#recent li")).to_have_count(5)
        undo_one_and_then_the_others(dashboard, home)
        assert home.tree() == set(PHOTOS)
        assert home.contents() == before


def add_a_folder_that_is_tested_first(dashboard: Dashboard, home: Home) -> None:
    page = dashboard.page
    page.get_by_role("link", name="Add a source").click()
    dashboard.heading("Add a source")
    page.locator("a.kind", has_text="A folder of this machine").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Holidays")
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(home.root / "nowhere"))
    dashboard.press("Only test it")
    expect(page.locator("#tests .bad")).to_contain_text("nowhere")
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(home.pictures))
    dashboard.press("Only test it")
    expect(page.locator("#tests li.good").first).to_be_visible()
    expect(page.locator("#tests li.bad")).to_have_count(0)
    dashboard.press("Add this source")
    dashboard.heading("Holidays")
    dashboard.told("is watched from now on")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Watching", timeout=PATIENCE)  # without a reload


def edit_a_name(dashboard: Dashboard, name: str) -> None:
    card = dashboard.shot(name)
    card.get_by_text("Change the name").click()
    card.get_by_label("New name").fill("a/b")
    expect(card.locator(".message.bad")).to_be_visible()
    card.get_by_label("New name").fill("my-teapot")
    expect(card.locator(".message.good")).to_contain_text("free")
    dashboard.press("Use this name", card)
    expect(card).to_have_count(0)
    dashboard.told("my-teapot.jpg")


def undo_one_and_then_the_others(dashboard: Dashboard, home: Home) -> None:
    page = dashboard.page
    dashboard.open("/history")
    row = page.get_by_role("row").filter(has_text="my-teapot.jpg")
    dashboard.press("Undo", row)
    dashboard.told("The old name is being put back.")
    eventually(lambda: PHOTOS[0] in home.tree(), what=dashboard.served.log)
    expect(row).to_contain_text("Undone", timeout=PATIENCE)
    page.get_by_role("row").filter(has_text=PHOTOS[1]).get_by_role("link").click()
    dashboard.press("Undo")
    dashboard.press("Put the old names back")
    eventually(lambda: home.tree() == set(PHOTOS), what=dashboard.served.log)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for the tests below, each of which has a folder of its own; Alice is its owner."""
    home = Home(tmp_path_factory.mktemp("house"))
    home.pictures.mkdir()
    with served(home) as server:
        make_owner(server).close()
        yield server


@pytest.fixture
def dashboard(server: Served, browser: Browser) -> Iterator[Dashboard]:
    """Alice's window."""
    with opened(browser, server) as dashboard:
        dashboard.open("/sign-in")
        dashboard.sign_in()
        dashboard.heading("Overview")
        yield dashboard


def test_a_name_is_locked_unlocked_and_another_one_is_offered(dashboard: Dashboard, home: Home):
    page = dashboard.page
    dashboard.add_folder("Locks", home.pictures)
    source = page.url.rpartition("/")[2]
    drop(home, ["A.jpg", "B.jpg"])
    dashboard.open(f"/review?source={source}")
    one, other = dashboard.shot("A.jpg"), dashboard.shot("B.jpg")

    expect(one).to_be_visible(timeout=PATIENCE)
    first = one.locator(".new").inner_text()
    one.focus()
    page.keyboard.press("g")
    expect(one.locator(".new")).not_to_have_text(first)
    dashboard.told("Another name for it.")

    other.focus()
    page.keyboard.press("l")
    expect(other).to_have_count(0)
    toast = page.locator(".toast").filter(has_text="Its name is locked.")
    dashboard.press("Undo", toast)
    dashboard.told("Its name may be changed again.")
    assert home.tree() == {"A.jpg", "B.jpg"}


def test_what_needs_attention_is_tried_again_or_left_as_it_is(dashboard: Dashboard, home: Home):
    page = dashboard.page
    dashboard.add_folder("Damages", home.pictures)
    whole = home.photo("../coming/whole.jpg").read_bytes()
    for name in ("one.jpg", "other.jpg"):
        (home.pictures / name).write_bytes(whole[: len(whole) // 2])
    dashboard.open("/attention")
    damaged = page.get_by_role("region", name="Damaged or cut off")
    expect(damaged.get_by_role("listitem")).to_have_count(2, timeout=PATIENCE)

    dashboard.press("Ignore other.jpg", damaged)
    dashboard.told("1 photo left as they are.")
    expect(damaged.get_by_role("listitem")).to_have_count(1)
    dashboard.press("Try all again", damaged)
    dashboard.told("1 photo tried again.")
    expect(damaged.get_by_role("listitem")).to_have_count(1, timeout=PATIENCE)
    dashboard.press("Ignore all", damaged)
    dashboard.press("Ignore them")
    expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()


def test_a_source_is_paused_looked_through_and_removed(dashboard: Dashboard, home: Home):
    page = dashboard.page
    dashboard.add_folder("Pauses", home.pictures)
    title = page.get_by_role("heading", level=1)
    dashboard.press("Pause")
    dashboard.told("It is paused")
    expect(title).to_contain_text("Paused")
    dashboard.press("Resume")
    dashboard.told("It is watched again.")
    expect(title).to_contain_text("Watching", timeout=PATIENCE)
    dashboard.press("Scan now")
    dashboard.told("All of it is looked through now.")
    dashboard.press("Test it now")
    expect(page.locator("#tests li.good").first).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("Breaks")
    dashboard.press("Save")
    dashboard.heading("Breaks")
    dashboard.press("Remove")
    dashboard.press("Remove the source")
    dashboard.told("“Breaks” is watched no longer")
    expect(page.get_by_role("link", name="Breaks")).to_have_count(0)


def test_a_page_that_is_open_goes_on_when_its_server_was_killed(dashboard: Dashboard, home: Home):
    dashboard.add_folder("Goes on", home.pictures)
    dashboard.open("/review")
    dashboard.served.child("api").kill()
    home.photo("after.jpg", seed=77)

    expect(dashboard.shot("after.jpg")).to_be_visible(timeout=PATIENCE)
    assert all("/events" in one or "ERR_" in one for one in dashboard.wrong), dashboard.wrong
    dashboard.wrong.clear()


def test_an_account_is_left_entered_and_changed(server: Served, browser: Browser):
    with opened(browser, server) as dashboard:
        page = dashboard.page
        dashboard.open("/account")
        dashboard.heading("Sign in")
        dashboard.sign_in("wrong horse battery")
        expect(page.get_by_role("alert")).to_contain_text("password")
        dashboard.sign_in()
        dashboard.heading("Account")

        page.get_by_label("Name of a new token").fill("website")
        dashboard.press("Make a token")
        token = page.locator("#new-token").inner_text()
        assert asked_with(server, token) == 200
        page.get_by_role("listitem").filter(has_text="website").get_by_role("button", name="Revoke").click()
        dashboard.press("Revoke the token")
        dashboard.told("The token works no more.")
        assert asked_with(server, token) == 401

        page.get_by_label("Email of a new member").fill("bob@example.org")
        dashboard.press("Invite")
        expect(page.locator(".toast")).to_contain_text("/setup?token=")
        invited = page.locator(".toast").inner_text()
        join(browser, server, re.search(r"http\S+", invited))

        for wanted, back in ((PASSWORD[::-1], PASSWORD), (PASSWORD, PASSWORD[::-1])):
            page.get_by_label("Present password").fill(back)
            page.get_by_label("New password").fill(wanted)
            dashboard.press("Change the password")
            dashboard.told("Your password is changed")
        dashboard.press("Sign out")
        dashboard.heading("Sign in")
        dashboard.open("/history")
        dashboard.heading("Sign in")


def asked_with(server: Served, token: str) -> int:
    return httpx.get(f"{server.address}/api/v1/batches", headers={"Authorization": f"Bearer {token}"}).status_code


def join(browser: Browser, server: Served, link: re.Match[str] | None) -> None:
    """Bob makes his account, and finds no members to look after."""
    assert link
    with opened(browser, server) as bobs:
        bobs.page.goto(link[0])
        bobs.page.get_by_label("Password", exact=True).fill(PASSWORD)
        bobs.page.get_by_label("The same once more").fill(PASSWORD)
        bobs.press("Begin")
        bobs.heading("Overview")
        bobs.open("/account")
        expect(bobs.page.get_by_role("heading", name="Members")).to_have_count(0)


def test_the_main_path_needs_no_scripts(home: Home, browser: Browser):
    with served(home) as server, opened(browser, server, scripts=False) as dashboard:
        page = dashboard.page
        dashboard.set_up()
        dashboard.add_folder("Holidays", home.pictures)
        before = drop(home, PHOTOS[:3])
        eventually(lambda: reloaded(dashboard, "/review").locator(".shot").count() == 3, what=server.log)

        one, two, three = PHOTOS[:3]
        dashboard.press("Approve", dashboard.shot(one))
        dashboard.told("It is renamed to")
        dashboard.press("Reject", dashboard.shot(two))
        dashboard.told("It keeps its old name.")
        dashboard.shot(three).get_by_text("Change the name").click()
        dashboard.shot(three).get_by_label("New name").fill("a/b")
        dashboard.press("Use this name", dashboard.shot(three))
        expect(page.locator(".toast.bad")).to_be_visible()
        dashboard.shot(three).get_by_role("checkbox").check()
        dashboard.press("Approve", page.locator("#bulk"))
        dashboard.told("1 photo approved.")

        eventually(lambda: home.tree() & set(PHOTOS) == {two}, what=server.log)
        for name in (one, three):
            dashboard.press("Undo", reloaded(dashboard, "/history").get_by_role("row").filter(has_text=name))
            dashboard.told("The old name is being put back.")
        eventually(lambda: home.tree() == set(PHOTOS[:3]), what=server.log)
        assert home.contents() == before


def reloaded(dashboard: Dashboard, path: str) -> Page:
    dashboard.open(path)
    return dashboard.page


@pytest.fixture(scope="module")
def lived_in(server: Served) -> list[str]:
    """A house where everything has happened once; its pages."""
    home = Home(server.home.root / "lived in")
    home.pictures.mkdir(parents=True)
    with api(server) as asking:
        asked = {"kind": "watchfolder", "name": "Lived in", "options": {"path": str(home.pictures), "backlog": True}}
        source = asking.post("/api/v1/sources", json=asked).raise_for_status().json()["id"]
        drop(home, PHOTOS)
        (home.pictures / "broken.jpg").write_bytes(home.photo("../broken.jpg").read_bytes()[:500])

        def waiting() -> list[int]:
            found = asking.get("/api/v1/batches").json()["items"]
            images = [asking.get(f"/api/v1/batches/{one['id']}/images").json()["items"] for one in found]
            return [image["id"] for image in chain(*images) if image["state"] == "review" and image["path"] in PHOTOS]

        eventually(lambda: len(waiting()) == len(PHOTOS), what=server.log)
        for image in waiting()[:3]:
            asking.post(f"/api/v1/images/{image}/approve").raise_for_status()
        eventually(lambda: len(home.tree() & set(PHOTOS)) == 3, what=server.log)
        batch = asking.get("/api/v1/batches").json()["items"][0]["id"]
    return [
        *("/", "/review", "/review?view=table", "/attention", "/history", f"/batches/{batch}", "/sources"),
        *(f"/sources/{source}", "/sources/new?kind=watchfolder", "/status", "/account", "/nowhere"),
    ]


@contextmanager
def api(server: Served) -> Iterator[httpx.Client]:
    """Alice's programs."""
    with httpx.Client(base_url=server.address, timeout=30) as asking:
        signed_in = asking.post("/api/v1/session", json={"email": OWNER, "password": PASSWORD})
        asking.headers["X-CSRF-Token"] = signed_in.raise_for_status().json()["csrf"]
        yield asking


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_real_page_is_for_everybody(dashboard: Dashboard, lived_in: list[str], colours: Literal["light", "dark"]):
    page = dashboard.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    found = {}
    for path in lived_in:
        dashboard.open(path)
        for width in (360, 820, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if wrong := dashboard.complaints():
                found[path, width] = wrong
    assert not found
