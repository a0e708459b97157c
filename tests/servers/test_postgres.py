"""The PostgreSQL that the tests run on."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.servers import postgres


def test_every_test_gets_a_database_of_its_own_that_is_empty(postgres_server: Path):
    for _ in range(2):
        with postgres.database(postgres_server) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE photo (name text)"))
            engine.dispose()


def test_a_database_is_dropped_also_while_somebody_is_connected(postgres_server: Path):
    with postgres.database(postgres_server) as url:
        left_open = create_engine(url).connect()
    with pytest.raises(Exception, match="terminating"):
        left_open.execute(text("SELECT 1"))


def test_a_empty_database_url_opens_a_database(empty_database_url: str):
    with create_engine(empty_database_url).connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_server_ends_when_its_run_is_killed(tmp_path: Path):
    program = (
        "import os, sys, time; from pathlib import Path; from tests.servers import postgres\n"
        "print(postgres.shared(Path(sys.argv[1]), owner=os.getpid()), flush=True); time.sleep(300)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        server = os.pidfd_open(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        run.kill()
    ended, _, _ = select.select([server], [], [], 20)
    assert ended
