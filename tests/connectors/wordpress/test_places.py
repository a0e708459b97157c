"""Everything in a site that shows an image, and everything on the disk that belongs to it."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.connectors.wordpress.acting import ROUTES, ask, photo, rename, texts, undo
from tests.connectors.wordpress.conftest import BOTH, PLUGIN
from tests.servers import wordpress
from tests.servers.wordpress import Site

FURNISH = Path(__file__).with_name("furnish.php")


def furnish(site: Site, attachment: int) -> list[int]:
    """Posts and much else that show the image; the numbers of the posts."""
    code = FURNISH.read_text().removeprefix("<?php\n").replace("ATTACHMENT", str(attachment))
    return list(site.php(code))


def places(site: Site) -> dict[str, list[str]]:
    """Every row, but for the styles that are made again."""
    tables = site.rows("wp_image_renamer")
    return {name: [line for line in lines if "_elementor_css" not in line] for name, lines in tables.items()}


def test_no_place_shows_an_old_address_and_the_undo_is_exact(site: Site):
    media = site.upload("IMG_1.jpg", photo(2000, 1200))
    furnish(site, media["id"])
    for other in range(3):
        site.upload(f"IMG_1{other}.jpg", photo())
    before = site.get("/publish/").text
    files, rows = site.files(), places(site)
    request = {"items": [{"id": media["id"], "name": "red-bicycle"}]}
    (plan,) = site.api().post(f"{ROUTES}/plans", json=request).json()["items"]
    told = rename(site, media["id"], "red-bicycle")
    page = site.get("/publish/").text
    assert page == re.sub(r"IMG_1([-.])", r"red-bicycle\1", before)
    assert page.count("srcset") > 0
    addresses = set(re.findall(rf"{site.url}/wp-content/uploads/[^\s\"'()<>,]+", page))
    assert {site.get(address.rstrip(".")).status_code for address in addresses} == {200}
    left = [line for line in texts(site) if re.search(r"IMG_1[-.][^0-9\t]", line)]
    # What is opaque, what does not parse, and a table that belongs to another plugin.
    assert sorted(line.split("\t")[1][:8] for line in left) == ['["http:\\', "broken", "opaque"]
    assert plan["unhandled"] == {"wp_slides": 1}
    assert plan["opaque"] == told["report"]["opaque"] == 2
    assert told["rows"] == plan["refs"] | {"wp_postmeta": plan["refs"]["wp_postmeta"] + 2}
    undone = undo(site, told["request_id"]).json()
    assert (undone["merged"], undone["gone"]) == (0, 0)
    assert site.files() == files
    now = places(site)
    assert {name: sorted(set(now[name]) ^ set(rows[name])) for name in rows if now[name] != rows[name]} == {}


@BOTH
def test_values_parse_after_a_rename(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    posts = furnish(site, media["id"])
    rename(site, media["id"], "ein-anderer-name")
    told = site.php(f"""
        class Slider {{
            public $src; private $own; protected $list;
            function own() {{ return array( $this->own, $this->list ); }}
        }}
        $slider = get_post_meta( {posts[0]}, 'slider', true );
        $nested = unserialize( get_post_meta( {posts[0]}, 'nested', true ) );
        return array( $slider->src, $slider->own(), unserialize( $nested['inner'] )[0],
            json_decode( get_post_meta( {posts[0]}, '_elementor_data', true ), true )[0]['settings']['image']['url'],
            get_theme_mod( 'header_image' ), get_option( 'widget_media_image' )[2]['url'],
            get_transient( 'rendered' ) );
    """)
    url = site.media(media["id"])["source_url"]
    assert told == [url, [url, {"ümlaut": url}], url, url, url, url, False]


def test_everything_that_belongs_to_an_image_moves_and_goes_with_it(site: Site):
    media = site.upload("IMG_1.jpg", photo(3000, 2000))
    folder = next(site.uploads.rglob("IMG_1.jpg")).parent
    for name in (
        "IMG_1.jpg.webp",
        "IMG_1.webp",
        "IMG_1-300x200.jpg.webp",
        "IMG_1@2x.jpg",
        "IMG_1-444x333.jpg",
        "IMG_1.jpg.bak",
    ):
        (folder / name).write_bytes(name.encode())
    stranger = site.upload("IMG_1-other.jpg", photo())
    told = rename(site, media["id"], "red-bicycle")
    names = {path.name for path in folder.iterdir()}
    expected = {"red-bicycle.jpg", "red-bicycle-scaled.jpg", "red-bicycle.jpg.webp", "red-bicycle.webp"}
    expected |= {"red-bicycle-300x200.jpg", "red-bicycle-300x200.jpg.webp", "red-bicycle@2x.jpg"}
    expected |= {"red-bicycle-444x333.jpg", "red-bicycle.jpg.bak", "IMG_1-other.jpg"}
    assert expected <= names
    assert {name for name in names if name.startswith("IMG_1")} == {
        Path(size["source_url"]).name for size in stranger["media_details"]["sizes"].values()
    }
    assert told["to"].endswith("/red-bicycle-scaled.jpg")
    site.php(f"return (bool) wp_delete_attachment( {media['id']}, true );")
    assert {path.name for path in folder.iterdir()} == {name for name in names if name.startswith("IMG_1")}


def test_an_edited_image_can_be_restored_after_a_rename(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    edit = f"""
        require_once ABSPATH . 'wp-admin/includes/image-edit.php';
        $_REQUEST = array( 'history' => '[{{"r":90}}]', 'target' => 'all', 'do' => 'save' );
        wp_save_image( {media["id"]} );
        return get_attached_file( {media["id"]} );
    """
    edited = Path(site.php(edit)).name
    assert re.fullmatch(r"IMG_1-e\d+\.jpg", edited)
    rename(site, media["id"], "red-bicycle")
    assert site.media(media["id"])["source_url"].endswith(edited.replace("IMG_1", "red-bicycle"))
    restored = site.php(f"""
        require_once ABSPATH . 'wp-admin/includes/image-edit.php';
        wp_restore_image( {media["id"]} );
        return get_attached_file( {media["id"]} );
    """)
    assert restored.endswith("/red-bicycle.jpg")
    assert site.get(site.media(media["id"])["source_url"]).content == photo()
    assert not [name for name in site.files() if "IMG_1" in name]


def test_attachments_with_the_same_file_are_renamed_as_one(site: Site):
    media = site.upload("11.jpg", photo())
    copy = site.php(f"""
        $image = array( 'post_title' => 'elf', 'post_mime_type' => 'image/jpeg' );
        $id    = wp_insert_attachment( $image, get_attached_file( {media["id"]} ) );
        wp_update_attachment_metadata( $id, wp_get_attachment_metadata( {media["id"]} ) );
        $child = wp_insert_attachment( $image );
        $file  = get_post_meta( $id, '_wp_attached_file', true );
        $parent = array( 'attachment_id' => $id, 'file' => $file );
        wp_update_attachment_metadata( $child, array( 'parent_image' => $parent ) );
        return array( $id, $child );
    """)
    told = rename(site, media["id"], "day-one")
    assert re.fullmatch(r"\d{4}/\d\d/day-one\.jpg", told["to"])
    assert site.media(copy[0])["source_url"] == site.media(media["id"])["source_url"] == told["url"]
    assert site.media(copy[0])["media_details"]["sizes"] == site.media(media["id"])["media_details"]["sizes"]
    parent = site.php(f"return wp_get_attachment_metadata( {copy[1]}, true )['parent_image']['file'];")
    assert parent == told["to"]
    again = ask(site, copy[0], "other").json()
    assert undo(site, told["request_id"]).json()["code"] == "not_latest"
    assert undo(site, again["request_id"]).json()["state"] == "undone"


@pytest.mark.parametrize("old", ["Café Noir 1", "写真"])
def test_names_with_letters_and_spaces_in_a_flat_folder_are_found(site: Site, old: str):
    site.php("return update_option( 'uploads_use_yearmonth_folders', '' );")
    media = site.upload("cafe.jpg", photo())
    site.php(f"""
        $file = get_attached_file( {media["id"]} );
        $new  = dirname( $file ) . '/{old}.jpg';
        rename( $file, $new );
        update_post_meta( {media["id"]}, '_wp_attached_file', '{old}.jpg' );
        $metadata = wp_generate_attachment_metadata( {media["id"]}, $new );
        wp_update_attachment_metadata( {media["id"]}, $metadata );
        return true;
    """)
    base = "/wp-content/uploads/"
    texts = [base + name + ".jpg" for name in (old, quote(old), old.replace("é", "&eacute;"))]
    post = site.post("A page", " ".join(f'<a href="{text}">x</a>' for text in texts))
    rename(site, media["id"], "kaffee")
    assert site.get(post["link"]).text.count(f'"{base}kaffee.jpg"') == 3
    assert site.get(f"{base}{quote(old)}-300x200.jpg").headers["location"] == f"{site.url}{base}kaffee-300x200.jpg"


def test_a_site_of_a_network_has_its_own_files_in_both_forms(mariadb_server: Path):
    with wordpress.site(mariadb_server, network=True) as network:
        network.install(PLUGIN, "image-renamer")
        second = network.php("return wpmu_create_blog( DOMAIN_CURRENT_SITE, '/second/', 'Second', 1 );")
        network.php(f"switch_to_blog( {second} ); return activate_plugin( 'image-renamer/image-renamer.php' );")
        site = Site(network.folder, network.server, network.database, f"{network.url}/second", network.passwords)
        media = site.upload("IMG_1.jpg", photo())
        path = f"/wp-content/uploads/sites/{second}/" + media["source_url"].split(f"/sites/{second}/")[1]
        text = f'<img src="{network.url}{path}"/><img src="{network.url}/second{path}"/><img src="{path}"/>'
        post = site.post("A page", text)
        answer = site.api("admin").post(
            f"{ROUTES}/media/{media['id']}/rename",
            json={"request_id": "12345678", "name": "red-bicycle", "old_files": "remove"},
        )
        assert answer.json()["state"] == "done", answer.text
        content = (
            site.api("admin").get(f"/wp/v2/posts/{post['id']}", params={"context": "edit"}).json()["content"]["raw"]
        )
        assert content == text.replace("IMG_1", "red-bicycle")
        assert site.get(media["source_url"]).status_code == 301
        assert site.get(site.get(media["source_url"]).headers["location"]).status_code == 200
        assert "image-renamer" not in network.log()
