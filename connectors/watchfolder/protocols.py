"""The three ways to give a file a new name, and going on with what an earlier call left.

A kill between any two system calls leaves every byte under some name, and the next call for the same key goes on from
what it finds.
"""

import os
import unicodedata
from contextlib import suppress
from dataclasses import replace

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, NameTaken
from connectors.watchfolder import moving, places
from connectors.watchfolder.moving import Move, version
from connectors.watchfolder.places import Place


class ProtocolLost(ConnectorError):
    """The file system no longer does what it did when it was probed."""


def rename(move: Move) -> Entry:
    """Carries out the move, or what is left of it. Raises as Connector.rename does, and OSError."""
    marked = _tidy(move)
    old, new, one_name = _look(move)
    if old is None or not move.is_entry(old):
        return _end(move, old, new)
    if move.old == move.new:
        return _arrived(move)
    if new is not None and not marked and not one_name:
        raise _taken(move)
    if move.mount.protocol == "copy":
        _refuse_links(move, old)
    if one_name:
        return _by_two_steps(move, marked)
    if move.mount.protocol == "noreplace" and not marked:
        return _by_noreplace(move, old)
    return _by_copy(move, marked) if move.mount.protocol == "copy" else _by_link(move, new)


def _look(move: Move) -> tuple[os.stat_result | None, os.stat_result | None, bool]:
    """What stands at the old and at the new name; and whether the file system takes the two for one name, of which
    only the spelling that the folder lists counts as standing there."""
    old, new = move.old.look(), move.new.look()
    if old is None or new is None or move.old.folder != move.new.folder or _fold(move.old) != _fold(move.new):
        return old, new, False
    names = places.names(move.old.folder)
    if move.old.name not in names:
        return None, new, True
    return (old, new, False) if move.new.name in names else (old, None, True)


def _fold(place: Place) -> str:
    return unicodedata.normalize("NFC", place.name).casefold()


def _tidy(move: Move) -> bool:
    """Gives a file that an earlier call set aside its new name, or its old one; whether that call claimed the new."""
    marked = move.mark.look() is not None
    aside = move.aside.look()
    if aside is None and not marked:
        return False
    move.step("resumed")
    if aside is not None:
        _settle_aside(move, aside, resume=marked)
    for hidden in (move.half, move.spare):
        moving.discard(move, hidden, move.new)
    return marked


def _settle_aside(move: Move, aside: os.stat_result, *, resume: bool) -> bool:
    """Lets the set-aside file go where the new name holds it, else gives it the new name, else the old one back.
    Whether it has the new name then."""
    if moving.remove_aside(move):
        return True
    if move.looks_like_entry(aside) and moving.try_place(move, move.aside, move.new, resume=resume):
        return True
    moving.put_back(move, move.aside, move.old)
    return False


def _end(move: Move, old: os.stat_result | None, new: os.stat_result | None) -> Entry:
    """The old name is not the file that was to be renamed: because that is done, or for another reason."""
    mark = move.mark.look()
    if new is None and mark is not None and mark.st_size and move.is_entry(mark) and not move.is_elsewhere(mark):
        moving.try_place(move, move.mark, move.new)
        new = move.new.look()
    moving.discard(move, move.mark, move.old)
    move.sync()
    if new is not None and (move.looks_like_entry(new) if old is None else version(new) == move.entry.version):
        return _arrived(move)
    if old is None:
        raise FileGone(f"{move.entry.path} is no longer there.")
    raise FileChanged(f"{move.entry.path} is not the file that was looked at: look at it again.")


def _arrived(move: Move) -> Entry:
    new = move.new.look()
    if new is None or not move.looks_like_entry(new):  # it had arrived; somebody has moved or edited it since
        return replace(move.entry, path=move.to)
    return Entry(move.to, new.st_size, version(new))


def _by_noreplace(move: Move, old: os.stat_result) -> Entry:
    """One atomic call."""
    try:
        moving.rename_noreplace(move.old, move.new)
    except FileExistsError:
        raise _taken(move) from None
    except OSError as error:
        # On a network the call may have been carried out although its answer says otherwise.
        if not (move.old.look() is None and _stands(move, old)):
            raise _unexpected(error, move) from error
    (move.later or move.sync)()
    if _stands(move, old):
        return _arrived(move)
    if move.new.look() is None:
        raise _not_there(move)
    with suppress(OSError):
        moving.rename_noreplace(move.new, move.old)
        move.sync()
    raise moving.replaced(move)


