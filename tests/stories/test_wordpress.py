"""What becomes of images that somebody uploads to a WordPress site, with a real worker beside it."""

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from appliance import app, kinds, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, Image, Rename, Source
from appliance.secrets import vault_of
from appliance.sources import Choices
from tests.connectors.wordpress_site import PLUGIN
from tests.home import Home
from tests.servers import wordpress
from tests.servers.wordpress import Site
from tests.serving import served
from tests.watching import PATIENCE_SECONDS, eventually

QUICK = Choices(review="auto", interval=5)
LATER = "Its turn comes later: at most 2 of the backlog are renamed in an hour."

# As through the uploader, but three minutes ago: what has only just come is not touched yet.
_UPLOAD = """
$copy = wp_tempnam( 'upload' );
copy( {path}, $copy );
$file = array( 'name' => {name}, 'tmp_name' => $copy );
$post = array( 'post_date_gmt' => gmdate( 'Y-m-d H:i:s', time() - 180 ) ) + {fields};
$id   = media_handle_sideload( $file, 0, null, $post );
if ( {alt} ) {{ update_post_meta( $id, '_wp_attachment_image_alt', {alt} ); }}
return $id;
"""


@dataclass
class Connected:
    """A site, and an appliance that knows it as its source 1."""

    site: Site
    home: Home
    database: Database

    def upload(self, photo: Path, name: str, alt: str = "", **fields: str) -> int:
        told = {"path": str(photo), "name": name, "alt": alt}
        quoted = {key: json.dumps(value) for key, value in told.items()}
        array = ", ".join(f"{json.dumps(key)} => {json.dumps(value)}" for key, value in fields.items())
        return int(self.site.php(_UPLOAD.format(**quoted, fields=f"array( {array} )")))

    def images(self) -> dict[str, Image]:
        """By the names that they came with."""
        with self.database.reading(OWN_TENANT) as session:
            return {image.original_path.rpartition("/")[2]: image for image in session.scalars(select(Image))}

    def states(self) -> dict[str, str]:
        return {name: str(image.state) for name, image in self.images().items()}

    def reasons(self) -> dict[str, str]:
        return {name: image.reason for name, image in self.images().items()}

    def report(self) -> dict[str, Any]:
        with self.database.reading(OWN_TENANT) as session:
            return dict(session.scalars(select(Rename)).one().report or {})

    def source(self) -> Source:
        with self.database.reading(OWN_TENANT) as session:
            return session.get_one(Source, 1)

    def log(self) -> str:
        logs = [path.read_text()[-3000:] for path in self.home.root.glob("*.log")]
        return "\n".join([self.source().problem, *logs])


@contextmanager
def connected(
    home: Home, site: Site, choices: Choices = QUICK, *, work: bool = True, pairing: str = ""
) -> Iterator[Connected]:
    """By the line that its owner copied, else as a user who may rename."""
    database = app.open_database(Settings.from_env({}, home.root / "data"))
    vault = vault_of(Settings.from_env({}, home.root / "data"))
    named = {"url": site.url, "username": "renamer", "application_password": site.passwords["renamer"]}
    options = kinds.asked("wordpress", {"pairing": pairing}).options if pairing else named
    wanted = sources.Wanted(kind="wordpress", name="Site", options=options, choices=choices)
    with database.session(OWN_TENANT) as session:
        sources.add(session, OWN_TENANT, vault, wanted, actor="test")
    found = Connected(site, home, database)
    try:
        with working(home) if work else nullcontext():
            eventually(lambda: not work or found.source().scanned_at is not None, what=found.log)
            yield found
    finally:
        database.close()


