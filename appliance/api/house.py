"""What the handlers of a server have at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from litestar.connection import ASGIConnection

from appliance import storage
from appliance.api.tail import Tail
from appliance.config import Settings
from appliance.db import Database
from appliance.figures.keeping import Keeper
from appliance.figures.looking import Counting
from appliance.jobs import Doorbell
from appliance.providers import Providers
from appliance.reviews import Desk
from appliance.secrets import Vault, vault_of
from appliance.sources import Connections
from appliance.storage import Storage
from appliance.telemetry import Tally


@dataclass(eq=False)
class House:
    """Shared by all requests of a process, and safe to use from several threads."""

    settings: Settings
    database: Database
    version: str = ""

    def __post_init__(self) -> None:
        self.connections = Connections(self.vault, self.settings.data, self.database, self.storage)
        self.providers = Providers(self.vault, self.database, offline=self.settings.offline)
        self.requests = Tally()
        self.counting = Counting(self.database)
        self.figures = Keeper(self.database)
        self.figures.start()

    def close(self) -> None:
        self.connections.close()
        self.providers.close()
        self.figures.stop()
        self.database.close()

    def ring(self, image_ids: Sequence[int]) -> None:
        """Wakes a worker for images that are due now; may be lost, since workers look by themselves as well."""
        self.bell.ring(image_ids)

    @cached_property
    def vault(self) -> Vault:
        return vault_of(self.settings)

    @cached_property
    def bell(self) -> Doorbell:
        return Doorbell(self.settings)

    @cached_property
    def tail(self) -> Tail:
        return Tail(self.database)

    @cached_property
    def storage(self) -> Storage:
        return storage.of(self.settings.storage)

    @property
    def desk(self) -> Desk:
        return Desk(self.database, self.connections)


def house_of(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """The one of the running server."""
    house: House = connection.app.state.house
    return house
