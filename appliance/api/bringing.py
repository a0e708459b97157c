"""Photos that come in one form: its fields say how they are named, and its files are all that there are."""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from litestar import Request
from litestar.concurrency import sync_to_thread

from appliance import uploads
from appliance.api import bodies
from appliance.api.authentication import CSRF_FIELD, member_of
from appliance.api.house import House, house_of
from appliance.auth import Member, Role
from appliance.errors import Conflict, Invalid, TooLarge, Unsupported
from appliance.models import Batch

_YES_OR_NO = ("companions", "places")  # which boxes of a form say so
_REFUSALS = (Conflict, Invalid, TooLarge, Unsupported)


@dataclass(frozen=True, slots=True)
class Form:
    """What came of a form: its batch, and what was left out, each with the reason."""

    batch: Batch
    left_out: list[str]


@dataclass
class Bringing:
    """One form as it is read. `skipping` leaves out what cannot be taken; otherwise nothing of it is.

    `proves` is told what the form says of itself, before anything is done.
    """

    request: Request[Any, Any, Any]
    key: str | None = None
    skipping: bool = False
    proves: Callable[[str], None] = lambda _: None
    _said: dict[str, str] = field(default_factory=dict)
    _batch: Batch | None = None
    _left_out: list[str] = field(default_factory=list)
    _taken: int = 0

    def __post_init__(self) -> None:
        self._house: House = house_of(self.request)
        self._member: Member = member_of(self.request, Role.REVIEWER)
        self._limits = uploads.Limits.of(self._house.settings)

    async def all(self) -> Form:
        """Raises Invalid, Conflict, TooLarge, Unsupported; then nothing is left of the batch, but where the connection
        broke off, which the same key goes on with."""
        try:
            await self._read()
            return await self._finished()
        except _REFUSALS:
            await self._withdraw()
            raise

    async def _read(self) -> None:
        folder = await sync_to_thread(uploads.arriving_in, self._house.settings.data)
        async with aclosing(bodies.form(self.request, folder, self._limits)) as found:
            async for one in found:
                if isinstance(one, bodies.Field):
                    self._said[one.name] = one.value
                else:
                    await self._take(one)

    async def _take(self, one: bodies.Brought) -> None:
        batch = self._batch or await self._begun()
        if batch.receives_until is None:
            return  # the same form came before, whole
        keep = partial(uploads.receive, self._house.database, self._house.storage, batch.tenant_id, batch.id)
        try:
            await sync_to_thread(partial(keep, one.given, one.arrived, self._limits, numbered=True))
            self._taken += 1
        except (Invalid, Unsupported) as error:
            if not self.skipping:
                raise
            self._left_out.append(str(error))

    async def _begun(self) -> Batch:
        self.proves(self._said.pop(CSRF_FIELD, ""))
        begin = partial(uploads.begin, self._house.database, self._member.tenant_id, wanted_of(self._said))
        self._batch = await sync_to_thread(partial(begin, key=self.key, actor=self._member.actor))
        return self._batch

    async def _finished(self) -> Form:
        if self._batch is None:
            raise Invalid("There was no file in the form: choose one or more.")
        if self._left_out and not self._taken:
            raise Unsupported(self._left_out[0])
        finish = partial(uploads.finish, self._house.database, self._house.storage, self._batch.tenant_id)
        due = await sync_to_thread(
            partial(finish, self._batch.id, etags={}, without_missing=True, actor=self._member.actor)
        )
        self._house.ring(due)
        return Form(self._batch, self._left_out)

    async def _withdraw(self) -> None:
        if self._batch is None:
            return
        withdraw = partial(uploads.withdraw, self._house.database, self._batch.tenant_id, self._batch.id)
        await sync_to_thread(partial(withdraw, actor=self._member.actor))


def wanted_of(said: Mapping[str, str]) -> uploads.Wanted:
    """How the images are to be named, of the fields of a form; what is empty is as usual. Raises Invalid."""
    values: dict[str, Any] = {name: text.strip() for name, text in said.items() if text.strip()}
    values |= {name: values[name] == "yes" for name in _YES_OR_NO if values.get(name) in {"yes", "no"}}
    if "keywords" in values:
        lines = values["keywords"].replace("\n", ",").split(",")
        values["keywords"] = [one.strip() for one in lines if one.strip()]
    try:
        return msgspec.convert(values, uploads.Wanted, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"The form: {error}.") from error
