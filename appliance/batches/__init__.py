"""What a person does with many images at once: start, take in, undo, and put in order what was interrupted."""

from appliance.batches.counting import count_due, to_be_looked_at
from appliance.batches.ending import UNDOING, cancel, finish, leave, rest, settle, tidy
from appliance.batches.redirecting import moved
from appliance.batches.taking import is_image, look_again, row_of, take_in, without_companions
from appliance.batches.telling import ACTOR, Line, find, images_in, line, look, start, tell
from appliance.batches.undoing import Undoing, done_at, done_in, done_together, history, last_act, undo, was_undone

__all__ = [
    "ACTOR",
    "UNDOING",
    "Line",
    "Undoing",
    "cancel",
    "count_due",
    "done_at",
    "done_in",
    "done_together",
    "find",
    "finish",
    "history",
    "images_in",
    "is_image",
    "last_act",
    "leave",
    "line",
    "look",
    "look_again",
    "moved",
    "rest",
    "row_of",
    "settle",
    "start",
    "take_in",
    "tell",
    "tidy",
    "to_be_looked_at",
    "undo",
    "was_undone",
    "without_companions",
]
