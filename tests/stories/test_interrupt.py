"""Ctrl-C, and worse: what is under way is finished or put right, and the command says what was done."""

import signal
import subprocess
import time
from collections import Counter

from tests.home import Home

PATIENCE_SECONDS = 60


def started(home: Home) -> tuple[subprocess.Popen[str], Counter[str]]:
    """A rename that has begun to change names, in as many folders as there are pictures; and what they held before."""
    for number in range(60):
        home.photo(f"{number:02}/IMG_{number:04}.JPG", seed=number)
    before = home.contents()
    run = subprocess.Popen(
        home.command("rename", home.pictures, "--apply"),
        env=home.process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = time.monotonic() + PATIENCE_SECONDS
    while len([name for name in home.tree() if "IMG_" in name]) == 60:
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return run, before


def test_ctrl_c_finishes_what_is_under_way_and_says_what_was_done(home: Home):
    run, before = started(home)

    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=PATIENCE_SECONDS)

    assert run.returncode == 130
    assert "what is under way is finished first" in errors
    assert "Stopped before the end." in output
    renamed = [name for name in home.tree() if "IMG_" not in name]
    assert 0 < len(renamed) < 60
    assert home.contents() == before
    assert len(home.run("history", "--json").lines) == len(renamed)


def test_after_ctrl_c_the_same_command_does_the_rest(home: Home):
    run, before = started(home)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=PATIENCE_SECONDS)

    said = home.rename()

    assert said.exit_code == 0
    assert not [name for name in home.tree() if "IMG_" in name]
    assert home.contents() == before


def test_after_a_kill_the_same_command_does_the_rest_at_once(home: Home):
    run, before = started(home)
    run.kill()
    run.communicate()

    said = home.rename()

    assert said.exit_code == 0
    assert not [name for name in home.tree() if "IMG_" in name]
    assert home.contents() == before
    assert len(home.run("history", "--json").lines) == 60


def test_a_reader_that_goes_away_stops_the_run_in_good_order(home: Home):
    for number in range(30):
        home.photo(f"{number:02}/IMG_{number:04}.JPG", seed=number)
    before = home.contents()
    run = subprocess.Popen(
        home.command("rename", home.pictures, "--apply", "--json"),
        env=home.process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()

    assert run.wait(timeout=PATIENCE_SECONDS) == 130
    assert home.contents() == before
    assert home.rename().exit_code == 0
