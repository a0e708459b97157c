"""What is counted while the program runs, under the names that docs/metrics.md lists."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

PREFIX = "renamer_"

Sample = tuple[str, tuple[str, ...]]  # a name as it is shown, and the values of its labels

_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` is without what is said of its kind (`_total`, `_bucket`). A label's values are few, and never what a
    tenant has written."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    kind = "gauge"  # in the words of Prometheus


@dataclass(frozen=True, slots=True)
class Counter(Figure):
    """`known` are labels with which it is told from the beginning, as 0, so that its first step is seen."""

    known: tuple[tuple[str, ...], ...] = ()

    kind = "counter"


@dataclass(frozen=True, slots=True)
class Timer(Figure):
    """Seconds; `bounds` are those of its buckets."""

    bounds: tuple[float, ...] = _SHORT

    kind = "histogram"


REQUESTS = Counter(f"{PREFIX}http_requests", "Answers over HTTP.", ("method", "route", "status"))
REQUEST_SECONDS = Timer(f"{PREFIX}http_request_seconds", "Until an answer began.", ("method", "route"))
EVENTS = Counter(f"{PREFIX}events", "What happened, as the log of events says.", ("type",))
RENAMES = Counter(
    f"{PREFIX}renames",
    "Rows of the journal that ended, companions too.",
    ("act", "ending"),
    tuple(product(("rename", "undo"), ("done", "taken", "changed", "missing"))),
)
STEP_SECONDS = Timer(f"{PREFIX}step_seconds", "A step of the pipeline, for one image.", ("step",), _LONG)
STEP_FAILURES = Counter(
    f"{PREFIX}step_failures",
    "Steps that ended in an error nobody foresaw.",
    ("step",),
    tuple((step,) for step in ("fetch", "describe", "plan", "apply", "recover", "write")),
)
ANSWERS = Counter(f"{PREFIX}provider_answers", "Pictures shown to a provider.", ("provider", "prompt", "outcome"))
ANSWER_SECONDS = Timer(f"{PREFIX}provider_seconds", "Until a provider had answered.", ("provider", "prompt"), _LONG)
CALLS = Counter(f"{PREFIX}provider_calls", "Requests to a provider's server.", ("provider", "prompt"))
TOKENS = Counter(f"{PREFIX}provider_tokens", "Tokens that a provider charged.", ("provider", "prompt", "direction"))
COST = Counter(f"{PREFIX}provider_cost_dollars", "What a provider's answers cost.", ("provider", "prompt"))
DECISIONS = Counter(f"{PREFIX}decisions", "Names that people decided about.", ("provider", "prompt", "verdict"))
COMPARED = Counter(f"{PREFIX}comparisons", "Answers compared by people.", ("provider", "prompt", "verdict"))
CHANGED = Counter(f"{PREFIX}edited_words_share", "The shares of words changed, of all edits.", ("provider", "prompt"))
CONFIDENCE = Counter(f"{PREFIX}decided_confidence", "The confidences of names decided about.", ("provider", "prompt"))
SCAN_SECONDS = Timer(f"{PREFIX}scan_seconds", "A look through a source.", ("kind", "extent"), _LONG)
SCAN_FAILURES = Counter(f"{PREFIX}scan_failures", "Looks at a source that failed.", ("kind",))
STORAGE_ERRORS = Counter(
    f"{PREFIX}storage_errors",
    "Previews and uploads not stored or read.",
    ("act",),
    (("put",), ("get",), ("drop",)),
)

IMAGES = Figure(f"{PREFIX}images", "Images, dry runs left out.", ("state",))
QUEUE = Figure(f"{PREFIX}queue_images", "Images that are worked on or wait for their turn.")
QUEUE_SECONDS = Figure(f"{PREFIX}queue_oldest_seconds", "Since when the longest waiting image is ready.")
JOURNAL = Figure(f"{PREFIX}journal_open", "Rows of the journal that are planned or under way.")
SOURCES = Figure(f"{PREFIX}sources", "Watched sources.", ("kind", "state"))
SCAN_AGE = Figure(f"{PREFIX}source_scan_age_seconds", "Since the last look through a source, the longest.", ("kind",))
PROVIDERS = Figure(f"{PREFIX}providers", "Providers that are asked.", ("kind", "state"))
WORKERS = Figure(f"{PREFIX}workers", "Processes that work the queue.")
DATABASE_BYTES = Figure(f"{PREFIX}database_bytes", "What the database takes.")
FREE_BYTES = Figure(f"{PREFIX}data_free_bytes", "What is free on the disk of the data folder.")
BUILD = Figure(f"{PREFIX}build_info", "Always 1.", ("version",))

LOOKED_AT: tuple[Figure, ...] = (
    IMAGES,
    QUEUE,
    QUEUE_SECONDS,
    JOURNAL,
    SOURCES,
    SCAN_AGE,
    PROVIDERS,
    WORKERS,
    DATABASE_BYTES,
    FREE_BYTES,
    BUILD,
)
COUNTED: tuple[Figure, ...] = (
    EVENTS,
    RENAMES,
    STEP_SECONDS,
    STEP_FAILURES,
    ANSWERS,
    ANSWER_SECONDS,
    CALLS,
    TOKENS,
    COST,
    DECISIONS,
    COMPARED,
    CHANGED,
    CONFIDENCE,
    SCAN_SECONDS,
    SCAN_FAILURES,
    STORAGE_ERRORS,
)


@dataclass
class Tally:
    """What was counted and not put down yet. Safe to use from several threads."""

    _samples: dict[Sample, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        if by:
            self.add({(f"{counter.name}_total", labels): by})

    def took(self, timer: Timer, seconds: float, *labels: str, times: int = 1) -> None:
        """`seconds` each, so many times."""
        buckets = {(f"{timer.name}_bucket", (*labels, str(bound))): times for bound in timer.bounds if seconds <= bound}
        whole = {(f"{timer.name}_bucket", (*labels, "+Inf")): times, (f"{timer.name}_count", labels): times}
        self.add(buckets | whole | {(f"{timer.name}_sum", labels): seconds * times})

    def add(self, samples: Mapping[Sample, float]) -> None:
        with self._lock:
            for sample, value in samples.items():
                self._samples[sample] = self._samples.get(sample, 0.0) + value

    def seen(self) -> dict[Sample, float]:
        with self._lock:
            return dict(self._samples)

    def take(self) -> dict[Sample, float]:
        """What there is, which is forgotten here."""
        with self._lock:
            taken, self._samples = self._samples, {}
        return taken


EVERYWHERE = Tally()  # of what knows no database; whoever puts down the figures of this process takes it along

OF_A_PROCESS: tuple[Figure, ...] = (REQUESTS, REQUEST_SECONDS)  # that answers over HTTP, and kept in it alone
