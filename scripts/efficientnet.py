"""EfficientNet-Lite2, which knows the thousand classes of ImageNet, as ONNX.

Its shape: https://github.com/tensorflow/tpu, models/official/efficientnet/lite.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scripts.onnx_files import Graph
from scripts.weights import Array


@dataclass(frozen=True, slots=True)
class Stage:
    repeats: int
    stride: int
    expands: bool = True


STAGES = (Stage(1, 1, expands=False), Stage(2, 2), Stage(2, 2), Stage(3, 2), Stage(3, 1), Stage(4, 2), Stage(1, 1))
DEPTH = 1.2
SIDE = 260
FEATURES, CLASSES = 1280, 1000
EPSILON = 1e-3  # of the batch normalisation


def efficientnet(tensors: Mapping[str, Array]) -> bytes:
    """Takes `pixels`, n x 260 x 260 x 3 bytes of RGB; gives `probabilities`, n x 1000, and `features`, n x 1280."""
    graph = Graph()
    graph.constant("zero", np.array(0.0))
    graph.constant("six", np.array(6.0))
    here = _convolution(graph, tensors, graph.centred("pixels", 127.0, 128.0), "_conv_stem", "_bn0", stride=2)
    for block, stride, expands in _blocks():
        here = _block(graph, tensors, here, f"_blocks.{block}.", stride=stride, expands=expands)
    here = _convolution(graph, tensors, here, "_conv_head", "_bn1")
    features = graph.add("Flatten", graph.add("GlobalAveragePool", here))
    factor, bias = graph.weight("_fc.weight", tensors["_fc.weight"]), graph.constant("_fc.bias", tensors["_fc.bias"])
    probabilities = graph.add("Softmax", graph.add("Gemm", features, factor, bias, transB=1), axis=1)
    graph.result("probabilities", probabilities, ["pictures", CLASSES])
    graph.result("features", features, ["pictures", FEATURES])
    return graph.file("efficientnet-lite2", "pixels", ["pictures", SIDE, SIDE, 3])


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
