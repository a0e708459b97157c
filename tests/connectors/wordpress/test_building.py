"""The zip that is installed in WordPress."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from scripts import build_plugin
from tests.connectors.wordpress.acting import ROUTES
from tests.servers import wordpress


def test_the_same_sources_make_the_same_zip(tmp_path: Path):
    for name in ("one.zip", "other.zip"):
        build_plugin.build(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_every_file_is_valid_for_php():
    for path in sorted(build_plugin.SOURCES.rglob("*.php")):
        done = subprocess.run(["php", "-l", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_every_file_keeps_to_the_standard():
    rules = Path(__file__).with_name("phpcs.xml")
    command = ["phpcs", "-q", "-s", f"--standard={rules}", str(build_plugin.SOURCES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_shown_can_be_translated_and_knows_its_text_domain():
    for path in sorted(build_plugin.SOURCES.rglob("*.php")):
        calls = re.findall(r"\b(?:__|_e|esc_html__|esc_html_e|esc_attr__)\((.*?)\)(?=[,;. )])", path.read_text())
        assert all("'image-renamer'" in call for call in calls), path


@pytest.mark.parametrize("release", wordpress.RELEASES)
def test_the_zip_is_installed_and_leaves_nothing_when_it_goes(mariadb_server: Path, tmp_path: Path, release: str):
    build_plugin.build(tmp_path / "plugin.zip")
    with wordpress.site(mariadb_server, release) as site:
        before = site.rows()
        with zipfile.ZipFile(tmp_path / "plugin.zip") as packed:
            packed.extractall(site.root / "wp-content/plugins")
        site.activate("image-renamer")
        assert site.api().get(f"{ROUTES}/status").json()["plugin"] == build_plugin.version()
        site.php("return Image_Renamer\\Pairing::bundle();")
        site.php("deactivate_plugins('image-renamer/image-renamer.php'); return true;")
        site.php("uninstall_plugin('image-renamer/image-renamer.php'); return true;")
        assert site.rows().keys() == before.keys()
        assert site.rows()["wp_users"] == before["wp_users"]
        assert site.sql("SELECT option_name FROM wp_options WHERE option_name LIKE 'image_renamer_%'") == []
        assert site.php("return get_role('image_renamer');") is None
        assert site.log() == ""
