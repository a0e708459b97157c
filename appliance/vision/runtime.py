"""Models in onnxruntime: read when the first picture comes, once for all threads, and run on one core."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Model:
    """A model that is not read before it is needed."""

    def __init__(self, path: Callable[[], Path]) -> None:
        """`path` says where it is, or raises ModelUnusable."""
        self._path = path
        self._session: Any = None
        self._lock = threading.Lock()

    def open(self) -> Any:
        """Its session, ready to run. Raises ModelUnusable."""
        with self._lock:
            if self._session is None:
                self._session = _session(self._path())
        return self._session

    def run(self, outputs: Sequence[str], pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """`pixels` are pictures x height x width x RGB. Raises ModelUnusable."""
        answers: list[NDArray[np.float32]] = self.open().run(list(outputs), {"pixels": pixels})
        return answers

    def answer(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Of a model of PP-OCR, whose only input is called x. Raises ModelUnusable."""
        answers: list[NDArray[np.float32]] = self.open().run(None, {"x": values})
        return answers


def _session(path: Path) -> Any:
    """By its path: of bytes, the session would keep a copy for as long as it lives."""
    return onnxruntime().InferenceSession(str(path), options(), ["CPUExecutionProvider"])


def options() -> Any:
    # Pictures are looked at side by side, so that a second thread for one of them would only take another's core, and
    # one that spins while it waits would take it for nothing.
    chosen = onnxruntime().SessionOptions()
    chosen.intra_op_num_threads = 1
    chosen.inter_op_num_threads = 1
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Both keep memory for the next picture: 50 MB, and not a millisecond less.
    chosen.enable_cpu_mem_arena = False
    chosen.enable_mem_pattern = False
    return chosen


def onnxruntime() -> Any:
    """It reads at its import that it shall send nothing about its use to its maker."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime as imported  # type: ignore[import-untyped]  # it ships no types

    return imported
