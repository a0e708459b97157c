"""`make models` builds exactly the files that the program expects, and a wheel is not built without them."""

import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.vision import modelfiles
from scripts import build_models, weights

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


def test_a_wheel_without_its_models_is_refused_with_the_remedy(tmp_path: Path):
    done = _hook(tmp_path, "standard", with_models=False)
    assert done.returncode != 0
    assert "No wheel was built." in done.stderr
    assert "make models" in done.stderr


def test_an_editable_install_needs_no_models(tmp_path: Path):
    assert _hook(tmp_path, "editable", with_models=False).returncode == 0


def test_a_wheel_with_its_models_is_built(tmp_path: Path):
    assert _hook(tmp_path, "standard", with_models=True).returncode == 0


def _hook(root: Path, version: str, *, with_models: bool) -> subprocess.CompletedProcess[str]:
    """Runs the build hook of a project that has no more than its models, or lacks them."""
    folder = root / "appliance" / "vision"
    folder.mkdir(parents=True)
    (folder / "modelfiles.py").write_bytes((ROOT / "appliance" / "vision" / "modelfiles.py").read_bytes())
    if with_models:
        (folder / "models").symlink_to(modelfiles.FOLDER)
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import hatch_build;"
        "hook = hatch_build.Models(sys.argv[2], {}, None, None, '', 'wheel'); hook.initialize(sys.argv[3], {})"
    )
    command = [sys.executable, "-c", program, str(ROOT), str(root), version]
    return subprocess.run(command, capture_output=True, text=True, check=False)
