"""How the appliance and a site get to know each other, and what each tells the other."""

import base64
import hashlib
import hmac
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.connectors.wordpress.acting import ROUTES, ask, photo, rename, undo
from tests.servers.wordpress import Site

SECRET = "a secret of more than thirty-two letters"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Its address, and what it was sent."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()


def signed(
    bundle: dict[str, str], method: str, route: str, query: dict[str, str], body: bytes, **but: str
) -> httpx.Response:
    """A request without a password, as README.md describes it; `but` changes one of its headers."""
    stamp, nonce = str(int(time.time())), but.get("nonce", hashlib.sha256(body + route.encode()).hexdigest())
    sorted_query = "&".join(f"{quote(name, safe='')}={quote(query[name], safe='')}" for name in sorted(query))
    told = [method, route, sorted_query, but.get("stamp", stamp), nonce, hashlib.sha256(body).hexdigest()]
    signature = hmac.new(bundle["secret"].encode(), "\n".join(told).encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Image-Renamer-Key": bundle["key"],
        "X-Image-Renamer-Timestamp": but.get("stamp", stamp),
        "X-Image-Renamer-Nonce": nonce,
        "X-Image-Renamer-Signature": but.get("signature", signature),
        "Content-Type": "application/json",
    }
    address = bundle["rest_url"].rstrip("/") + route
    return httpx.request(method, address, params=query, content=body, headers=headers, timeout=60)


def paired(site: Site) -> dict[str, str]:
    line = site.php("return Image_Renamer\\Pairing::bundle();").removeprefix("image-renamer:1:")
    return dict(json.loads(base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))))


def test_a_pairing_line_opens_the_site_by_password_and_by_signature(site: Site):
    bundle = paired(site)
    by_password = httpx.get(
        f"{bundle['rest_url']}image-renamer/v1/status", auth=(bundle["username"], bundle["application_password"])
    )
    assert all(by_password.json()["capabilities"].values())
    media = site.upload("IMG_1.jpg", photo())
    listed = signed(bundle, "GET", "/wp/v2/media", {"context": "edit", "per_page": "1"}, b"")
    assert [item["id"] for item in listed.json()] == [media["id"]]
    body = json.dumps({"request_id": "request-1", "name": "red-bicycle"}).encode()
    route = f"{ROUTES}/media/{media['id']}/rename"
    assert signed(bundle, "POST", route, {}, body).json()["state"] == "done"
    replayed = signed(bundle, "POST", route, {}, body)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "bad_signature")
    for but in ({"signature": "0" * 64}, {"stamp": str(int(time.time()) - 301)}, {"nonce": "short"}):
        assert signed(bundle, "GET", f"{ROUTES}/status", {}, b"", **but).status_code == 401
    assert signed(bundle, "DELETE", f"/wp/v2/media/{media['id']}", {"force": "true"}, b"").status_code == 403
    newer = paired(site)
    assert signed(bundle, "GET", f"{ROUTES}/events", {}, b"").status_code == 401
    assert signed(newer, "GET", f"{ROUTES}/events", {"limit": "7", "after": "0"}, b"").status_code == 200


def test_events_tell_in_order_what_happened_to_images(site: Site):
    first = site.api().get(f"{ROUTES}/status").json()["last_event_seq"]
    media = site.upload("IMG_1.jpg", photo())
    site.edit(f"/wp/v2/media/{media['id']}", alt_text="A bicycle")
    told = rename(site, media["id"], "red-bicycle")
    undo(site, told["request_id"])
    site.php(f"return (bool) wp_delete_attachment( {media['id']}, true );")
    answer = site.api().get(f"{ROUTES}/events", params={"after": first}).json()
    kinds = [event["type"] for event in answer["events"] if event["type"] != "updated"]
    assert kinds == ["created", "renamed", "undone", "deleted"]
    assert "updated" in [event["type"] for event in answer["events"]]
    renamed = next(event for event in answer["events"] if event["type"] == "renamed")
    assert (renamed["id"], renamed["file"], renamed["was"]) == (media["id"], told["to"], told["from"])
    sequence = [event["seq"] for event in answer["events"]]
    assert sequence == sorted(sequence)
    assert sequence[-1] == answer["last_event_seq"]
    assert site.api().get(f"{ROUTES}/events", params={"after": sequence[-1]}).json()["events"] == []


