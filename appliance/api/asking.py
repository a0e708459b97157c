"""What a request to the API is made of."""

from typing import Any

from litestar import Request
from litestar.exceptions import ClientException


class Asking(Request[Any, Any, Any]):
    """Litestar answers a body that is not UTF-8 as if the server had failed."""

    async def json(self) -> Any:
        try:
            return await super().json()
        except UnicodeDecodeError as error:
            raise ClientException(f"The body is not UTF-8: its byte {error.start} belongs to no character.") from error
