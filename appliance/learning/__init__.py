"""What people's decisions about names teach: words of one tenant, with their pictures, to be seen and forgotten."""

from appliance.learning.deciding import approved, distance, rejected, undone
from appliance.learning.lessons import School
from appliance.learning.memory import (
    LATEST,
    Learned,
    Taught,
    examples,
    forget,
    forget_all,
    forget_example,
    is_on,
    learned,
    reword,
    switch,
)

__all__ = [
    "LATEST",
    "Learned",
    "School",
    "Taught",
    "approved",
    "distance",
    "examples",
    "forget",
    "forget_all",
    "forget_example",
    "is_on",
    "learned",
    "rejected",
    "reword",
    "switch",
    "undone",
]
