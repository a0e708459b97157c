"""SSDLite on MobileNetV2, which finds things of the kinds of COCO: its graph out of TensorFlow.js as ONNX."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scripts.onnx_files import Graph
from scripts.weights import Array, Node

SIDE = 300
BOXES, KINDS = 1917, 90
HEADS = 6  # layers of which each finds things of another size
ENTRY = "Preprocessor/sub"
ANCHORS = "Postprocessor/ExpandDims"


@dataclass(frozen=True, slots=True, eq=False)
class _Convolution:
    """One that is not written yet, since the factors and the offsets that follow it can be a part of it."""

    source: str
    kernel: Array
    bias: Array
    attributes: Mapping[str, Any]

    def followed_by(self, factor: Array, offset: Array) -> "_Convolution":
        kernel = self.kernel * factor[:, None, None, None]
        return replace(self, kernel=kernel, bias=self.bias * factor + offset)


def ssdlite(nodes: Mapping[str, Node], constants: Mapping[str, Array]) -> bytes:
    """Takes `pixels`, 1 x 300 x 300 x 3 bytes of RGB; gives `boxes`, 1 x 1917 x 4 as offsets from `anchors`, and
    `scores`, 1 x 1917 x 90."""
    graph = Graph()
    converted = _Nodes(graph, nodes, constants)
    boxes = [converted.head(f"BoxPredictor_{head}/BoxEncodingPredictor/BiasAdd", 4) for head in range(HEADS)]
    kinds = [converted.head(f"BoxPredictor_{head}/ClassPredictor/BiasAdd", KINDS + 1) for head in range(HEADS)]
    graph.result("boxes", graph.add("Concat", *boxes, axis=1), [1, BOXES, 4])
    ends = [graph.integers(name, [value]) for name, value in (("one", 1), ("end", KINDS + 1), ("last", 2))]
    scores = graph.add("Slice", graph.add("Sigmoid", graph.add("Concat", *kinds, axis=1)), *ends)  # less the background
    graph.result("scores", scores, [1, BOXES, KINDS])
    graph.result("anchors", graph.constant("grid", constants[ANCHORS].reshape(BOXES, 4)), [BOXES, 4])
    return graph.file("ssdlite-mobilenet-v2", "pixels", [1, SIDE, SIDE, 3])


class _Nodes:
    """The graph's nodes, each converted when another asks for its result."""

    def __init__(self, graph: Graph, nodes: Mapping[str, Node], constants: Mapping[str, Array]) -> None:
        self._graph, self._nodes, self._constants = graph, nodes, constants
        self._zero, self._six = graph.constant("zero", np.array(0.0)), graph.constant("six", np.array(6.0))
        self._done: dict[str, str | _Convolution] = {ENTRY: graph.centred("pixels", 127.5, 127.5)}

    def head(self, name: str, numbers: int) -> str:
        """A predictor's result as 1 x boxes x numbers."""
        last = self._graph.add("Transpose", self._written(name), perm=[0, 2, 3, 1])
        return self._graph.add("Reshape", last, self._graph.integers(f"{name}/shape", [1, -1, numbers]))

    def _written(self, name: str) -> str:
        value = self._value(name)
        if isinstance(value, str):
            return value
        kernel = self._graph.weight(f"{name}/kernel", value.kernel)
        bias = self._graph.constant(f"{name}/bias", value.bias)
        self._done[name] = written = self._graph.add("Conv", value.source, kernel, bias, **value.attributes)
        return written

    def _value(self, name: str) -> str | _Convolution:
        if name not in self._done:
            self._done[name] = self._converted(self._nodes[name])
        return self._done[name]

    def _converted(self, node: Node) -> str | _Convolution:
        kind, inputs = node["op"], node["input"]
        if kind in {"Conv2D", "DepthwiseConv2dNative"}:
            return self._convolution(node, depthwise=kind != "Conv2D")
        if kind == "Relu6":
            return self._graph.add("Clip", self._written(inputs[0]), self._zero, self._six)
        fixed = [self._constants[one].astype(np.float64) for one in inputs if one in self._constants]
        flowing = [one for one in inputs if one not in self._constants]
        if not fixed:
            return self._graph.add("Sum", *(self._written(one) for one in flowing))
        (source,) = flowing
        return self._changed(node["name"], self._value(source), *_affine(node, fixed))

    def _changed(self, name: str, value: str | _Convolution, factor: Array, offset: Array) -> str | _Convolution:
        if not isinstance(value, str):
            return value.followed_by(factor, offset)
        if (factor != 1).any():
            raise RuntimeError(f"{name} multiplies what is no convolution, which is not expected here.")
        return self._graph.add("Add", value, self._graph.constant(f"{name}/offset", offset.reshape(1, -1, 1, 1)))

    def _convolution(self, node: Node, *, depthwise: bool) -> _Convolution:
        source, kernel = self._written(node["input"][0]), self._constants[node["input"][1]].astype(np.float64)
        height, width, entering, leaving = kernel.shape
        if depthwise:
            kernel = kernel.transpose(2, 3, 0, 1).reshape(entering * leaving, 1, height, width)
        else:
            kernel = kernel.transpose(3, 2, 0, 1)
        return _Convolution(
            source,
            kernel,
            np.zeros(len(kernel)),
            {
                "kernel_shape": [height, width],
                "strides": [int(size) for size in node["attr"]["strides"]["list"]["i"][1:3]],
                "group": entering if depthwise else 1,
                "auto_pad": _padding(node),
            },
        )


def _affine(node: Node, fixed: list[Array]) -> tuple[Array, Array]:
    """The factor and the offset by which a node changes each channel."""
    if node["op"] == "FusedBatchNorm":
        gamma, beta, mean, variance = fixed
        factor = gamma / np.sqrt(variance + node["attr"]["epsilon"]["f"])
        return factor, beta - mean * factor
    (values,) = (one.reshape(-1) for one in fixed)
    if node["op"] == "Mul":
        return values, np.zeros_like(values)
    if node["op"] in {"Add", "BiasAdd"}:
        return np.ones_like(values), values
    raise RuntimeError(f"{node['name']} is a {node['op']}, which is not expected here.")


def _padding(node: Node) -> str:
    said: Any = node["attr"]["padding"]["s"]  # bytes, as numbers or in base 64
    padding = (bytes(said) if isinstance(said, list) else b64decode(said)).decode()
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[padding]
