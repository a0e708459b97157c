"""The tables. Every row belongs to a tenant."""

from appliance.models.accounts import ApiToken, Link, LinkPurpose, Membership, Role, SignIn, Throttle, User
from appliance.models.base import OWN_TENANT, Base, Moment, Owner, Tenant, now
from appliance.models.images import (
    FINAL,
    LIVING,
    REVIEWED,
    SHOWN,
    Batch,
    BatchKind,
    BatchState,
    Image,
    ImageState,
    Picture,
    SeenDescription,
    Source,
)
from appliance.models.journal import IS_OPEN, OPEN, Event, OwnProfile, Rename, RenameState

__all__ = [
    "FINAL",
    "IS_OPEN",
    "LIVING",
    "OPEN",
    "OWN_TENANT",
    "REVIEWED",
    "SHOWN",
    "ApiToken",
    "Base",
    "Batch",
    "BatchKind",
    "BatchState",
    "Event",
    "Image",
    "ImageState",
    "Link",
    "LinkPurpose",
    "Membership",
    "Moment",
    "OwnProfile",
    "Owner",
    "Picture",
    "Rename",
    "RenameState",
    "Role",
    "SeenDescription",
    "SignIn",
    "Source",
    "Tenant",
    "Throttle",
    "User",
    "now",
]
