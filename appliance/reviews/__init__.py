"""What a person decides about images: edit a name, approve, reject, lock, another candidate, retry, undo."""

from appliance.reviews import sheets
from appliance.reviews.deciding import Refused, approve, ignore, lock, reject, retry, undo, unlock
from appliance.reviews.desk import Desk
from appliance.reviews.many import Decided, approve_batch, cancel_batch, retry_batch, undo_batch, undo_rename
from appliance.reviews.rows import find, look
from appliance.reviews.texts import Said, approve_texts, say, texts_of

__all__ = [
    "Decided",
    "Desk",
    "Refused",
    "Said",
    "approve",
    "approve_batch",
    "approve_texts",
    "cancel_batch",
    "find",
    "ignore",
    "lock",
    "look",
    "reject",
    "retry",
    "retry_batch",
    "say",
    "sheets",
    "texts_of",
    "undo",
    "undo_batch",
    "undo_rename",
    "unlock",
]
