"""`image-renamer serve`, the real process: how it starts, what it refuses, and that it ends with all it began."""

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from appliance.models import Rename, RenameState
from tests.home import Home, Said, contents
from tests.serving import Served, gone, left, make_owner, served
from tests.watching import eventually

SOON = 10.0  # seconds, of which an idle machine takes less than two
PHOTOS = 24


def refused(home: Home, *options: str | Path, before: tuple[str, ...] = (), data: str = "data") -> Said:
    """What `serve` says where it cannot start."""
    command = [*before, *home.command("serve", *options, data=data)]
    ended = subprocess.run(
        command, env=home.process_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


def assert_one_line(said: Said, *words: str) -> None:
    assert said.exit_code == 1
    assert said.errors.startswith("Error: ")
    assert said.errors.count("\n") == 1, said.errors
    for word in words:
        assert word in said.errors


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For tests that leave it as it is."""
    home = Home(tmp_path_factory.mktemp("running"))
    home.pictures.mkdir()
    with served(home) as one:
        yield one


def test_each_start_prints_a_link_that_works_once_until_there_is_an_owner(home: Home):
    with served(home) as one:
        assert one.said().count("/setup?token=") == 1
        first = str(one.link).partition("/setup")[2]
        one.stop()
        one.start()
        assert one.link not in {None, f"{one.address}/setup{first}"}
        assert httpx.get(f"{one.address}/setup{first}").status_code == 404
        browser = make_owner(one)
        assert browser.get("/").status_code == 200
        assert httpx.get(str(one.link)).status_code == 404
        one.stop()
        one.start()
        assert one.link is None


def test_no_account_and_no_password_exist_before_somebody_makes_them(running: Served):
    for email in ("admin", "admin@example.org", "root@localhost"):
        answer = httpx.post(f"{running.address}/api/v1/session", json={"email": email, "password": "admin"})
        assert answer.status_code == 401
    assert httpx.get(f"{running.address}/").headers["location"].startswith("/sign-in")


def test_a_port_that_is_in_use_is_said_in_a_line(home: Home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_one_line(refused(home, "--port", str(port)), f"Port {port} on 127.0.0.1", "--port")


def test_a_host_that_is_not_there_is_said_in_a_line(home: Home):
    assert_one_line(refused(home, "--port", "0", "--host", "no.such.host.invalid"), "no.such.host.invalid", "--host")


def test_a_data_folder_that_cannot_be_made_is_said_in_a_line(home: Home):
    (home.root / "file").write_text("")

    assert_one_line(refused(home, "--port", "0", data="file/data"), str(home.root / "file" / "data"), "--data")


def test_a_data_folder_that_cannot_be_written_to_is_said_in_a_line(home: Home):
    (home.root / "data").mkdir(mode=0o555)
    powerless = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()

    assert_one_line(refused(home, "--port", "0", before=powerless), "cannot be written to", "--data")


def test_a_data_folder_that_another_server_works_with_is_said_in_a_line(running: Served):
    assert running.serve is not None

    said = refused(running.home, "--port", "0")

    assert_one_line(said, str(running.home.root / "data"), f"process {running.serve.pid}", "--data")
    assert httpx.get(f"{running.address}/health").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKERS", "many"), ("DATABASE_URL", "mysql://x"), ("BASE_URL", "example.org"), ("VISION", "crystal-ball")],
)
def test_a_setting_that_cannot_work_is_said_in_a_line(home: Home, name: str, value: str):
    home.environment[f"RENAMER_{name}"] = value

    assert_one_line(refused(home, "--port", "0"), f"RENAMER_{name}")


def test_a_folder_to_watch_that_cannot_be_made_is_said_in_a_line(home: Home):
    (home.root / "file").write_text("")

    assert_one_line(refused(home, "--port", "0", "--watch", home.root / "file" / "inbox"), "inbox", "--watch")


def test_an_old_schema_of_a_real_database_is_refused_with_the_remedy(home: Home, empty_postgres_url: str):
    home.environment["RENAMER_DATABASE_URL"] = empty_postgres_url

    assert_one_line(refused(home, "--port", "0"), "run `image-renamer migrate`")
    assert home.run("migrate").exit_code == 0
    with served(home) as one:
        assert httpx.get(f"{one.address}/health/ready").status_code == 200


def test_ctrl_c_stops_it_soon_and_leaves_no_process(home: Home):
    with served(home, "--watch", home.pictures) as one:
        home.photo("IMG_1.jpg")
        tree = {one.child("forkserver"), *one.tree()}
        assert len(tree) == 4
        assert_stops(one, signal.SIGINT)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_it_likewise(home: Home, how: signal.Signals):
    with served(home) as one:
        assert_stops(one, how)


def assert_stops(one: Served, how: signal.Signals) -> None:
    tree, began = one.tree(), time.monotonic()
    assert one.stop(how) == 0
    assert time.monotonic() - began < SOON
    assert left(tree) == []
    assert "Stopped." in one.said()


def test_listeners_do_not_hold_it_up(home: Home):
    with served(home) as one:
        browser = make_owner(one)
        with browser.stream("GET", "/api/v1/events") as first, browser.stream("GET", "/events") as second:
            for stream in (first, second):
                assert "listening" in next(stream.iter_text())
            assert_stops(one, signal.SIGTERM)


@pytest.mark.parametrize("victim", ["api", "work", "forkserver"])
def test_a_child_that_is_killed_is_started_again_and_nothing_is_lost_or_doubled(home: Home, victim: str):
    with served(home, "--watch", home.pictures) as one:
        before = shoot(home)
        drop(home, range(PHOTOS // 2))
        eventually(lambda: renamed(one), what=one.log)
        killed = one.child(victim)
        killed.kill()
        drop(home, range(PHOTOS // 2, PHOTOS))

        eventually(lambda: one.child(victim) != killed, what=one.log)
        eventually(lambda: renamed(one) == PHOTOS, what=one.log)
        assert httpx.get(f"{one.address}/health").status_code == 200
        assert contents(home.pictures) == before
        assert twice(one) == []
        tree = one.tree()
        assert one.stop() == 0
        gone(tree)


def test_nothing_outlives_a_server_that_is_killed_and_the_next_one_goes_on(home: Home):
    with served(home, "--watch", home.pictures) as one:
        before = shoot(home)
        drop(home, range(PHOTOS))
        eventually(lambda: renamed(one), what=one.log)
        tree = one.tree()
        assert one.serve is not None
        one.serve.kill()
        one.serve.wait()
        assert gone(tree) < SOON

        one.start()
        eventually(lambda: renamed(one) == PHOTOS, what=one.log)
        assert contents(home.pictures) == before
        assert twice(one) == []


def test_it_may_be_started_again_at_once_where_it_was_killed(home: Home):
    with served(home) as one:
        browser = make_owner(one)
        port = one.address.rpartition(":")[2]
        with browser.stream("GET", "/events") as stream:
            next(stream.iter_text())  # holds the server that is left for some seconds
            assert one.serve is not None
            one.serve.kill()
            one.serve.wait()
            one.start("--port", port)
            assert httpx.get(f"{one.address}/health").status_code == 200


def test_a_child_that_cannot_start_ends_the_server_with_a_line(home: Home):
    home.environment["RENAMER_QUEUE_URL"] = f"sqlite:///{home.root / 'missing' / 'queue.db'}"

    said = refused(home, "--port", "0")

    assert said.exit_code == 1
    assert said.errors.splitlines()[-1] == "Error: The work process cannot be started; what it said stands above."


def shoot(home: Home) -> Counter[str]:
    """Photos that are still to come; what they are made of."""
    for seed in range(PHOTOS):
        home.photo(f"../coming/IMG_{seed:04}.JPG", seed=seed)
    return contents(home.root / "coming")


def drop(home: Home, numbers: Iterable[int]) -> None:
    for number in numbers:
        (home.root / "coming" / f"IMG_{number:04}.JPG").rename(home.pictures / f"IMG_{number:04}.JPG")


def renamed(one: Served) -> int:
    with one.reading() as session:
        done = select(func.count()).select_from(Rename).where(Rename.state == RenameState.DONE)
        return session.scalar(done) or 0


def twice(one: Served) -> list[int]:
    """Images that more than one rename has had to do with."""
    with one.reading() as session:
        often = select(Rename.image_id).group_by(Rename.image_id).having(func.count() > 1)
        return list(session.scalars(often))
