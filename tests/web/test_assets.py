"""`make assets` builds what the pages load."""

import re
import shutil
from pathlib import Path

import pytest

from appliance.web import bundled
from scripts import build_assets

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "appliance/web/templates").rglob("*.html"))


def test_what_is_built_is_not_built_again():
    assert build_assets.built(build_assets.digest())
    assert not build_assets.built("another digest")


def test_every_file_carries_the_hash_of_its_content_in_its_name():
    names = bundled.read_manifest().files.values()

    assert all(re.fullmatch(r"[a-z]+-[0-9A-Za-z]{8}\.[a-z]+", name) for name in names)


def test_every_icon_that_a_template_names_is_in_the_picture_of_icons():
    sprite = (bundled.FOLDER / bundled.read_manifest().files["icons.svg"]).read_text()
    named = {name for path in TEMPLATES for name in re.findall(r"\bicon\(\"([a-z0-9-]+)\"", path.read_text())}

    assert named
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_the_licences_of_what_is_bundled_are_there():
    told = (bundled.FOLDER / "licences.txt").read_text()

    assert all(title in told for title in build_assets.LICENCES)


def test_no_registry_is_named_in_the_lock_file():
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_a_file_that_is_missing_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(bundled.FOLDER, tmp_path / "static")
    monkeypatch.setattr(bundled, "FOLDER", tmp_path / "static")
    (tmp_path / "static" / bundled.read_manifest().files["app.css"]).unlink()

    with pytest.raises(bundled.AssetsMissing, match=r"app-\w+\.css is not there: run `make assets`"):
        bundled.read_manifest()


def test_without_npm_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build_assets, "INSTALLED", tmp_path / "nothing")

    with pytest.raises(RuntimeError, match=r"install Node\.js 20"):
        build_assets.install_packages()
