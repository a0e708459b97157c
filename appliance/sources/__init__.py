"""A tenant's sources: finding, making and opening them."""

from appliance.sources.folders import for_folder, local_paths
from appliance.sources.hearing import Hook, heard, hook_of
from appliance.sources.opening import Connections, Step, connect, kept_in, kept_name, tested, wanted_of
from appliance.sources.owning import (
    ACTS,
    act,
    add,
    all_of,
    ask_for_scan,
    change,
    find,
    named,
    pause,
    remove,
    resume,
    root_of,
    watched,
)
from appliance.sources.paths import folder_of, joined, name_of
from appliance.sources.policies import Choices, Policy, Wanted, choices_of
from appliance.sources.sealing import options_of, renew, secret_options, secrets_there

__all__ = [
    "ACTS",
    "Choices",
    "Connections",
    "Hook",
    "Policy",
    "Step",
    "Wanted",
    "act",
    "add",
    "all_of",
    "ask_for_scan",
    "change",
    "choices_of",
    "connect",
    "find",
    "folder_of",
    "for_folder",
    "heard",
    "hook_of",
    "joined",
    "kept_in",
    "kept_name",
    "local_paths",
    "name_of",
    "named",
    "options_of",
    "pause",
    "remove",
    "renew",
    "resume",
    "root_of",
    "secret_options",
    "secrets_there",
    "tested",
    "wanted_of",
    "watched",
]
