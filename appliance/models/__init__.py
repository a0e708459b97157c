"""The tables. Every row belongs to a tenant."""

from appliance.models.accounts import ApiToken, Link, LinkPurpose, Membership, Role, SignIn, Throttle, User
from appliance.models.base import OWN_TENANT, Base, Moment, Owner, Tenant, now
from appliance.models.comparing import ComparedChoice, ComparedImage, Comparison
from appliance.models.figures import CountedFigure
from appliance.models.images import (
    FINAL,
    LIVING,
    REVIEWED,
    SHOWN,
    Batch,
    BatchKind,
    BatchState,
    DeliveryHeard,
    Hint,
    Image,
    ImageState,
    Picture,
    SeenDescription,
    Source,
)
from appliance.models.journal import IS_OPEN, OPEN, Event, OwnProfile, Rename, RenameState, Writing, WritingState
from appliance.models.learning import Example, Verdict
from appliance.models.uploads import AskedBefore, Upload
from appliance.models.vision import Allowance, Ask, OwnProvider, Spending, VisionChoices

__all__ = [
    "FINAL",
    "IS_OPEN",
    "LIVING",
    "OPEN",
    "OWN_TENANT",
    "REVIEWED",
    "SHOWN",
    "Allowance",
    "ApiToken",
    "Ask",
    "AskedBefore",
    "Base",
    "Batch",
    "BatchKind",
    "BatchState",
    "ComparedChoice",
    "ComparedImage",
    "Comparison",
    "CountedFigure",
    "DeliveryHeard",
    "Event",
    "Example",
    "Hint",
    "Image",
    "ImageState",
    "Link",
    "LinkPurpose",
    "Membership",
    "Moment",
    "OwnProfile",
    "OwnProvider",
    "Owner",
    "Picture",
    "Rename",
    "RenameState",
    "Role",
    "SeenDescription",
    "SignIn",
    "Source",
    "Spending",
    "Tenant",
    "Throttle",
    "Upload",
    "User",
    "Verdict",
    "VisionChoices",
    "Writing",
    "WritingState",
    "now",
]