def _stands(move: Move, old: os.stat_result) -> bool:
    """The file that stood at the old name stands at the new one."""
    new = move.new.look()
    if new is None:
        return False
    return os.path.samestat(new, old) if move.mount.inodes_stay else move.looks_like_entry(new)


def _by_link(move: Move, new: os.stat_result | None) -> Entry:
    """A second link under the new name, then none under the old one."""
    if new is None:
        _link(move)
    elif not move.same_file(move.mark, move.new):
        moving.discard(move, move.mark, move.old)
        raise _taken(move)
    move.step("linked")
    return _retire(move)


def _link(move: Move) -> None:
    moving.discard(move, move.mark, move.old)
    moving.link(move.old, move.mark)
    mark = move.mark.look()
    if mark is None or not move.is_entry(mark):
        moving.discard(move, move.mark, move.old)
        raise moving.replaced(move)
    move.mark.sync()
    move.step("marked")
    try:
        moving.link(move.mark, move.new)
    except OSError as error:
        # On a network the call may have been carried out although its answer says otherwise.
        if not move.same_file(move.mark, move.new):
            moving.discard(move, move.mark, move.old)
            if isinstance(error, FileExistsError):
                raise _taken(move) from None
            raise
    move.sync()
    new = move.new.look()
    if new is None or not move.looks_like_entry(new):
        raise _not_there(move)


def _refuse_links(move: Move, old: os.stat_result) -> None:
    if old.st_nlink > 1:
        raise ConnectorError(
            f"{move.entry.path} has more hard links, which a copy would cut off, and this file system can only copy: "
            "rename it by hand.",
            permanent=True,
        )


def _by_copy(move: Move, marked: bool) -> Entry:
    """A copy under the new name, which is claimed by creating it, then nothing under the old one."""
    moving.make_mark(move)
    move.step("marked")
    try:
        moving.copy(move, move.old, move.new, resume=marked)
    except (FileExistsError, NameTaken):
        moving.discard(move, move.mark, move.old)
        raise _taken(move) from None
    except (OSError, ConnectorError) as error:
        if isinstance(error, FileChanged) or move.new.look() is None:  # else the next call needs to know whose it is
            moving.discard(move, move.mark, move.old)
        raise
    move.step("copied")
    return _retire(move)


def _retire(move: Move) -> Entry:
    """Takes the old name from the file that has its new one. What another program put there meanwhile is kept."""
    aside = moving.set_aside(move)
    if aside is not None:
        move.step("retired")
    if aside is None or not _settle_aside(move, aside, resume=True):
        _give_way(move, aside)
    moving.discard(move, move.mark, move.new)
    move.sync()
    return _arrived(move)


def _give_way(move: Move, aside: os.stat_result | None) -> None:
    """The old name was not the file's any more, or the new one is not. Nothing more is to be done only where the file
    that was to be renamed stands at the new name alone."""
    if aside is not None and move.is_entry(aside):
        moving.discard(move, move.mark, move.old)
        raise _taken(move)
    if _has_further_names(move):
        moving.withdraw_link(move)
        moving.discard(move, move.mark, move.old)
        raise FileGone(f"{move.entry.path} was moved by another program meanwhile.")


def _has_further_names(move: Move) -> bool:
    """The file stands under a name that somebody else gave it, beside ours."""
    mark = move.mark.look()
    ours = 2  # the mark and the new name
    return mark is not None and mark.st_size > 0 and mark.st_nlink > ours and move.mount.inodes_stay


def _by_two_steps(move: Move, marked: bool) -> Entry:
    """For two spellings that the file system takes for one name: the file stands aside in between."""
    if move.mount.protocol == "copy":
        moving.make_mark(move)
        move.step("marked")
    aside = moving.set_aside(move)
    if aside is None:
        raise FileGone(f"{move.entry.path} is no longer there.")
    move.step("aside")
    done = _settle_aside(move, aside, resume=marked)
    moving.discard(move, move.mark, move.old)
    move.sync()
    if not done:
        raise moving.replaced(move)
    return _arrived(move)


def _taken(move: Move) -> NameTaken:
    return NameTaken(f"{move.to} exists already.")


def _not_there(move: Move) -> ConnectorError:
    return ConnectorError(f"{move.to} was made and is gone again: look at the disk, then run this again.")


def _unexpected(error: OSError, move: Move) -> Exception:
    if error.errno in moving.UNKNOWN_TO_THE_FILE_SYSTEM:
        return ProtocolLost(f"The file system of {move.entry.path} behaves otherwise than before: run this again.")
    return error
