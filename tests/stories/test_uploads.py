"""A camera uploads to the real appliance, and its photos get their names; and photos on a server get theirs there."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from playwright.sync_api import Browser, expect

from tests.home import Home, contents
from tests.servers import openssh
from tests.serving import Served, make_owner, served
from tests.watching import eventually
from tests.web.dashboard import PATIENCE, opened

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes uploads, with an account; for each test another one may be added."""
    home = receiving(tmp_path_factory.mktemp("receiving"))
    add(home, "camera", "delay=1")
    with served(home) as one:
        yield one


@pytest.fixture
def home(camera: Served) -> Home:
    return camera.home


def receiving(folder: Path) -> Home:
    home = Home(folder, {"RENAMER_SFTP_LISTEN": f"127.0.0.1:{openssh.free_port()}"})
    home.pictures.mkdir()
    return home


def add(home: Home, name: str, *more: str) -> None:
    added = home.run("source", "add", "sftp", name.title(), *_account(name), "review=auto", *more)
    assert added.exit_code == 0, added.output + added.errors


def _account(name: str, *more: str) -> list[str]:
    return ["mode=drop", f"username={name}", f"password={PASSWORD}", *more]


class Client:
    """A camera that has signed in."""

    def __init__(self, home: Home, name: str) -> None:
        port = int(home.environment["RENAMER_SFTP_LISTEN"].rpartition(":")[2])
        self.transport = paramiko.Transport(("127.0.0.1", port))
        self.transport.connect(username=name, password=PASSWORD)
        files = paramiko.SFTPClient.from_transport(self.transport)
        assert files is not None
        self.files = files

    def __enter__(self) -> paramiko.SFTPClient:
        return self.files

    def __exit__(self, *_: object) -> None:
        self.transport.close()


def names(home: Home, account: str) -> set[str]:
    root = home.root / "data" / "uploads" / account
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_what_a_camera_uploads_gets_its_name_and_undo_gives_the_old_one_back(home: Home, camera: Served):
    photos = [home.photo(f"first/IMG_{number}.jpg", number) for number in range(3)]
    before = contents(home.pictures / "first")
    assert "Uploads over SFTP: 127.0.0.1 port" in camera.said()
    with Client(home, "camera") as files:
        files.mkdir("DCIM")
        for photo in photos:
            files.put(str(photo), f"DCIM/{photo.name}")
        assert sorted(files.listdir("DCIM")) == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
        eventually(lambda: not any("IMG" in name for name in names(home, "camera")), what=camera.log)
        assert len(files.listdir("DCIM")) == 3
    assert contents(home.root / "data" / "uploads" / "camera") == before

    for _ in range(3):  # what came while the first was taken in may be an act of its own
        undone = home.run("undo", "--last")
        assert undone.exit_code == 0, undone.output
        if names(home, "camera") == {f"DCIM/IMG_{number}.jpg" for number in range(3)}:
            return
    raise AssertionError(names(home, "camera"))


def test_an_account_that_is_added_or_removed_while_the_server_runs_is_known_at_once(home: Home, camera: Served):
    add(home, "phone", "after=keep-names", "delay=0")
    photo = home.photo("IMG_4.jpg", 4)
    with Client(home, "phone") as files:
        files.put(str(photo), "IMG_1.jpg")
        eventually(lambda: names(home, "phone") and "IMG_1.jpg" not in names(home, "phone"), what=camera.log)
        eventually(lambda: files.listdir("/") == ["IMG_1.jpg"])
        assert files.stat("IMG_1.jpg").st_size == photo.stat().st_size
        home.run("source", "remove", "Phone")
        eventually(lambda: not files.get_channel().get_transport().is_active())
    with pytest.raises(paramiko.AuthenticationException):
        Client(home, "phone")


def test_a_receiver_that_is_killed_is_started_again_and_nothing_is_lost(home: Home, camera: Served):
    add(home, "scanner", "delay=1")
    photo = home.photo("IMG_5.jpg", 5)
    data = photo.read_bytes()
    with Client(home, "scanner") as files:
        half = files.open("IMG_2.jpg", "w")
        half.write(data[:1000])
        half.flush()
        files.put(str(photo), "IMG_1.jpg")
        camera.child("receive").kill()
        half._closed = True
    eventually(lambda: _answers(home, "scanner"), what=camera.log)
    with Client(home, "scanner") as files, files.open("IMG_2.jpg", "a") as rest:
        assert files.stat("IMG_2.jpg").st_size == 1000
        rest.write(data[1000:] + b"longer")
    eventually(lambda: len(names(home, "scanner")) == 2 and not _unnamed(home, "scanner"), what=camera.log)
    assert sorted(contents(home.root / "data" / "uploads" / "scanner").values()) == [1, 1]


