"""PP-OCR's model that finds text, without the numbers that are too small for a processor to handle quickly.

A quarter of a million of its weights are below 1e-38. Each of them costs a hundred cycles, so that they take three
quarters of the time for a picture, and nothing in an answer depends on them.
"""

from collections.abc import Iterator

import numpy as np

FLOAT = 1
LEAST = 1e-30  # so that what a weight is multiplied with does not bring it there
MODEL_GRAPH, GRAPH_INITIALIZER, TENSOR_TYPE, TENSOR_VALUES = 7, 5, 2, 9  # onnx/onnx.proto


def without_tiny_weights(model: bytes) -> bytes:
    """The same ONNX file, but for weights that became zero."""
    content = bytearray(model)
    for start, end in _weights(model):
        values = np.frombuffer(content, "<f4", (end - start) // 4, start).copy()
        values[np.abs(values) < LEAST] = 0
        content[start:end] = values.tobytes()
    return bytes(content)


def _weights(model: bytes) -> Iterator[tuple[int, int]]:
    """Where the values of each tensor of floats begin and end."""
    for graph in _parts(model, 0, len(model), MODEL_GRAPH):
        for tensor in _parts(model, *graph, GRAPH_INITIALIZER):
            kinds = [start for number, start, _ in _fields(model, *tensor) if number == TENSOR_TYPE]
            if kinds and model[kinds[0]] == FLOAT:
                yield from _parts(model, *tensor, TENSOR_VALUES)


def _parts(content: bytes, start: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    return ((begin, stop) for number, begin, stop in _fields(content, start, end) if number == wanted)


def _fields(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The number, the beginning and the end of each value in a message of protocol buffers."""
    while start < end:
        key, start = _varint(content, start)
        begin, stop = start, start + {1: 8, 5: 4}.get(key & 7, 0)
        if key & 7 == 0:
            _, stop = _varint(content, start)
        elif key & 7 == 2:
            length, begin = _varint(content, start)
            stop = begin + length
        yield key >> 3, begin, stop
        start = stop


def _varint(content: bytes, start: int) -> tuple[int, int]:
    """A number, and where the next begins."""
    number = shift = 0
    while True:
        byte = content[start]
        number |= (byte & 0x7F) << shift
        start, shift = start + 1, shift + 7
        if byte < 0x80:
            return number, start
