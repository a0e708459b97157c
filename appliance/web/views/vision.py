"""Who looks at the pictures, and what that costs."""

from datetime import datetime
from typing import ClassVar

import msgspec

from appliance.web.views.frame import Tone, View
from appliance.web.views.sources import Field, Kind, Step
from appliance.web.views.system import Usage


class ProviderLine(msgspec.Struct, kw_only=True):
    """`where` is its model and server; `leaves` whether pictures leave this machine for it."""

    id: int
    name: str
    kind: str
    where: str
    tone: Tone
    state: str
    says: str = ""
    leaves: bool = False
    rests_until: datetime | None = None
    first: bool = False
    last: bool = False


class Server(msgspec.Struct, kw_only=True):
    """One that was found; `model` is one that can see, for the form that it leads to."""

    make: str
    address: str
    model: str
    sees: bool = True


class SpendingLine(msgspec.Struct, kw_only=True):
    day: str
    provider: str
    model: str
    calls: int
    cost: str
    seconds: str


class Vision(View, kw_only=True):
    """`servers` is None while nobody has looked for them. `may` is whether this member may change something."""

    page: ClassVar[str] = "vision"
    title: ClassVar[str] = "Vision"
    place: ClassVar[str] = "vision"

    providers: tuple[ProviderLine, ...] = ()
    servers: tuple[Server, ...] | None = None
    budgets: tuple[Usage, ...] = ()
    spent: tuple[tuple[str, str], ...] = ()
    offline: bool = False
    always_offline: bool = False  # as the settings of this machine say, whatever is decided here
    per_day: str = ""
    per_month: str = ""
    spendings: tuple[SpendingLine, ...] = ()
    exhausted: str = ""
    may: bool = True
    problem: str = ""


class ProviderForm(View, kw_only=True):
    """One provider, or a new one, whose `id` is 0. Without a chosen kind the form is not there yet."""

    page: ClassVar[str] = "provider"
    title: ClassVar[str] = "Provider"
    place: ClassVar[str] = "vision"

    id: int = 0
    name: str = ""
    line: ProviderLine | None = None
    kinds: tuple[Kind, ...] = ()
    kind: str = ""
    options: tuple[Field, ...] = ()
    terms: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()
    problem: str = ""
