"""A WordPress site as a source, seen from outside: files are put there as an upload leaves them."""

import base64
from pathlib import Path

import httpx

from connectors import wordpress
from connectors.base import Connector
from connectors.wordpress.library import Library
from tests.servers.wordpress import Site

PLUGIN = Path(__file__).parents[2] / "connectors" / "wordpress" / "plugin"

# Uploads go through WordPress' own checks, which refuse what is no picture; the shared suite wants any bytes.
_ROUTES = """
function test_attachment( $path ) {
	global $wpdb;
	$of = "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_wp_attached_file' AND BINARY meta_value = %s";
	return (int) $wpdb->get_var( $wpdb->prepare( $of, $path ) );
}
function test_put( $request ) {
	$path = $request['path'];
	$file = wp_upload_dir()['basedir'] . '/' . $path;
	wp_mkdir_p( dirname( $file ) );
	file_put_contents( $file, base64_decode( $request['data'] ) );
	$post = array( 'post_mime_type' => 'image/jpeg', 'post_title' => 'Put', 'post_date' => '2020-01-01 00:00:00' );
	$id   = test_attachment( $path ) ?: wp_insert_attachment( $post, $file );
	$told = array( 'file' => $path, 'width' => 1, 'height' => 1, 'filesize' => filesize( $file ), 'sizes' => array() );
	wp_update_attachment_metadata( $id, wp_slash( $told ) );
	return $id;
}
function test_remove( $request ) {
	return (bool) wp_delete_attachment( test_attachment( $request['path'] ), true );
}
function test_empty() {
	foreach ( get_posts( array( 'post_type' => 'attachment', 'post_status' => 'any', 'numberposts' => -1 ) ) as $one ) {
		wp_delete_attachment( $one->ID, true );
	}
	return true;
}
add_action( 'rest_api_init', function () {
	foreach ( array( 'put', 'remove', 'empty' ) as $name ) {
		$route = array( 'methods' => 'POST', 'callback' => "test_$name", 'permission_callback' => '__return_true' );
		register_rest_route( 'test/v1', "/$name", $route );
	}
} );
"""


class SiteFromOutside:
    """A site for many tests, each of which finds it empty."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.must_use("put", _ROUTES)
        self._http = httpx.Client(base_url=f"{site.url}/wp-json/test/v1", timeout=120)
        self._post("empty")
        for path in sorted(site.uploads.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.connector: Connector = self.another()

    def another(self) -> Library:
        return wordpress.connect(options(self.site), poll_seconds=0.3)

    def put(self, path: str, data: bytes) -> None:
        self._post("put", path=path, data=base64.b64encode(data).decode())

    def get(self, path: str) -> bytes | None:
        try:
            return (self.site.uploads / path).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, path: str) -> None:
        self._post("remove", path=path)

    def everything(self) -> dict[str, bytes]:
        files = [path for path in self.site.uploads.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.site.uploads)): path.read_bytes() for path in files}

    def _post(self, act: str, **fields: str) -> None:
        answer = self._http.post(f"/{act}", json=fields)
        assert answer.status_code == 200, answer.text


def options(site: Site) -> wordpress.Options:
    return wordpress.Options(url=site.url, username="renamer", application_password=site.passwords["renamer"])