@contextmanager
def working(home: Home) -> Iterator[None]:
    log = (home.root / "work.log").open("ab")
    worker = subprocess.Popen(home.command("work"), env=home.process_environment(), stdout=log, stderr=log)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGINT)
        worker.wait(PATIENCE_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(mariadb_server: Path) -> Iterator[Site]:
    with wordpress.site(mariadb_server) as site:
        yield site


@pytest.fixture
def with_plugin(site: Site) -> Site:
    site.install(PLUGIN, "image-renamer")
    return site


def test_an_upload_is_renamed_with_all_that_shows_it_and_can_be_put_back(home: Home, with_plugin: Site):
    site = with_plugin
    with connected(home, site) as here:
        image = here.upload(home.photo("big.jpg", 3), "IMG_1.jpg")
        media = site.media(image)
        sizes = " ".join(f'<img src="{one["source_url"]}">' for one in media["media_details"]["sizes"].values())
        post = site.post("A page", f'<!-- wp:image {{"id":{image}}} --><img src="{media["source_url"]}"> {sizes}')
        before = site.get(post["link"]).text, site.files(), site.rows()
        assert "IMG_1" in before[0]

        eventually(lambda: here.states() == {"IMG_1.jpg": "renamed"}, what=lambda: f"{here.reasons()} {here.log()}")
        renamed = site.media(image)
        page = site.get(post["link"]).text
        assert "IMG_1" not in page
        assert page.count("<img") == before[0].count("<img")
        for source in re.findall(r'<img[^>]*src="([^"]+)"', page):
            assert site.get(source).status_code == 200
        assert Path(renamed["source_url"]).stem == naming_of(here)
        assert site.get(media["source_url"]).headers["location"] == renamed["source_url"]
        assert sorted(before[1].values()) == sorted(site.files().values())

        report = here.report()
        assert report["files"] == report["new_good"] == report["old_led_on"] == len(before[1])
        assert (report["left_over"], report["pages_checked"]) == (0, 1)
        assert report["rows"]["wp_posts"] == 1

        said = home.run("undo", "--last")
        eventually(lambda: here.states() == {"IMG_1.jpg": "kept"}, what=lambda: f"{said} {here.reasons()} {here.log()}")
        assert site.get(post["link"]).text == before[0]
        assert site.files() == before[1]


def naming_of(here: Connected) -> str:
    return Path(here.images()["IMG_1.jpg"].path).stem


def test_a_name_that_waited_is_given_as_soon_as_the_plugin_is_there(home: Home, site: Site):
    with connected(home, site) as here:
        here.upload(home.photo("one.jpg", 1), "IMG_1.jpg")
        eventually(lambda: "waits for the plugin" in here.reasons().get("IMG_1.jpg", ""), what=here.log)

        site.install(PLUGIN, "image-renamer")
        eventually(lambda: here.states() == {"IMG_1.jpg": "renamed"}, what=lambda: f"{here.reasons()} {here.log()}")
        assert not any("IMG_1" in path for path in site.files())


def test_a_site_tells_by_itself_that_something_came(home: Home, with_plugin: Site):
    site, port = with_plugin, free_port()
    home.environment["RENAMER_BASE_URL"] = f"http://127.0.0.1:{port}"
    pairing = site.php("return Image_Renamer\\Pairing::bundle();")
    with connected(home, site, work=False, pairing=pairing) as here, served(home, "--port", str(port)):
        eventually(lambda: site.api("admin").get("/image-renamer/v1/status").json()["webhook"], what=here.log)
        here.upload(home.photo("one.jpg", 1), "IMG_1.jpg")
        assert here.source().hinted_at is None

        site.get("/wp-cron.php?doing_wp_cron")
        eventually(lambda: here.source().hinted_at, what=here.log)
        eventually(lambda: here.states(), 20, what=here.log)


def test_a_backlog_is_renamed_no_faster_than_its_owner_wants(home: Home, with_plugin: Site):
    choices = Choices(review="auto", interval=5, backlog=True, ramp=2)
    make = Connected(with_plugin, home, app.open_database(Settings.from_env({}, home.root / "data")))
    for number in range(4):
        make.upload(home.photo(f"{number}.jpg", number), f"IMG_{number}.jpg")
    with connected(home, with_plugin, choices) as here:
        eventually(
            lambda: list(here.reasons().values()).count(LATER) == 2, what=lambda: f"{here.reasons()} {here.log()}"
        )

        assert sorted(here.states().values()) == ["planned", "planned", "renamed", "renamed"]


def test_without_the_plugin_names_wait_for_it_and_texts_are_written_where_there_are_none(home: Home, site: Site):
    with connected(home, site) as here:
        told = here.upload(home.photo("told.jpg", 1), "IMG_1.jpg", alt="What a person wrote.", post_title="My title")
        untold = here.upload(home.photo("untold.jpg", 2), "IMG_2.jpg")

        def wait_for_the_plugin() -> bool:
            images = here.images().values()
            return len(images) == 2 and all("waits for the plugin: download it" in one.reason for one in images)

        eventually(wait_for_the_plugin, what=lambda: f"{[one.reason for one in here.images().values()]} {here.log()}")
        images = here.images()
        assert {str(image.state) for image in images.values()} == {"planned"}
        assert site.media(told)["alt_text"] == "What a person wrote."
        assert site.media(told)["title"]["raw"] == "My title"
        assert site.media(untold)["alt_text"] == images["IMG_2.jpg"].alt != ""
        assert [path for path in site.files() if "IMG_" not in path] == []
