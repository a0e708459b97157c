"""What operators read: a line for each thing that they may want to know, on standard error."""

import logging
import sys

_CHATTY = ("huey", "uvicorn", "watchdog", "alembic", "PIL", "RapidOCR", "httpx2", "httpcore2", "openai", "paramiko")


def to_standard_error(level: int) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr, level=level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
