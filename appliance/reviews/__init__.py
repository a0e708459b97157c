"""What a person decides about images: edit a name, approve, reject, lock, another candidate, retry, undo."""

from appliance.reviews.deciding import LONGEST_ALT, Refused, approve, ignore, lock, reject, retry, say, undo, unlock
from appliance.reviews.desk import Desk
from appliance.reviews.many import Decided, approve_batch, cancel_batch, retry_batch, undo_batch, undo_rename
from appliance.reviews.rows import find, look

__all__ = [
    "LONGEST_ALT",
    "Decided",
    "Desk",
    "Refused",
    "approve",
    "approve_batch",
    "cancel_batch",
    "find",
    "ignore",
    "lock",
    "look",
    "reject",
    "retry",
    "retry_batch",
    "say",
    "undo",
    "undo_batch",
    "undo_rename",
    "unlock",
]
