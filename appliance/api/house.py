"""What the handlers of a server have at hand."""

from dataclasses import dataclass, field
from typing import Any

from litestar.connection import ASGIConnection

from appliance.config import Settings
from appliance.db import Database
from appliance.reviews import Desk
from appliance.sources import Connections
from appliance.storage import Storage


@dataclass(frozen=True)
class House:
    """Shared by all requests of a process, and safe to use from several threads."""

    settings: Settings
    database: Database
    version: str = ""
    connections: Connections = field(default_factory=Connections)

    def close(self) -> None:
        self.connections.close()
        self.database.close()

    @property
    def storage(self) -> Storage:
        return Storage(self.settings.data / "previews")

    @property
    def desk(self) -> Desk:
        return Desk(self.database, self.connections)


def house(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """The one of the running server."""
    found: House = connection.app.state.house
    return found
