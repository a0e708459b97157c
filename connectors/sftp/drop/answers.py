"""What a client is told of what cannot be done, in the few words that SFTP has."""

import errno
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from paramiko import sftp

_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Answer(int):
    """A status of SFTP, with a sentence."""

    said: str = ""

    @staticmethod
    def to(error: OSError) -> "Answer":
        number = error.errno or errno.EIO
        code = sftp.SFTP_FAILURE
        if number in _GONE:
            code = sftp.SFTP_NO_SUCH_FILE
        elif number in _FORBIDDEN:
            code = sftp.SFTP_PERMISSION_DENIED
        answer = Answer(code)
        answer.said = error.strerror or os.strerror(number)
        return answer


def answered(act: Callable[..., Any]) -> Callable[..., Any]:
    """An act whose OSError is its answer."""

    @wraps(act)
    def answer(*given: Any) -> Any:
        try:
            return act(*given)
        except OSError as error:
            return Answer.to(error)

    return answer
