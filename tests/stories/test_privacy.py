"""With the embedded engine nothing leaves the machine, and nothing is written where nobody asked for it."""

import re
import subprocess
from pathlib import Path

from tests.home import Home

# A library tries at its import whether this machine has IPv6 by binding to itself; that sends nothing.
SENDS = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(")


def test_the_embedded_engine_opens_no_connection_and_leaves_the_home_folder_alone(home: Home, tmp_path: Path):
    home.photo("IMG_0001.JPG")
    person, calls = tmp_path / "person", tmp_path / "calls"
    person.mkdir()
    command = home.command("rename", home.pictures, "--provider", "local")
    tracer = ["strace", "-f", "-qq", "--seccomp-bpf", "--trace=network", "-o", str(calls)]

    subprocess.run(
        [*tracer, *command], env=home.process_environment() | {"HOME": str(person)}, check=True, capture_output=True
    )

    assert "AF_UNIX" in calls.read_text()  # the decoder's; so the trace saw something
    sent = [line for line in calls.read_text().splitlines() if SENDS.search(line) and "AF_INET" in line]
    assert sent == []
    assert list(person.rglob("*")) == []
