"""What the operating system's errors mean to the owner of a folder."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.base import ConnectorError, FileGone

_SENTENCES = {
    errno.EROFS: "{path} is on a disk that is mounted read-only: mount it for writing, then run this again.",
    errno.EACCES: "There is no permission to reach or change {path}: give this account the right to read and write the "
    "folder.",
    errno.EPERM: "The system refused to change {path}: look at the owner and the attributes of the file and its folder "
    "(`lsattr` shows a file that is marked unchangeable).",
    errno.ENAMETOOLONG: "A name of {path} is longer than its file system allows: choose a shorter one.",
    errno.ELOOP: "{path} is or goes through a symbolic link, through which names are not changed: add the folder that "
    "it points to instead.",
    errno.ENOTDIR: "{path} goes through something that is no folder: look at it, then scan again.",
    errno.EXDEV: "{path} cannot be reached by a rename, as it is on another file system: move the file there by hand.",
    errno.EMLINK: "{path} has as many hard links as its file system allows: remove one of them.",
    errno.EILSEQ: "The file system cannot store the name of {path}: choose another one.",
}
_SENTENCES_FOR_NOW = {
    errno.ENOSPC: "The disk of {path} is full: free some space, then run this again.",
    errno.EDQUOT: "The disk quota for {path} is used up: free some space, then run this again.",
    errno.EIO: "The disk of {path} answers with errors: look at the disk and its cable, then run this again.",
    errno.EMFILE: "Too many files are open to reach {path}: raise the limit (`ulimit -n`), then run this again.",
    errno.ESTALE: "The network folder of {path} has gone: mount it again, then run this again.",
    errno.ENOTCONN: "The network folder of {path} has gone: mount it again, then run this again.",
    errno.EHOSTDOWN: "The network folder of {path} does not answer: mount it again, then run this again.",
    errno.EBUSY: "{path} is in use by the system: run this again later.",
}


def error_for(error: OSError, path: str) -> ConnectorError:
    """The connector's error for the system's; FileGone where the thing is not there."""
    number = error.errno or 0
    if number == errno.ENOENT:
        return FileGone(f"{path} is no longer there.")
    if number in _SENTENCES:
        return ConnectorError(_SENTENCES[number].format(path=path), permanent=True)
    if number in _SENTENCES_FOR_NOW:
        return ConnectorError(_SENTENCES_FOR_NOW[number].format(path=path))
    return ConnectorError(f"{path} could not be reached or changed ({os.strerror(number)}): run this again later.")


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Turns an OSError into the sentence for `path`."""
    try:
        yield
    except OSError as error:
        raise error_for(error, path) from error
