"""What a watched source has told of its changes and nobody has looked at yet."""

import threading
import time
from dataclasses import dataclass, field

QUIET_SECONDS = 0.3  # without another hint of the same folder, after which it is looked at ...
LONGEST_SECONDS = 2.0  # ... and after which it is looked at all the same
SHARE = 5  # a folder that takes long to look at is left alone that many times as long
MOST_SECONDS = 5.0


@dataclass
class Hints:
    """Folders by when they are to be looked at; None is everything. Told from any thread, taken by one."""

    _due: dict[str | None, float] = field(default_factory=dict)
    _first: dict[str | None, float] = field(default_factory=dict)
    _rest: dict[str | None, float] = field(default_factory=dict)  # until when it is left alone
    _told: threading.Condition = field(default_factory=threading.Condition)
    _woken: bool = False

    def tell(self, folder: str | None) -> None:
        at = time.monotonic()
        with self._told:
            first = self._first.setdefault(folder, at)
            self._due[folder] = max(min(at + QUIET_SECONDS, first + LONGEST_SECONDS), self._rest.get(folder, 0))
            self._told.notify()

    def tell_later(self, folder: str, seconds: float) -> None:
        with self._told:
            at = time.monotonic() + seconds
            self._due[folder] = min(at, self._due.get(folder, at))

    def wake(self) -> None:
        """Ends the waiting at once."""
        with self._told:
            self._woken = True
            self._told.notify()

    def take(self, patience: float) -> list[str | None]:
        """Waits until something is to be looked at, no longer than `patience`; where everything is, that is all."""
        give_up = time.monotonic() + patience
        with self._told:
            while not self._woken:
                at = time.monotonic()
                if ready := [folder for folder, due in self._due.items() if due <= at]:
                    return self._taken(ready)
                until = min([give_up, *self._due.values()])
                if at >= give_up:
                    return []
                self._told.wait(max(until - at, 0.01))
            self._woken = False
            return []

    def _taken(self, ready: list[str | None]) -> list[str | None]:
        if None in ready:
            self._due.clear()
            self._first.clear()
            return [None]
        for folder in ready:
            del self._due[folder]
            self._first.pop(folder, None)
        return sorted(folder for folder in ready if folder is not None)  # type: ignore[return-value]

    def looked_at(self, folder: str | None, seconds: float) -> None:
        """How long a look took."""
        with self._told:
            at = time.monotonic()
            self._rest = {one: until for one, until in self._rest.items() if until > at}
            self._rest[folder] = at + min(SHARE * seconds, MOST_SECONDS)
