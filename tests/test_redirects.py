"""Maps of old addresses, given to the real servers that read them."""

import csv
import io
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from appliance.reports import redirects

MOVES = [
    ("/in/IMG_1.JPG", "/in/beach.jpg"),
    ("/in/two  spaces.jpg", "/in/sea.jpg"),
    ("/in/quote\"s 'and' $1 ${host}.jpg", "/in/$uri-100%.jpg"),
    ("/in/{block} [a] *?.jpg", "/in/a;b{c}.jpg"),
    ("/in/b\\slash.jpg", "/in/slash.jpg"),
    ("/in/\u00fcber #1.jpg", "/in/\u00fcber-neu.jpg"),
    ("/in/ends.jpg", "/in/ends-2.jpg"),
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[httpx.Client]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            _await(port, server)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=False) as client:
                yield client
        finally:
            server.terminate()


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    assert server.stdout is not None
    raise AssertionError(f"It did not start: {server.stdout.read().decode()}")


def _assert_redirected(client: httpx.Client) -> None:
    for old, new in MOVES:
        answer = client.get(quote(old))
        assert answer.status_code == 301, (old, answer.status_code)
        location = answer.headers["location"]
        assert location.removeprefix(str(client.base_url).rstrip("/")) == quote(new), old
    assert client.get("/in/another.jpg").status_code in {403, 404}


def test_nginx_leads_from_every_old_address_to_the_new(tmp_path: Path):
    port = _free_port()
    (tmp_path / "map.conf").write_text(redirects.nginx(MOVES))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;\n"
        f"fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n"
        f"include {tmp_path}/map.conf;\nserver {{ listen 127.0.0.1:{port}; root {tmp_path}/none;\n"
        "if ($renamed_image) { return 301 $renamed_image; } } }\n"
    )
    command = ["/usr/sbin/nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with _running(command, port) as client:
        _assert_redirected(client)


def test_apache_leads_from_every_old_address_to_the_new(tmp_path: Path):
    port = _free_port()
    (tmp_path / "map.conf").write_text(redirects.apache(MOVES))
    modules = "/usr/lib/apache2/modules"
    (tmp_path / "apache.conf").write_text(
        f"ServerName localhost\nServerRoot {tmp_path}\nPidFile {tmp_path}/pid\nListen 127.0.0.1:{port}\n"
        f"Mutex file:{tmp_path}\nDefaultRuntimeDir {tmp_path}\nErrorLog /dev/stderr\nDocumentRoot {tmp_path}\n"
        f"User www-data\nGroup www-data\n"
        f"LoadModule mpm_event_module {modules}/mod_mpm_event.so\n"
        f"LoadModule authz_core_module {modules}/mod_authz_core.so\n"
        f"LoadModule alias_module {modules}/mod_alias.so\nInclude {tmp_path}/map.conf\n"
    )
    command = ["/usr/sbin/apache2", "-f", str(tmp_path / "apache.conf"), "-DFOREGROUND"]
    with _running(command, port) as client:
        _assert_redirected(client)


def test_caddy_is_told_nothing_that_it_would_take_for_a_pattern_or_a_circle():
    said = redirects.caddy([*MOVES, ("/in/IMG_2.JPG", "/in/img_2.jpg")])
    assert '\nredir "/in/%7Bblock%7D %5Ba%5D %2A%3F.jpg" "/in/a%3Bb%7Bc%7D.jpg" permanent\n' in said
    assert "IMG_2" not in said


def test_a_table_has_both_as_they_stand_in_an_address():
    rows = list(csv.reader(io.StringIO(redirects.table(MOVES))))
    assert rows[0] == ["from", "to"]
    assert rows[1:] == [[quote(old), quote(new)] for old, new in MOVES]
