"""Draws pages and parts of pages out of their views."""

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from appliance.display import printable
from appliance.web import bundled, differences, plots, wording
from appliance.web.views import Frame, Notice, View

_templates = Environment(
    loader=PackageLoader("appliance.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(view: View, frame: Frame) -> str:
    """A whole page."""
    return _templates.get_template(f"{view.page}.html").render(view=view, frame=frame)


def part(name: str, frame: Frame, notices: tuple[Notice, ...] = (), **values: object) -> str:
    """What takes a part's place in a page that is open, a template of `parts/`, with notices that appear beside it."""
    template = _templates.get_template("answer.html")
    return template.render(part=f"parts/{name}.html" if name else "", frame=frame, notices=notices, **values)


def icon(name: str, kind: str = "") -> Markup:
    """A picture for those who see; the words beside it say the same."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        kind, bundled.url("icons.svg"), name
    )


def moment(at: datetime, tell: str = "ago") -> Markup:
    """A time in UTC, that the browser tells by the reader's own clock: `ago`, `at` or `clock`."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}" data-tell="{}">{} UTC</time>').format(stamp, tell, f"{at:%Y-%m-%d %H:%M}")


_templates.globals.update(
    asset=bundled.url, icon=icon, moment=moment, changed=differences.changed, bars=plots.bars, ORIGINS=wording.ORIGINS
)
_templates.filters.update(
    visible=printable, percent=wording.percent, count=wording.count, duration=wording.duration, number=wording.number
)
