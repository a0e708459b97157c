"""Words in, collision-free file names out: no files, no network, no clock."""

from appliance.naming import profiles, scoring, sidecars, templates
from appliance.naming.badnames import why_bad
from appliance.naming.extensions import extension_for
from appliance.naming.grammar import check_name, fold, safe_name, split
from appliance.naming.groups import FOLLOWING, Evidence, are_together, companion_name, companions, is_film, is_image
from appliance.naming.planning import plan
from appliance.naming.profiles import PROFILES, Profile, Rules
from appliance.naming.proposals import Proposal, Shot, Verdict
from appliance.naming.templates import TemplateError

__all__ = [
    "FOLLOWING",
    "PROFILES",
    "Evidence",
    "Profile",
    "Proposal",
    "Rules",
    "Shot",
    "TemplateError",
    "Verdict",
    "are_together",
    "check_name",
    "companion_name",
    "companions",
    "extension_for",
    "fold",
    "is_film",
    "is_image",
    "plan",
    "profiles",
    "safe_name",
    "scoring",
    "sidecars",
    "split",
    "templates",
    "why_bad",
]
