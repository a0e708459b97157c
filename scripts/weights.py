"""Reads the weights of neural networks out of their makers' files, without the makers' programs."""

import json
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

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


# TensorFlow.js: a graph in JSON, whose nodes name their inputs, and the constants of it one after another in files.

Node = dict[str, Any]


def read_tensorflow(model: bytes, read: Callable[[str], bytes]) -> tuple[dict[str, Node], dict[str, Array]]:
    """The nodes and the constants by their names; `read` gives the content of a file that the model names."""
    content = json.loads(model)
    nodes = {node["name"]: node for node in content["modelTopology"]["node"]}
    constants: dict[str, Array] = {}
    for group in content["weightsManifest"]:
        values, start = b"".join(read(path) for path in group["paths"]), 0
        for one in group["weights"]:
            kind, count = np.dtype(one["dtype"]).newbyteorder("<"), prod(one["shape"])
            constants[one["name"]] = np.frombuffer(values, kind, count, start).reshape(one["shape"])
            start += count * kind.itemsize
    return nodes, constants
