"""The API's documentation, of the real API."""

from litestar import Litestar

from appliance.api import describing, routes
from appliance.web import reference

_APPLICATION = Litestar(routes.handlers(), openapi_config=describing.config("0.1.0"))
DOCS = reference.drawn(describing.description(_APPLICATION), "http://127.0.0.1:8080")
