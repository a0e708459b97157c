"""WordPress sites for the tests: each has a database and files of its own, and answers on a port of its own."""

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from scripts import fetch_wordpress
from tests.servers import mariadb

OLDEST, NEWEST = RELEASES = fetch_wordpress.RELEASES
PARTS = Path(__file__).parent / "wordpress_site"
PHP = ("php", "-c", str(PARTS / "php.ini"))
# What changes by itself with the time.
RESTLESS = {
    "wp_options": "WHERE option_name NOT REGEXP '^(_site)?_transient|^cron$|^recently_|_children$'",
    "wp_usermeta": "WHERE meta_key NOT IN ('_application_passwords', 'session_tokens')",
}


@dataclass
class Site:
    """A running site. `passwords` are the application passwords of `admin`, `renamer` (what the appliance acts as)
    and `author`; to wp-admin they sign in with `<login>-pass`."""

    folder: Path
    server: Path
    database: str
    url: str
    passwords: dict[str, str]
    leader: int = 0
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "site"

    @property
    def uploads(self) -> Path:
        return self.root / "wp-content/uploads"

    def api(self, login: str = "renamer") -> httpx.Client:
        """A client of the REST API that acts as this user; "" is nobody."""
        if login not in self.clients:
            auth = (login, self.passwords[login]) if login else None
            self.clients[login] = httpx.Client(base_url=f"{self.url}/wp-json", auth=auth, timeout=120)
        return self.clients[login]

    def upload(self, name: str, content: bytes, **fields: object) -> dict[str, Any]:
        """The new attachment, as the REST API describes it to its editors."""
        answer = self.api("admin").post("/wp/v2/media", files={"file": (name, content)})
        answer.raise_for_status()
        attachment = int(answer.json()["id"])
        return self.edit(f"/wp/v2/media/{attachment}", **fields) if fields else self.media(attachment)

    def media(self, attachment: int) -> dict[str, Any]:
        answer = self.api("admin").get(f"/wp/v2/media/{attachment}", params={"context": "edit"})
        answer.raise_for_status()
        return dict(answer.json())

    def edit(self, route: str, **fields: object) -> dict[str, Any]:
        answer = self.api("admin").post(route, json=fields)
        answer.raise_for_status()
        return dict(answer.json())

    def post(self, title: str, content: str, **fields: object) -> dict[str, Any]:
        return self.edit("/wp/v2/posts", title=title, content=content, **{"status": "publish", **fields})

    def get(self, address: str) -> httpx.Response:
        """A page or a file as a visitor gets it, by its address or its path; a redirect is not followed."""
        return httpx.get(address if "://" in address else self.url + address, timeout=60)

    def php(self, code: str) -> Any:
        """What the code returns, run inside WordPress as its administrator."""
        command = [*PHP, str(PARTS / "run.php"), str(self.root), self.url]
        done = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"PHP ended with {done.returncode}: {done.stderr[-3000:]}{done.stdout[-3000:]}")
        return json.loads(done.stdout)

    def sql(self, statement: str) -> list[list[str]]:
        """The rows that a statement gives; line ends, tabs and backslashes in them are escaped."""
        return [line.split("\t") for line in mariadb.run(self.server, statement, self.database).splitlines()]

    def install(self, plugin: Path, name: str) -> None:
        """Puts a plugin's folder in place, and activates it."""
        shutil.copytree(plugin, self.root / "wp-content/plugins" / name)
        self.activate(name)

    def activate(self, name: str) -> None:
        said = self.php(
            f"$told = activate_plugin('{name}/{name}.php'); return $told ? $told->get_error_message() : '';"
        )
        if said:
            raise RuntimeError(f"{name} was not activated: {said}")

    def must_use(self, name: str, code: str) -> None:
        """A plugin of one test alone, which is always active."""
        folder = self.root / "wp-content/mu-plugins"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.php").write_text(f"<?php\n{code}\n")

    def files(self) -> dict[str, str]:
        """Everything in the uploads folder: its path → a hash of its content."""
        found = (path for path in sorted(self.uploads.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.uploads)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def rows(self, but: str = "-") -> dict[str, list[str]]:
        """What stands in each table whose name does not begin like that, apart from what no person wrote."""
        tables = [row[0] for row in self.sql("SHOW TABLES") if not row[0].startswith(but)]
        return {table: self._content(table) for table in tables}

    def _content(self, table: str) -> list[str]:
        select = f"SELECT * FROM `{table}` {RESTLESS.get(table, '')} ORDER BY 1, 2"  # noqa: S608
        return mariadb.run(self.server, select, self.database).splitlines()

    def log(self) -> str:
        """What PHP complained about, but for updates that it cannot look for."""
        path = self.folder / "debug.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return "\n".join(line for line in lines if "WordPress.org" not in line)

    def serve(self, *options: str) -> None:
        """Starts answering, also again after workers were killed; with further options of PHP."""
        self.stop()
        address = self.url.removeprefix("http://")
        command = [*PHP, *options, "-S", address, "-t", str(self.root), str(PARTS / "router.php")]
        environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": "4"}
        with (self.folder / "php.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.leader = process.pid
        (self.server / "groups" / str(self.leader)).touch()
        _wait_until_it_listens(address, process)

    def stop(self) -> None:
        if self.leader:
            mariadb.end_group(self.leader)
            (self.server / "groups" / str(self.leader)).unlink()
            self.leader = 0
            _wait_until(lambda: not _listens(self.url.removeprefix("http://")))


@contextmanager
def site(server: Path, release: str = NEWEST, *, network: bool = False) -> Iterator[Site]:
    """A new site with nothing in it, in a fraction of a second; of `network`, the first of several sites."""
    installed = _installed(server, release)
    identity = uuid4().hex
    new = Site(
        folder=server / "sites" / identity,
        server=server,
        database=f"wp_{identity}",
        url=f"http://127.0.0.1:{_free_port()}",
        passwords=json.loads(installed.with_suffix(".json").read_text()),
    )
    _make(new, release, installed.read_text())
    if network:
        _make_network(new)
    try:
        new.serve()
        yield new
    finally:
        new.stop()
        mariadb.run(server, f"DROP DATABASE {new.database}")
        shutil.rmtree(new.folder)


def _installed(server: Path, release: str) -> Path:
    """The dump of a site as WordPress installs it; made by the first who asks, and kept with the program."""
    core = fetch_wordpress.core(release).absolute()
    digest = hashlib.sha256((PARTS / "install.php").read_bytes()).hexdigest()[:12]
    dump = core.with_name(f"{release}-{digest}.sql")
    with dump.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not dump.exists():
            _install(server, release, dump)
    return dump


def _install(server: Path, release: str, dump: Path) -> None:
    made = Site(server / "sites" / release, server, f"wp_{release}", "http://127.0.0.1", {})
    _make(made, release, "")
    command = [*PHP, str(PARTS / "install.php"), str(made.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"WordPress was not installed: {done.stderr}{done.stdout}")
    dump.with_suffix(".json").write_text(json.dumps(json.loads(done.stdout)))
    dump.write_text(mariadb.dump(server, made.database))
    mariadb.run(server, f"DROP DATABASE {made.database}")
    shutil.rmtree(made.folder)


def _make(new: Site, release: str, dump: str) -> None:
    core = fetch_wordpress.core(release)
    new.folder.mkdir(parents=True)
    # WordPress changes none of its own files, so all sites may share them.
    shutil.copytree(core, new.root, copy_function=_link)
    for name in ("uploads", "plugins", "mu-plugins"):
        (new.root / "wp-content" / name).mkdir(exist_ok=True)
    shutil.copy(PARTS / "wp-config.php", new.root / "wp-config.php")
    _configure(new, "")
    addresses = f"UPDATE wp_options SET option_value = '{new.url}' WHERE option_name IN ('siteurl', 'home');"  # noqa: S608
    mariadb.run(new.server, f"CREATE DATABASE {new.database} CHARACTER SET utf8mb4")
    mariadb.run(new.server, dump + addresses if dump else "", new.database)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _configure(site: Site, constants: str) -> None:
    host = f"localhost:{site.server}/socket"
    names = f"define( 'DB_NAME', '{site.database}' );\ndefine( 'DB_HOST', '{host}' );\n"
    (site.root / "site.php").write_text(f"<?php\n{names}{constants}")


def _make_network(new: Site) -> None:
    host = new.url.removeprefix("http://")
    new.php((PARTS / "network.php").read_text().removeprefix("<?php\n").replace("HOST", host))
    constants = (PARTS / "network-constants.php").read_text().removeprefix("<?php\n").replace("HOST", host)
    _configure(new, constants)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_listens(address: str, process: "subprocess.Popen[bytes]") -> None:
    _wait_until(lambda: process.poll() is not None or _listens(address))
    if process.poll() is not None:
        raise RuntimeError(f"The web server of PHP ended with {process.returncode}.")


def _listens(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def _wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not condition():
        if time.monotonic() > ends:
            raise RuntimeError("The web server of PHP neither starts nor ends.")
        time.sleep(0.01)
