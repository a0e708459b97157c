"""A tenant's providers, connected: one by its name, or all in their order."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import options, sealed, vision
from appliance.db import Database
from appliance.errors import Problem
from appliance.models import OwnProvider, now
from appliance.providers import kinds
from appliance.secrets import Vault
from appliance.vision import NO_CONTEXT, Context, Evidence, Provider, VisionError, asking, budgets
from appliance.vision.asking import Beginning, Begun, Link, Question
from appliance.vision.chain import Chain
from appliance.vision.provider import Closes
from appliance.vision.together import Together
from appliance.words import Description

CHAIN = "chain"  # all that a tenant has enabled, in their order
OFFLINE = "nothing leaves this machine, as RENAMER_OFFLINE says."
DECIDED = "nothing leaves this machine, as you decided."
DEFAULT = "local"  # for a tenant that has decided nothing


@dataclass
class Providers:
    """Connects with each provider once, as long as its options are the same. `computing` is how many pictures may be
    looked at by this process itself at the same time. `offline` says that none may leave this machine, whatever a
    tenant has decided; then nothing connects with whoever is elsewhere."""

    vault: Vault
    database: Database
    computing: int = 1
    offline: bool = False
    _open: dict[int, tuple[Mapping[str, Any], str, Provider]] = field(default_factory=dict)
    _turns: dict[tuple[int, int], threading.Semaphore] = field(default_factory=dict)
    _beginnings: dict[int, Beginning] = field(default_factory=dict)
    _outdated: list[Provider] = field(default_factory=list)  # others may be waiting for them
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._computing = threading.BoundedSemaphore(self.computing)

    def chain(self, tenant_id: int, named: str) -> Chain | None:
        """The tenant's chain, one of its providers by its name, or an embedded engine; None where pictures are not to
        be looked at. Raises ValueError for a name that nobody has."""
        if named == vision.NONE:
            return None
        with self.database.reading(tenant_id) as session:
            rows = _rows(session, tenant_id, named)
            offline = kept_here(session, tenant_id, always=self.offline)
        if named == CHAIN and rows:
            rows = [row for row in rows if row.enabled]
            if not rows:
                return None
        links = [self._link(row) for row in rows] or [_embedded(DEFAULT if named == CHAIN else named)]
        return Chain(tuple(links), self.database, offline, computing=self._computing)

    def _link(self, row: OwnProvider) -> Link:
        embedded, leaves = kinds.is_embedded(row.kind), kinds.leaves(row.kind, row.options)
        turns, beginning = self._turns_of(row), self._beginning_of(row)
        return Link(row.name, self.open(row), row, not embedded, leaves, turns, beginning)

    def _turns_of(self, row: OwnProvider) -> threading.Semaphore:
        with self._lock:
            return self._turns.setdefault((row.id, row.at_once), threading.Semaphore(row.at_once))

    def _beginning_of(self, row: OwnProvider) -> Beginning:
        """Where the questions of several threads to it begin in one transaction."""
        with self._lock:
            begin = partial(self._begin, row.tenant_id, row.id)
            return self._beginnings.setdefault(row.id, Together(begin))

    def _begin(
        self, tenant_id: int, row_id: int, asked: Sequence[tuple[Link, Question]]
    ) -> Sequence[Begun | Description | None]:
        (link, first), questions = asked[0], [question for _, question in asked]
        if any(one.provider is not link.provider or two.language != first.language for one, two in asked):
            return [None] * len(asked)
        try:
            return self.database.write(
                tenant_id, lambda session: asking.begin_all(session, link, row_id, questions, now())
            )
        except budgets.Exhausted:  # each by itself, so that as many have room as there is room for
            return [None] * len(asked)

    def open(self, row: OwnProvider) -> Provider:
        with self._lock:
            known = self._open.get(row.id)
            if known is not None and known[:2] == (row.options, row.secrets):
                return known[2]
            self._outdated += [known[2]] if known is not None else []
            provider = self._connected(row)
            self._open[row.id] = row.options, row.secrets, provider
            return provider

    def _connected(self, row: OwnProvider) -> Provider:
        if self.offline and kinds.leaves(row.kind, row.options):
            return _Unusable(row.kind, OFFLINE)
        try:
            provider = kinds.connect(row.kind, options_of(row, self.vault))
            return self._in_turn(provider) if row.options.get("second_opinion") else provider
        except (Problem, VisionError) as error:
            return _Unusable(row.kind, str(error))

    def _in_turn(self, provider: Provider) -> Provider:
        """Its second engine computes here, while its first is waited for."""
        from appliance.vision.opinions import Seconded  # with the engine, which most commands do not need

        if not isinstance(provider, Seconded):
            return provider
        return replace(provider, second=_InTurn(provider.second, self._computing))

    def close(self) -> None:
        with self._lock:
            for provider in (*(one for _, _, one in self._open.values()), *self._outdated):
                close(provider)
            self._open.clear()
            self._outdated.clear()


@dataclass(frozen=True, slots=True)
class _InTurn:
    """An engine that no more threads use at once than may compute."""

    engine: Provider
    turns: threading.Semaphore

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def model(self) -> str:
        return self.engine.model

    @property
    def prompt(self) -> str:
        return self.engine.prompt

    @property
    def languages(self) -> frozenset[str] | None:
        return self.engine.languages

    def check(self) -> None:
        self.engine.check()

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:
        with self.turns:
            return self.engine.describe(preview, language=language, context=context)

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        with self.turns:
            return self.engine.explain(preview, language=language)


@dataclass(frozen=True, slots=True)
class _Unusable:
    """In the place of a provider with which nothing can connect; whoever asks it is told why."""

    name: str
    reason: str
    model: str = ""
    prompt: str = ""
    languages: frozenset[str] | None = None

    def check(self) -> None:
        raise VisionError(self.reason, permanent=True)

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:  # noqa: ARG002
        raise VisionError(self.reason, permanent=True)

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:  # noqa: ARG002
        raise VisionError(self.reason, permanent=True)


def kept_here(session: Session, tenant_id: int, *, always: bool) -> str:
    """Why no picture may leave this machine, "" where they may; `always` says what the settings of the machine do."""
    return OFFLINE if always else DECIDED if budgets.choices(session, tenant_id).offline else ""


def close(provider: Provider) -> None:
    if isinstance(provider, Closes):
        provider.close()


def _rows(session: Session, tenant_id: int, named: str) -> list[OwnProvider]:
    wanted = select(OwnProvider).where(OwnProvider.tenant_id == tenant_id)
    if named != CHAIN:
        wanted = wanted.where(OwnProvider.name == named)
    return list(session.scalars(wanted.order_by(OwnProvider.position, OwnProvider.id)))


def _embedded(name: str) -> Link:
    return Link(name, vision.load(name))


def secret_names(kind: str) -> frozenset[str]:
    """The options of a kind that are sealed, and never shown again."""
    return options.secret_names(kinds.options_of(kind))


def keep(row: OwnProvider, vault: Vault, values: Mapping[str, Any]) -> None:
    """Stores what a provider connects with. Its row must have its id already, to which the secrets are bound."""
    sealed.keep(row, vault, values, secret_names(row.kind))


def options_of(row: OwnProvider, vault: Vault) -> dict[str, Any]:
    """All that a provider connects with. Raises secrets.Unreadable where no key opens its secrets."""
    return sealed.options_of(row, vault)


def renew(session: Session, vault: Vault) -> None:
    """Seals every provider's secrets under the newest key. Then an older key may go."""
    for row in session.scalars(select(OwnProvider).where(OwnProvider.secrets != "")).all():
        if sealed.is_outdated(row, vault):
            keep(row, vault, options_of(row, vault))
