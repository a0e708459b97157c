"""Threads that wait for providers: as many as there are answers waited for, and the processors are for others."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 320  # 256 that one provider may be asked about at once, and those that are at hand for it
GRACE_SECONDS = 8.0  # for answers that are under way when a process ends; less than its supervisor's patience

logger = logging.getLogger(__name__)


@dataclass
class Waiting:
    """`freed` is called when there is room again, by one thread at a time, and once more for what came meanwhile."""

    most: int = MOST
    freed: Callable[[], None] = lambda: None
    _counts: Counter[int] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _full: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # by batch: its provider, how many, which step
    _calling: bool = False
    _again: bool = False
    _closed: bool = False

    def room(self, batch_id: int, provider_id: int, at_once: int, wanted: int, ahead: int = 0) -> int:
        """Takes places for as many questions to a provider as may be asked now, `wanted` at most; answers how many.

        `ahead` are further places, whose images wait for an answer to come. With them, places are given away several at
        once, since each taking looks at many rows.
        """
        with self._changed:
            self._full[batch_id] = provider_id, at_once + ahead, max(ahead // 2, 1)
            free = min(self._free(batch_id), wanted)
            taken = 0 if self._closed else max(free, 0)
            self._counts[provider_id] += taken
            return taken

    def _free(self, batch_id: int) -> int:
        provider_id, places, step = self._full[batch_id]
        free = min(places - self._counts[provider_id], self.most - self._counts.total())
        return free if free >= step else 0

    def full(self) -> set[int]:
        """The batches whose provider has no room now."""
        with self._changed:
            return {batch_id for batch_id in self._full if not self._free(batch_id)}

    def free(self) -> set[int]:
        """The batches whose pictures are waited for, and whose provider has room."""
        full = self.full()
        with self._changed:
            return self._full.keys() - full

    def give_back(self, provider_id: int, places: int) -> None:
        """Places that were not needed after all."""
        with self._changed:
            self._counts[provider_id] -= places
            self._changed.notify_all()

    def run(self, provider_id: int, work: Callable[[], None]) -> None:
        """In a thread of its own, in a place that was taken for it. It does not keep the process from ending."""
        threading.Thread(target=self._run, args=(provider_id, work), name="waiting", daemon=True).start()

    def _run(self, provider_id: int, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            logger.exception("What a provider said could not be worked off")
        finally:
            self.give_back(provider_id, 1)
        self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._again = True
            if self._calling or self._closed:
                return
            self._calling = True
        while self._goes_on():
            try:
                self.freed()
            except Exception:
                logger.exception("No more questions could be asked")

    def _goes_on(self) -> bool:
        with self._changed:
            goes_on, self._again = self._again and not self._closed, False
            self._calling = goes_on
            return goes_on

    def wait(self, seconds: float) -> None:
        """Until an answer has been worked off, no longer than that."""
        with self._changed:
            if self._counts.total():
                self._changed.wait(seconds)

    @property
    def count(self) -> int:
        with self._changed:
            return self._counts.total()

    def drain(self) -> None:
        """Waits until all are done that have begun."""
        with self._changed:
            self._changed.wait_for(lambda: not self._counts.total())

    def close(self) -> None:
        """Nothing more is begun, and what was may end. An answer that takes too long is lost; its image is not, since
        the lease runs out."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._counts.total(), GRACE_SECONDS)
