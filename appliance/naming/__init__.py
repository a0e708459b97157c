"""Words in, collision-free file names out: no files, no network, no clock."""

from appliance.naming import templates
from appliance.naming.badnames import why_bad
from appliance.naming.grammar import check_name, fold, safe_name
from appliance.naming.groups import companion_name, companions
from appliance.naming.planning import plan
from appliance.naming.profiles import PROFILES, Profile, Rules
from appliance.naming.proposals import Proposal, Shot, Verdict
from appliance.naming.templates import TemplateError

__all__ = [
    "PROFILES",
    "Profile",
    "Proposal",
    "Rules",
    "Shot",
    "TemplateError",
    "Verdict",
    "check_name",
    "companion_name",
    "companions",
    "fold",
    "plan",
    "safe_name",
    "templates",
    "why_bad",
]
