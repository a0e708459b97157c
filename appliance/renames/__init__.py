"""The journal: every change of a name is written down before it happens, and can be finished, put right or undone."""

from appliance.renames.acting import apply, recover
from appliance.renames.digests import digest, digest_of
from appliance.renames.journal import (
    cancel,
    close,
    intend,
    note_step,
    open_moves,
    open_names,
    paths_renamed_since,
    paths_under_way,
    put_back_by_hand,
    reserve,
    standing_names,
    under_way,
)
from appliance.renames.moves import Ended, Ending, LeaseLost, Move, Result, Step, towards
from appliance.renames.references import foreseen

__all__ = [
    "Ended",
    "Ending",
    "LeaseLost",
    "Move",
    "Result",
    "Step",
    "apply",
    "cancel",
    "close",
    "digest",
    "digest_of",
    "foreseen",
    "intend",
    "note_step",
    "open_moves",
    "open_names",
    "paths_renamed_since",
    "paths_under_way",
    "put_back_by_hand",
    "recover",
    "reserve",
    "standing_names",
    "towards",
    "under_way",
]
