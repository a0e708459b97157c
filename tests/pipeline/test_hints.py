"""When a folder that has changed is looked at."""

import threading
import time

from appliance.jobs.hints import LONGEST_SECONDS, QUIET_SECONDS, Hints


def test_a_folder_is_looked_at_once_it_is_quiet():
    hints = Hints()
    began = time.monotonic()
    for _ in range(3):
        hints.tell("sub")
    hints.tell("")

    taken = hints.take(10)

    assert set(taken) <= {"sub", ""}
    assert QUIET_SECONDS <= time.monotonic() - began < LONGEST_SECONDS


def test_a_folder_that_is_never_quiet_is_looked_at_all_the_same():
    hints, stopping = Hints(), threading.Event()

    def tell() -> None:
        while not stopping.wait(QUIET_SECONDS / 10):
            hints.tell("sub")

    talking = threading.Thread(target=tell)
    talking.start()
    try:
        assert hints.take(10) == ["sub"]
    finally:
        stopping.set()
        talking.join()


def test_everything_takes_the_place_of_each_folder():
    hints = Hints()
    hints.tell("sub")
    hints.tell(None)
    time_is_up = threading.Event()
    time_is_up.wait(QUIET_SECONDS)

    assert hints.take(10) == [None]
    assert hints.take(0) == []


def test_a_folder_that_took_long_is_left_alone_for_longer():
    hints = Hints()
    hints.looked_at("large", 0.2)
    hints.tell("large")
    hints.tell("small")

    assert hints.take(10) == ["small"]
    assert hints.take(10) == ["large"]


def test_waiting_ends_at_once_when_it_is_woken():
    hints = Hints()
    threading.Timer(0.1, hints.wake).start()
    began = time.monotonic()

    assert hints.take(60) == []
    assert time.monotonic() - began < 10