def _unnamed(home: Home, account: str) -> list[str]:
    return [name for name in names(home, account) if "IMG" in name or name.startswith(".")]


def _answers(home: Home, account: str) -> bool:
    try:
        Client(home, account).__exit__()
    except (OSError, paramiko.SSHException, EOFError):
        return False
    return True


def test_the_dashboard_shows_how_to_sign_in_and_never_the_password(home: Home, camera: Served):
    browser = make_owner(camera)
    page = browser.get("/sources/1").text
    assert "user camera" in page
    assert "SHA256:" in page
    assert PASSWORD not in page
    assert "argon2" not in page
    assert "password" not in browser.get("/api/v1/sources/1").json()["options"]
    assert "host key SHA256:" in home.run("check").output


def test_photos_on_a_server_get_their_names_there(tmp_path: Path):
    home = Home(tmp_path)
    home.photo("2026/IMG_1.jpg", 1)
    home.photo("2026/IMG_2.jpg", 2)
    before = contents(home.pictures)
    with openssh.running(tmp_path / "sshd") as server:
        about = ["host=127.0.0.1", f"port={server.port}", f"username={server.username}", f"path={home.pictures}"]
        key = f"private_key=@{server.private_key}"
        asked = home.run("source", "add", "sftp", "Archive", "mode=remote", *about, key)
        assert asked.exit_code == 1
        assert f"host_key={server.host_key}" in asked.errors
        more = [f"host_key={server.host_key}", "review=auto", "backlog=yes", "rename=all"]
        added = home.run("source", "add", "sftp", "Archive", "mode=remote", *about, key, *more)
        assert added.exit_code == 0, added.errors
        assert home.run("source", "test", "Archive").output.count("ok ") == 3
        with served(home) as one:
            eventually(lambda: not any("IMG" in name for name in home.tree()), what=one.log)
            assert contents(home.pictures) == before
            assert home.run("undo", "--last").exit_code == 0
            assert home.tree() == {"2026/IMG_1.jpg", "2026/IMG_2.jpg"}


def test_both_ways_are_added_by_the_form_of_the_dashboard(tmp_path: Path, browser: Browser):
    home = receiving(tmp_path)
    home.photo("IMG_1.jpg", 1)
    with (
        openssh.running(home.root / "sshd") as server,
        served(home) as one,
        opened(browser, one) as dashboard,
    ):
        page = dashboard.page
        dashboard.set_up()
        dashboard.open("/sources/new?kind=sftp")
        assert dashboard.complaints() == []
        page.get_by_label("Name", exact=True).fill("Camera")
        page.get_by_label("User name").fill("camera")
        page.get_by_label("Password", exact=False).first.fill("short")
        dashboard.press("Only test it")
        expect(page.locator("#tests")).to_contain_text("at least 10 characters", timeout=PATIENCE)
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        dashboard.press("Only test it")
        expect(page.locator("#tests .good")).to_have_count(3, timeout=PATIENCE)
        dashboard.press("Add this source")
        dashboard.heading("Camera")
        expect(page.locator("#facts")).to_contain_text("user camera")
        with Client(home, "camera") as files:
            assert files.listdir("/") == []

        dashboard.open("/sources/new?kind=sftp")
        for shown_key in (False, True):
            page.get_by_label("Name", exact=True).fill("Archive")
            page.get_by_label("Which way").select_option("remote")
            page.get_by_label("User name").fill(server.username)
            page.get_by_label("Server").fill("127.0.0.1")
            page.get_by_label("Folder").fill(str(home.pictures))
            page.get_by_label("Private key", exact=False).first.fill(server.private_key.read_text())
            page.get_by_text("More about the connection").click()
            page.get_by_label("Port").fill(str(server.port))
            if not shown_key:
                dashboard.press("Add this source")
                expect(page.get_by_role("alert")).to_contain_text(server.host_key, timeout=PATIENCE)
                expect(page.get_by_label("Host key")).to_have_value(server.host_key)
        dashboard.press("Add this source")
        dashboard.heading("Archive")
