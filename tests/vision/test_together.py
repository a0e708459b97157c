"""What several threads bring at the same moment is done at once, and each is told of its own."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance.vision.together import Together


def test_what_is_brought_while_others_are_done_is_done_together():
    begun, go_on = threading.Event(), threading.Event()
    groups: list[Sequence[int]] = []

    def double(numbers: Sequence[int]) -> list[int]:
        groups.append(numbers)
        begun.set()
        assert go_on.wait(30)
        return [2 * number for number in numbers]

    together = Together[int, int](double)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together.bring, 0)
        assert begun.wait(30)
        others = [pool.submit(together.bring, number) for number in range(1, 6)]
        while len(together._tickets) < 5:  # all have brought theirs
            threading.Event().wait(0.001)
        go_on.set()

        assert first.result() == 0
        assert [other.result() for other in others] == [2, 4, 6, 8, 10]
    assert sorted(map(len, groups)) == [1, 5]


def test_the_trouble_of_one_is_nobody_elses():
    start = threading.Barrier(3)

    def refuse_two(numbers: Sequence[int]) -> Sequence[int]:
        if 2 in numbers:
            raise ValueError("two")
        return numbers

    together = Together[int, int](refuse_two, pause=0.05)

    def bring(number: int) -> int:
        start.wait()
        return together.bring(number)

    with ThreadPoolExecutor(3) as pool:
        one, two, three = (pool.submit(bring, number) for number in (1, 2, 3))
        assert (one.result(), three.result()) == (1, 3)
        with pytest.raises(ValueError, match="two"):
            two.result()
