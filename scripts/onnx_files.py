"""Writes neural networks as ONNX files, the same on every machine."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# ONNX, as far as it is needed: messages of protocol buffers, whose field numbers stand in onnx/onnx.proto.

FLOAT, UINT8, INT64, FLOAT16 = 1, 2, 7, 10
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
    results: list[bytes] = field(default_factory=list)

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

    def integers(self, name: str, values: list[int]) -> str:
        self.constants[name] = _tensor(name, np.array(values, "<i8"), INT64)
        return name

    def centred(self, pixels: str, middle: float, spread: float) -> str:
        """From bytes, pictures x height x width x RGB, to numbers about 0, pictures x RGB x height x width."""
        wide = self.add("Cast", self.add("Transpose", pixels, perm=[0, 3, 1, 2]), to=FLOAT)
        shifted = self.add("Sub", wide, self.constant("middle", np.array(middle)))
        return self.add("Div", shifted, self.constant("spread", np.array(spread)))

    def result(self, name: str, value: str, shape: list[int | str]) -> None:
        """Gives that value to the outside, by that name."""
        self.add("Identity", value, output=name)
        self.results.append(_port(name, FLOAT, shape))

    def file(self, name: str, source: str, shape: list[int | str]) -> bytes:
        """`source` are bytes from the outside."""
        nodes = b"".join(_bytes(1, node) for node in self.nodes)
        constants = b"".join(_bytes(5, constant) for constant in self.constants.values())
        ports = _bytes(11, _port(source, UINT8, shape)) + b"".join(_bytes(12, one) for one in self.results)
        graph = nodes + _bytes(2, name) + constants + ports
        return _number(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, OPSET))
