"""The whole appliance, whose processes are killed at random while photos come in."""

import os
import random
import time

from sqlalchemy import func, select

from appliance.models import Rename, RenameState
from tests.home import Home, contents
from tests.serving import Process, Served, gone, served
from tests.watching import eventually

FILES = int(os.environ.get("RENAMER_TEST_FILES", "60"))
KILLS = int(os.environ.get("RENAMER_TEST_KILLS", "3"))
MOST_SECONDS = 60 + 2 * FILES + 30 * KILLS


def test_whatever_is_killed_nothing_is_lost_and_nothing_is_named_twice(home: Home):
    chance = random.Random(KILLS)
    with served(home, "--watch", home.pictures) as one:
        photos = [home.photo(f"../coming/IMG_{seed:05}.JPG", seed=seed) for seed in range(FILES)]
        before = contents(home.root / "coming")
        for kill in range(KILLS):
            for photo in photos[kill::KILLS]:
                photo.rename(home.pictures / photo.name)
            time.sleep(chance.uniform(0, 8))  # the moment of a kill is what is tried, so that nothing is waited for
            kill_one(one, chance)
        eventually(lambda: renamed(one) == FILES, MOST_SECONDS, one.log)

        assert home.contents() == before
        assert not {name for name in home.tree() if name.startswith("IMG_")}
        assert twice(one) == []


def kill_one(one: Served, chance: random.Random) -> None:
    """Of the server itself, all that is left must end, and it is started again."""
    victim: Process = chance.choice(one.tree())
    tree = one.tree()
    victim.kill()
    assert one.serve is not None
    if victim.number == one.serve.pid:
        one.serve.wait()
        gone(tree)
        one.start()


def renamed(one: Served) -> int:
    with one.reading() as session:
        return session.scalar(select(func.count()).where(Rename.state == RenameState.DONE)) or 0


def twice(one: Served) -> list[int]:
    """Images that more than one rename has had to do with."""
    with one.reading() as session:
        done = select(Rename.image_id).where(Rename.state == RenameState.DONE)
        return list(session.scalars(done.group_by(Rename.image_id).having(func.count() > 1)))
