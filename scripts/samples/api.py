"""The API's documentation, of some of the real API: what all of it looks like, in a tenth of the time."""

from litestar import Litestar
from msgspec.structs import replace

from appliance.api import describing, routes
from appliance.web import reference

_APPLICATION = Litestar(routes.handlers(), openapi_config=describing.config("0.1.0"))
_ALL = reference.drawn(describing.description(_APPLICATION), "http://127.0.0.1:8080")
_NOUNS = tuple(replace(noun, operations=noun.operations[:2]) for noun in _ALL.nouns[:6])
DOCS = replace(_ALL, nouns=_NOUNS, shapes=_ALL.shapes[:12])
