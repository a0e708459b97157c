"""What the pages about names have in common."""

from appliance.web.views import Tab

_TABS = {"/profiles": "Profiles", "/learned": "Learned", "/quality": "Quality", "/comparisons": "Compare"}


def tabs(here: str) -> tuple[Tab, ...]:
    return tuple(Tab(label=label, href=path, current=path == here) for path, label in _TABS.items())