def test_hints_are_signed_sent_by_cron_and_sent_again_until_somebody_takes_them(site: Site):
    def cron() -> None:
        site.php("wp_clear_scheduled_hook( 'image_renamer_send' ); do_action( 'image_renamer_send' ); return 1;")

    with receiver(503) as (address, refused):
        target = {"url": address, "secret": SECRET}
        assert site.api().put(f"{ROUTES}/webhook", json=target).status_code == 403  # an editor decides no such thing
        assert site.api("admin").put(f"{ROUTES}/webhook", json=target).status_code == 200
        media = site.upload("IMG_1.jpg", photo())
        assert refused == []
        assert site.php("return (bool) wp_next_scheduled( 'image_renamer_send' );")
        cron()
        assert len(refused) == 1
        assert site.php("return wp_next_scheduled( 'image_renamer_send' ) - time() > 30;")
    with receiver() as (address, got):
        site.php(f"""
            $target = array( 'url' => '{address}', 'secret' => '{SECRET}' );
            return update_option( 'image_renamer_webhook', $target );
        """)
        cron()
        cron()
    ((headers, body),) = got
    told = [headers[f"x-image-renamer-{part}"] for part in ("timestamp", "delivery")]
    text = "\n".join([*told, hashlib.sha256(body).hexdigest()])
    assert headers["x-image-renamer-signature"] == hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert [event["id"] for event in json.loads(body)["events"]][:1] == [media["id"]]
    assert site.api("admin").put(f"{ROUTES}/webhook", json={"url": "ftp://x", "secret": SECRET}).status_code == 400


def test_an_administrator_pairs_and_undoes_on_a_page_of_their_own(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    told = rename(site, media["id"], "red-bicycle")
    browser = httpx.Client(base_url=site.url, timeout=60)
    browser.get("/wp-login.php")
    browser.post("/wp-login.php", data={"log": "admin", "pwd": "admin-pass", "testcookie": "1"})
    page = browser.get("/wp-admin/upload.php?page=image-renamer").text
    assert told["from"] in page
    nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)
    assert nonce

    def press(what: str, request: str = "", secret: str = nonce[1]) -> httpx.Response:
        form = {"action": "image_renamer", "what": what, "request": request, "_wpnonce": secret}
        return browser.post("/wp-admin/admin-post.php", data=form)

    assert "image-renamer:1:" in press("pair").text
    assert press("undo", told["request_id"], "wrong").status_code == 403
    assert press("undo", told["request_id"]).status_code == 302
    assert site.get(media["source_url"]).status_code == 200
    press("probe")
    assert "Redirects work" in browser.get("/wp-admin/upload.php?page=image-renamer").text
    guest = httpx.post(f"{site.url}/wp-admin/admin-post.php", data={"action": "image_renamer", "what": "pair"})
    assert "image-renamer:1:" not in guest.text


def test_the_commands_rename_and_undo(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    said = site.php(f"""
        class WP_CLI {{
            public static $said = array();
            public static function line( $text ) {{ self::$said[] = $text; }}
            public static function error( $text ) {{ self::$said[] = "Error: $text"; }}
        }}
        $command = new Image_Renamer\\Command();
        $command->rename( array( '{media["id"]}', 'red-bicycle' ), array( 'dry-run' => true ) );
        $command->rename( array( '{media["id"]}', 'red-bicycle' ), array() );
        $command->rename( array( '{media["id"]}', 'a b' ), array() );
        $command->undo( array( Image_Renamer\\Journal::latest( 1 )[0]->request ) );
        $command->status();
        return WP_CLI::$said;
    """)
    assert "IMG_1.jpg → " in said[0]
    assert "(done, " in said[1]
    assert said[2].startswith("Error: An image cannot be called “a b”.")
    assert "(undone)" in said[3]
    assert "undone" in said[4]
    assert site.media(media["id"])["source_url"] == media["source_url"]


def test_a_persistent_object_cache_holds_nothing_stale(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    post = site.post("A page", f'<img src="{media["source_url"]}"/>')
    site.php(f"update_option( 'shown', '{media['source_url']}' ); return 1;")
    shutil.copy(Path(__file__).with_name("object-cache.php"), site.root / "wp-content")
    read = f"""return array( get_post( {post["id"]} )->post_content, wp_get_attachment_url( {media["id"]} ),
        wp_get_attachment_metadata( {media["id"]} )['file'], get_option( 'shown' ) );"""
    assert "IMG_1" in "".join(site.php(read))
    assert ask(site, media["id"], "red-bicycle").status_code == 200
    assert "IMG_1" not in "".join(site.php(read))
    assert site.php("return wp_using_ext_object_cache();")
