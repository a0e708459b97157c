"""What many threads bring at the same moment is done at once, by one of them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 100  # things at once, so that no transaction is long

Brought = TypeVar("Brought")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Ticket(Generic[Brought, Result]):
    brought: Brought
    done: bool = False
    result: Result | None = None
    error: Exception | None = None


class Together(Generic[Brought, Result]):
    """`work` answers with one result for each thing, in their order. Where it raises for several, each is done by
    itself, so that nobody has another's trouble. Whoever brings something is told when it is done, never before.

    `pause` is how many seconds the first waits for others.
    """

    def __init__(self, work: Callable[[Sequence[Brought]], Sequence[Result]], pause: float = 0.0) -> None:
        self._work, self._pause = work, pause
        self._tickets: deque[_Ticket[Brought, Result]] = deque()
        self._turn = threading.Lock()

    def bring(self, one: Brought) -> Result:
        ticket = _Ticket[Brought, Result](one)
        self._tickets.append(ticket)
        with self._turn:
            if not ticket.done and self._pause:
                time.sleep(self._pause)
            while not ticket.done:
                self._do([self._tickets.popleft() for _ in range(min(len(self._tickets), MOST))])
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]  # there is one, since there is no error

    def _do(self, tickets: Sequence[_Ticket[Brought, Result]]) -> None:
        try:
            results = self._work([one.brought for one in tickets])
        except Exception as error:  # noqa: BLE001  # raised again, by the thread that it is about
            if len(tickets) > 1:
                for one in tickets:
                    self._do([one])
                return
            tickets[0].error, tickets[0].done = error, True
            return
        for one, result in zip(tickets, results, strict=True):
            one.result, one.done = result, True
