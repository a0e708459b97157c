"""A tenant's providers: finding, making, ordering and opening them."""

from appliance.providers.kinds import Terms, Wanted, asked
from appliance.providers.opening import CHAIN, Providers, options_of, renew
from appliance.providers.owning import (
    add,
    all_of,
    change,
    changed,
    check_name,
    decide,
    find,
    remove,
    reorder,
)
from appliance.providers.seeding import seed
from appliance.providers.testing import Tested, tested
from appliance.providers.waking import wake

__all__ = [
    "CHAIN",
    "Providers",
    "Terms",
    "Tested",
    "Wanted",
    "add",
    "all_of",
    "asked",
    "change",
    "changed",
    "check_name",
    "decide",
    "find",
    "options_of",
    "remove",
    "renew",
    "reorder",
    "seed",
    "tested",
    "wake",
]
