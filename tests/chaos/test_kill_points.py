"""The whole program, killed before each system call that changes a name or makes a change durable.

The tree has what must stay together: a picture with its raw file and a sidecar that names that one, and a Live Photo.
`make chaos` sets RENAMER_TEST_CALLS to the calls of SQLite too, and RENAMER_TEST_EVERY to each call; `make test` tries
every third one, since there are many and each costs a run.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import companions
from tests.connectors import sweeping
from tests.connectors.sweeping import Call, Traced
from tests.home import Home

CALLS = os.environ.get("RENAMER_TEST_CALLS", "renameat2,linkat,unlinkat,fsync").split(",")
PROTOCOLS = ("noreplace", "link", "copy")
EVERY = int(os.environ.get("RENAMER_TEST_EVERY", "3"))
MOST_CALLS = 400


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with sweeping.traced(tmp_path_factory.mktemp("trace"), "tests.chaos.rename_all") as program:
        yield program


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("call", CALLS)
def test_killed_before_any_call_the_next_run_puts_all_right(home: Home, program: Traced, protocol: str, call: str):
    _tree(home)
    home.run("history")  # makes the database, which is not what is tried here
    points = 0

    for number in range(1, MOST_CALLS, EVERY):
        tried = _copy(home, number)
        before = tried.contents()
        if not killed_before(program, Call(call, number), tried, protocol):
            break
        points = number
        assert program.untraced(order(tried, protocol)) == 0
        _assert_all_is_well(tried, before)

    assert points > _LEAST[protocol].get(call, 0) - EVERY


@pytest.mark.parametrize("number", range(1, 7))
def test_killed_again_while_it_puts_right_the_next_command_does_the_rest_at_once(
    home: Home, program: Traced, number: int
):
    """The first calls of the second run try out the disk, and what they leave is removed by a trial an hour later."""
    _tree(home)
    before = home.contents()

    assert killed_before(program, Call("renameat2", 2), home, "noreplace")
    killed_before(program, Call("renameat2", number), home, "noreplace")
    assert program.untraced(order(home, "noreplace")) == 0

    for left in home.pictures.glob(".rn-probe-*"):
        left.unlink()
    _assert_all_is_well(home, before)


OLD_NAMES = {"IMG_0001.JPG", "IMG_0001.CR2", "IMG_0001.CR2.xmp", "IMG_0002.JPG", "IMG_0002.MOV"}


def _tree(home: Home) -> None:
    home.photo("IMG_0001.JPG", seed=1)
    (home.pictures / "IMG_0001.CR2").write_bytes(b"II*\0a raw file")
    (home.pictures / "IMG_0001.CR2.xmp").write_text(companions.darktable("IMG_0001.CR2"))
    companions.still(home, "IMG_0002.JPG", "0F1A2B3C-4D5E", seed=2)
    companions.film(home, "IMG_0002.MOV", "0F1A2B3C-4D5E")


# These make five renames, and where files can change places an exchange; what that takes at least.
_LEAST = {
    "noreplace": {"renameat2": 6, "fsync": 3, "unlinkat": 1},
    "link": {"linkat": 10, "renameat2": 5, "unlinkat": 10, "fsync": 15},
    "copy": {"renameat2": 5, "unlinkat": 10, "fsync": 15},
}


def _copy(home: Home, number: int) -> Home:
    copy = Home(home.root / f"try-{number}")
    shutil.copytree(home.pictures, copy.pictures)
    shutil.copytree(home.root / "data", copy.root / "data")
    return copy


def order(home: Home, protocol: str, *, traced: bool = False) -> dict[str, object]:
    return {"data": str(home.root / "data"), "pictures": str(home.pictures), "protocol": protocol, "traced": traced}


def killed_before(program: Traced, call: Call, home: Home, protocol: str) -> bool:
    """The calls are counted per thread, and one thread does all the renaming."""
    ended = program.killed_before(order(home, protocol, traced=True), call)
    assert ended in {sweeping.KILLED, sweeping.DONE}
    return ended == sweeping.KILLED


def _assert_all_is_well(home: Home, before: Counter[str]) -> None:
    names = home.tree()
    assert not [name for name in names if name.startswith(("IMG_", "."))]
    groups = Counter(name.partition(".")[0] for name in names)
    assert sorted(groups.values()) == [2, 3]
    sidecar = next(home.pictures.glob("*.xmp"))
    assert (home.contents() - before).total() <= 1  # the sidecar, where it could be rewritten
    raw = sidecar.name.removesuffix(".xmp")
    assert sidecar.read_text() in {companions.darktable("IMG_0001.CR2"), _renamed_in_darktable(raw)}

    history = home.run("history", "--json").lines
    assert sorted(Path(str(line["to"])).name for line in history) == sorted(names)
    assert home.run("undo").exit_code == 0
    assert home.tree() == OLD_NAMES
    assert home.contents() == before


def _renamed_in_darktable(raw: str) -> str:
    return companions.darktable("IMG_0001.CR2").replace('DerivedFrom="IMG_0001.CR2"', f'DerivedFrom="{raw}"')
