"""The API's description of itself, as OpenAPI: what Litestar finds out, and what holds for every endpoint."""

import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from appliance.api.authentication import COOKIE, SAFE_METHODS, Needs
from appliance.api.problems import PROBLEM_JSON, TITLES, ProblemView
from appliance.api.tail import EventView
from appliance.auth import Role
from appliance.uploads import Wanted

_FOLDER = "/api"
PATH = f"{_FOLDER}/openapi.json"
NOUNS = {
    "Images": "What became of each photo, and what a person decides about it.",
    "Batches": "What was done at once, how far it is, and what a person decides about all of it.",
    "Sources": "The places that are watched.",
    "Providers": "Who looks at the pictures, in which order.",
    "Budget": "What looking at pictures may cost, and what it has cost.",
    "History": "What was renamed, when and from what.",
    "Profiles": "How names look, and which words may stand in them.",
    "Learned": "What corrections of names have taught, to be looked at, changed and forgotten.",
    "Quality": "How well each provider, model and prompt names, as people decided.",
    "Comparisons": "Two providers side by side on the same pictures.",
    "Events": "The log of everything that happens, as it grows; also by a WebSocket at `/api/v1/events/ws`, which "
    "takes the same `after` and sends each event as JSON.",
    "Hooks": "What other systems tell by themselves.",
    "Account": "Signing in and out; programs send a token instead.",
    "Members": "Who may do what.",
    "Tokens": "What programs sign in with.",
    "Health": "Is the server there, and all that it stands on?",
    "Metrics": "Figures of the whole installation, for Prometheus.",
}
_NOUN_OF = {
    "source-kinds": "Sources",
    "provider-kinds": "Providers",
    "usage": "Budget",
    "search": "History",
    "session": "Account",
    "setup": "Account",
    "hooks": "Sources",
    "uploads": "Batches",
}
_SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token: `Authorization: Bearer ir_…`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "What signing in sets (`__Host-` before its name over HTTPS). Whatever changes something also "
        "sends the header X-CSRF-Token, with `csrf` of `/account`.",
    },
}
_SUCCESSES = {"200": "What was asked for.", "201": "What was made.", "204": "It is done."}
_REASONS = {
    400: "The body cannot be read.",
    401: "Nobody is known to be asking.",
    403: "Who is asking may not do this.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "It cannot be done as things stand.",
    413: "It is more than is taken at once.",
    415: "Nothing can be done with a file or a body of this sort.",
    422: "A parameter or the body is not right.",
    429: "Tried too often; the header Retry-After says when it works again.",
    503: "Something that is needed for it is missing, full or out of order.",
}


def config(version: str) -> OpenAPIConfig:
    """The description alone: the pages that Litestar could show it with load scripts of other sites."""
    router = Router(_FOLDER, guards=[_nothing_else], route_handlers=[], include_in_schema=False)
    return OpenAPIConfig(
        "Image Renamer",
        version,
        description="Gives photos descriptive names in the place where they already live, and can undo it.",
        use_handler_docstrings=True,
        operation_id_creator=_called,
        render_plugins=[_Described(path="/openapi.json")],
        openapi_router=router,
    )


