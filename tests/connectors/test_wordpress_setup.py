"""What an owner is told who sets up a WordPress site, when something about it is wrong: on a real site."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from appliance import sources
from appliance.sources import Step
from tests.servers import wordpress
from tests.servers.wordpress import Site

HTML_403 = "http_response_code( 403 ); header( 'Content-Type: text/html' ); exit( '<h1>Blocked</h1>' );"
IN_THE_API = "if ( false !== strpos( $_SERVER['REQUEST_URI'], 'wp-json' ) ) {{ {} }}"

NO_DATA = Path("nothing of such a source lies with us")


@pytest.fixture(scope="module")
def running(mariadb_server: Path) -> Iterator[Site]:
    with wordpress.site(mariadb_server) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    """As it was made, and again for the next test."""
    yield running
    for plugin in (running.root / "wp-content/mu-plugins").glob("*.php"):
        plugin.unlink()


@pytest.fixture
def file_server(tmp_path: Path) -> Iterator[str]:
    """Any web site."""
    serve = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def tried(site: Site, login: str = "renamer", password: str = "", url: str = "") -> list[Step]:
    options = {
        "url": url or site.url,
        "username": login,
        "application_password": password or site.passwords.get(login, ""),
    }
    return sources.tested("wordpress", options, NO_DATA)


def problem(steps: list[Step]) -> str:
    *before, last = steps
    assert not any(step.problem for step in before)
    return f"{last.name}: {last.problem}"


def test_without_the_plugin_all_is_right_up_to_it_and_how_to_install_it_is_said(site: Site):
    assert problem(tried(site)).startswith("The plugin is there: The file name waits for the plugin: download it")


def test_a_wrong_password_is_told_although_the_site_answers_strangers(site: Site):
    said = problem(tried(site, password="wrong wrong wrong"))

    assert said.startswith("The user and the password are right:")
    assert "does not know “renamer” with this application password" in said


def test_a_user_whom_the_site_does_not_know(site: Site):
    assert "does not know “nobody”" in problem(tried(site, "nobody", "x"))


def test_an_author_may_not_edit_what_others_uploaded(site: Site):
    said = problem(tried(site, "author"))

    assert "(role: author) may not edit_others_posts, edit_private_posts: choose an Editor" in said


def test_a_host_that_takes_the_header_with_the_password_away(site: Site):
    site.must_use("strips", "unset( $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'] );")

    assert "takes the Authorization header away" in problem(tried(site))


def test_a_rest_api_that_is_switched_off_for_strangers_alone_is_no_problem(site: Site):
    refuse = (
        "return is_user_logged_in() ? $error : new WP_Error( 'rest_login_required', 'No.', array( 'status' => 401 ) );"
    )
    site.must_use("closed", f"add_filter( 'rest_authentication_errors', function ( $error ) {{ {refuse} }}, 200 );")

    assert problem(tried(site)).startswith("The plugin is there:")


def test_a_rest_api_that_is_switched_off(site: Site):
    refuse = "return new WP_Error( 'rest_disabled', 'The REST API is disabled.', array( 'status' => 403 ) );"
    site.must_use("off", f"add_filter( 'rest_authentication_errors', function () {{ {refuse} }}, 200 );")

    said = problem(tried(site))
    assert said.startswith("Its REST API is on: The REST API of")
    assert "switched off (rest_disabled)" in said


def test_plain_permalinks_are_no_problem(site: Site):
    site.php("return update_option( 'permalink_structure', '' );")

    try:
        assert problem(tried(site)).startswith("The plugin is there:")
    finally:
        site.php("return update_option( 'permalink_structure', '/%postname%/' );")


def test_a_home_page_that_names_no_api_is_asked_all_the_same(site: Site):
    site.must_use(
        "silent",
        "remove_action( 'wp_head', 'rest_output_link_wp_head' );\n"
        "add_action( 'init', function () { remove_action( 'template_redirect', 'rest_output_link_header', 11 );"
        " remove_action( 'wp_head', 'rest_output_link_wp_head' ); } );",
    )
    assert problem(tried(site)).startswith("The plugin is there:")


def test_a_site_without_encryption_where_wordpress_takes_no_application_passwords(site: Site):
    site.must_use("plain", "add_filter( 'wp_is_application_passwords_available', '__return_false' );")

    said = problem(tried(site))
    assert said.startswith("Passwords are safe on the way:")
    assert "is not encrypted" in said
    assert "https://" in said


def test_a_firewall_that_answers_with_a_page(site: Site):
    site.must_use("waf", IN_THE_API.format(HTML_403))

    said = problem(tried(site))
    assert said.startswith("Its REST API is on: A firewall or security plugin in front of")
    assert "let this appliance's address pass to /wp-json/" in said


def test_a_site_that_sends_to_another_host_gets_no_password(site: Site):
    site.must_use("moved", "header( 'Location: https://www.example.test/', true, 301 ); exit;")

    assert "sends on to https://www.example.test/: give that address instead" in problem(tried(site))


def test_a_security_plugin_that_keeps_the_media_from_users(site: Site):
    site.must_use(
        "media",
        "add_filter( 'rest_pre_dispatch', function ( $result, $server, $request ) {"
        " return false !== strpos( $request->get_route(), '/media' )"
        " ? new WP_Error( 'rest_forbidden', 'No.', array( 'status' => 403 ) ) : $result; }, 10, 3 );",
    )
    assert "Media can be listed: The media of" in problem(tried(site))


def test_what_a_plugin_prints_before_the_answer_is_told(site: Site):
    site.must_use("noisy", IN_THE_API.format("ob_start(); echo 'Deprecated: something';"))

    assert "prints something in front of it" in problem(tried(site))


def test_an_address_where_nobody_answers():
    steps = sources.tested(
        "wordpress", {"url": "http://127.0.0.1:9", "username": "x", "application_password": "y"}, NO_DATA
    )

    assert problem(steps).startswith("The site answers: http://127.0.0.1:9 cannot be reached")


def test_an_address_that_is_no_wordpress(tmp_path: Path, file_server: str):
    steps = sources.tested("wordpress", {"url": file_server, "username": "x", "application_password": "y"}, NO_DATA)

    assert "names no REST API: either it is no WordPress site, or a security plugin" in problem(steps)


@pytest.mark.parametrize(
    "options", [{}, {"url": "ftp://example.org"}, {"pairing": "bm9uc2Vuc2U"}, {"url": "not a site"}]
)
def test_options_that_name_no_site(options: dict[str, str]):
    (step,) = sources.tested("wordpress", options, NO_DATA)

    assert step.problem
