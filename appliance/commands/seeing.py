"""Who looks at single photos for a command that changes nothing: as the appliance would have it, where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from appliance import app, providers, vision
from appliance.config import Settings
from appliance.db import Database
from appliance.figures import keeping
from appliance.learning import School
from appliance.models import OWN_TENANT, now
from appliance.providers import CHAIN, OFFLINE, Providers, kinds
from appliance.secrets import vault_of
from appliance.vision import Evidence, Provider, VisionError, budgets, counting
from appliance.vision.provider import Priced
from appliance.words import Description, Usage


@dataclass(frozen=True, slots=True)
class Seer:
    """A provider, and the budgets that hold for it; no database where there is no appliance yet."""

    provider: Provider
    database: Database | None = None

    def describe(self, preview: bytes, *, language: str) -> Description:
        """Raises VisionError, also where the budget has no room for the answer."""
        if self.database is None:
            return self.provider.describe(preview, language=language)
        most = self.provider.most_cost if isinstance(self.provider, Priced) else 0
        day = self._reserve(self.database, most)
        usage = Usage()
        try:
            said = self.provider.describe(preview, language=language)
            usage = said.usage
            counting.answered(self.database.tally, said)
        except VisionError as error:
            usage = error.usage
            counting.failed(self.database.tally, self.provider, error)
            raise
        finally:
            self._charge(self.database, day, most, usage)
        return said

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        """Of what was described last, at no further cost. Raises VisionError."""
        return self.provider.explain(preview, language=language)

    def _reserve(self, database: Database, most: int) -> str:
        try:
            with database.session(OWN_TENANT) as session:
                return budgets.reserve(session, OWN_TENANT, most, now()) if most else budgets.periods(now())[0]
        except budgets.Exhausted as exhausted:
            raise VisionError(str(exhausted)) from exhausted

    def _charge(self, database: Database, day: str, most: int, usage: Usage) -> None:
        if not (most or usage.calls or usage.cost):
            return
        name, model, prompt = self.provider.name, self.provider.model, self.provider.prompt
        with database.session(OWN_TENANT) as session:
            budgets.release(session, OWN_TENANT, day, most, usage.cost)
            if usage.calls or usage.cost:
                said = Description(provider=name, model=model, prompt=prompt, usage=usage)
                budgets.note(session, OWN_TENANT, [(day, said)])


@contextmanager
def seer(settings: Settings, name: str | None) -> Iterator[Seer]:
    """One of the appliance's providers by its name, or the first of its chain, with what its people have taught; one
    of the environment where nobody has decided about providers or none has that name. Raises ValueError, VisionError.
    """
    if not _is_there(settings):
        yield Seer(_of_environment(settings, name, OFFLINE if settings.offline else ""))
        return
    database = app.open_database(settings)
    own = Providers(vault_of(settings), database, offline=settings.offline)
    try:
        school = School(database, app.open_storage(settings))
        yield Seer(school.taught(_found(settings, own, name), OWN_TENANT), database)
    finally:
        own.close()
        keeping.try_to_put_down(database)
        database.close()


def _is_there(settings: Settings) -> bool:
    """Whether there is a database; none is made to look at a photo."""
    return not settings.embedded or Path(str(make_url(settings.database_url).database)).is_file()


def _found(settings: Settings, own: Providers, name: str | None) -> Provider:
    with own.database.reading(OWN_TENANT) as session:
        rows = providers.all_of(session, OWN_TENANT)
        offline = providers.kept_here(session, OWN_TENANT, always=settings.offline)
    decided = any(not row.from_environment for row in rows)
    if decided and (name is None or any(row.name == name for row in rows)):
        return _of_rows(own, name or CHAIN)
    return _of_environment(settings, name, offline)


def _of_rows(own: Providers, name: str) -> Provider:
    chain = own.chain(OWN_TENANT, name)
    if chain is None:
        raise ValueError("Nobody is to look at pictures here: name who shall with --provider.")
    return chain.usable().provider


def _of_environment(settings: Settings, name: str | None, offline: str) -> Provider:
    name = name or settings.vision_chain[0]
    if offline and name in vision.SERVERS and kinds.leaves(name, vision.given(settings).get(name, {})):
        raise VisionError(f"{name}: {offline}", permanent=True)
    return vision.chosen(settings, name)