async def _nothing_else(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Litestar answers whatever else is asked for in the folder with a page of its own."""
    if connection.scope["path"] != PATH:
        raise NotFoundException


class _Described(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        return msgspec.json.encode(description(request.app))


def description(app: Litestar) -> dict[str, Any]:
    """The whole of it, made once for an application."""
    if "description" not in app.state:
        app.state["description"] = _whole(app, app.openapi_schema.to_schema())
    whole: dict[str, Any] = app.state["description"]
    return whole


def _whole(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    handlers = dict(_handlers(app))
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            _complete(operation, path, method.upper(), handlers[path, method.upper()])
    beside = [ProblemView, EventView, Wanted]
    _, components = msgspec.json.schema_components(beside, ref_template="#/components/schemas/{name}")
    schema["components"]["schemas"] |= components
    schema["components"]["securitySchemes"] = _SCHEMES
    schema["components"]["responses"] = {str(status): _problem(status) for status in _REASONS}
    schema["tags"] = [{"name": noun, "description": says} for noun, says in NOUNS.items()]
    whole: dict[str, Any] = _tidied(schema, _names(schema["components"]["schemas"]))
    says = dict(_docstrings())
    for name, component in whole["components"]["schemas"].items():
        if about := says.get("Listed" if name.endswith("List") else name):
            component.setdefault("description", about)
    return whole


def _handlers(app: Litestar) -> Iterator[tuple[tuple[str, str], HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    yield (route.path_format, method), handler


def _called(handler: HTTPRouteHandler, _method: Method, _path: list[str | PathParameterDefinition]) -> str:
    """By its function, where it says nothing else: `add_member` is addMember."""
    first, *others = handler.handler_name.split("_")
    return first + "".join(word.title() for word in others)


def _complete(operation: dict[str, Any], path: str, method: str, handler: HTTPRouteHandler) -> None:
    words = re.sub("([A-Z])", r" \1", operation["operationId"]).lower()
    operation["summary"] = handler.summary or words.capitalize()
    operation["tags"] = [noun_of(path)]
    if body := handler.opt.get("body"):
        operation["requestBody"] = {"content": {media: {"schema": one} for media, one in body.items()}}
    role = role_for(handler)
    operation["security"] = _SECURITY if role else []
    if role:
        operation["x-role"] = role
    success = {status: answer for status, answer in operation["responses"].items() if status != "400"}
    for status, answer in success.items():
        answer["description"] = _SUCCESSES.get(status, answer["description"])
        answer["content"] = (
            {}
            if status == "204"
            else {media: {"schema": one["schema"] or {"type": "string"}} for media, one in answer["content"].items()}
        )
    failures = _failures(operation, method, handler, role) - {int(status) for status in success}
    known = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(failures)}
    operation["responses"] = success | known


def noun_of(path: str) -> str:
    """The heading under which an endpoint stands."""
    part = path.removeprefix("/api/v1").split("/")[1]
    return _NOUN_OF.get(part, part.capitalize())


def role_for(handler: BaseRouteHandler) -> Role | None:
    """The least role that may ask; None where anybody may."""
    needed = [guard.role for guard in handler.resolve_guards() if isinstance(guard, Needs)]
    if handler.opt.get("public") or not needed:
        return None
    return next(role for role in reversed(Role) if role in needed)


def _failures(operation: Mapping[str, Any], method: str, handler: HTTPRouteHandler, role: Role | None) -> set[int]:
    changes, signs_in = method not in SAFE_METHODS, bool(handler.opt.get("signs_in"))
    parameters = operation.get("parameters", ())
    may_be = {
        400: "requestBody" in operation,
        401: bool(role) or signs_in or bool(handler.opt.get("signed")),
        403: changes or role not in {None, Role.VIEWER} or bool(handler.opt.get("of_all")),
        404: any(parameter["in"] == "path" for parameter in parameters) or signs_in,
        409: changes or bool(handler.opt.get("conflicts")),
        413: bool(handler.opt.get("takes_files")),
        415: bool(handler.opt.get("takes_files")),
        422: bool(parameters) or "requestBody" in operation,
        429: signs_in,
        503: bool(role) or changes,
    }
    return {status for status, it_is in may_be.items() if it_is}


def _problem(status: int) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
    return {"description": f"{TITLES[status]}. {_REASONS[status]}", "content": content}


def _names(schemas: Mapping[str, Any]) -> dict[str, str]:
    """What the schemas are called outside: `ImageView` is an Image, and a `Listed` of it an ImageList."""
    return {name: _name(name) for name in schemas}


def _name(name: str) -> str:
    if listed := re.fullmatch(r"Listed[\[_](?:[\w.]*\.)?(\w+?)(?:View)?[\]_]", name):
        return f"{listed[1]}List"
    return name.removesuffix("View")


def _tidied(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    """With the schemas' outer names, and without what says nothing."""
    if isinstance(value, dict):
        inner = {
            names.get(one, one) if key == "schemas" else one: _tidied(each, names, one) for one, each in value.items()
        }
        return {one: each for one, each in inner.items() if (one, each) not in _NOTHING}
    if isinstance(value, list | tuple):
        return [_tidied(one, names) for one in value]
    if key == "$ref":
        folder, _, name = value.rpartition("/")
        return f"{folder}/{names.get(name, name)}"
    if key == "title":
        return _name(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


_NOTHING: list[tuple[str, Any]] = [
    ("deprecated", False),
    ("allowEmptyValue", False),
    ("allowReserved", False),
    ("headers", {}),
    ("content", {}),
]


def _docstrings() -> Iterator[tuple[str, str]]:
    """Of the structs of the API, by their outer names; Litestar leaves them out."""
    for struct in msgspec.Struct.__subclasses__():
        if struct.__module__.startswith("appliance.") and struct.__doc__:
            yield _name(struct.__name__), cleandoc(struct.__doc__)
