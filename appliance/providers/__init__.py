"""A tenant's providers: finding, making, ordering and opening them."""

from appliance.providers.estimating import Estimate, estimate
from appliance.providers.kinds import Terms, Wanted, asked, connect
from appliance.providers.opening import CHAIN, OFFLINE, Providers, close, kept_here, options_of, renew, secret_names
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
    terms_of,
)
from appliance.providers.seeding import seed
from appliance.providers.testing import Tested, note_test, tested
from appliance.providers.waking import wake
from appliance.vision.budgets import DOLLAR

__all__ = [
    "CHAIN",
    "DOLLAR",
    "OFFLINE",
    "Estimate",
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
    "close",
    "connect",
    "decide",
    "estimate",
    "find",
    "kept_here",
    "note_test",
    "options_of",
    "remove",
    "renew",
    "reorder",
    "secret_names",
    "seed",
    "terms_of",
    "tested",
    "wake",
]
