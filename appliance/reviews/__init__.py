"""What a person decides about images: edit a name, approve, reject, lock, another candidate, retry, undo."""

from appliance.reviews import sheets
from appliance.reviews.deciding import Refused, approve, ignore, lock, reject, retry, undo, unlock
from appliance.reviews.desk import Desk
from appliance.reviews.many import (
    Decided,
    approve_batch,
    approve_texts_of_batch,
    cancel_batch,
    retry_batch,
    undo_batch,
    undo_rename,
)
from appliance.reviews.rows import find, look
from appliance.reviews.texts import Said, approve_texts, is_open, say, says_so, texts_of, with_open_texts

__all__ = [
    "Decided",
    "Desk",
    "Refused",
    "Said",
    "approve",
    "approve_batch",
    "approve_texts",
    "approve_texts_of_batch",
    "cancel_batch",
    "find",
    "ignore",
    "is_open",
    "lock",
    "look",
    "reject",
    "retry",
    "retry_batch",
    "say",
    "says_so",
    "sheets",
    "texts_of",
    "undo",
    "undo_batch",
    "undo_rename",
    "unlock",
    "with_open_texts",
]
