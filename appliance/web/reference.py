"""The API's description as a page shows it: by noun, with every parameter, body and answer, and how to call it."""

import json
import re
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, ClassVar

import msgspec

from appliance.web.views import Tone, View

_TONES: dict[str, Tone] = {"GET": "calm", "POST": "good", "PATCH": "warm", "DELETE": "bad"}
_PLURALS = {"whole number": "whole numbers", "text": "texts"}


class Field(msgspec.Struct, kw_only=True):
    """A parameter or a part of a body; `shape` is the one that its type leads to, "" for none."""

    name: str
    type: str
    shape: str = ""
    says: str = ""
    required: bool = False
    where: str = ""  # path, query, header


class Answer(msgspec.Struct, kw_only=True):
    status: str
    says: str
    type: str = ""
    shape: str = ""


class Operation(msgspec.Struct, kw_only=True):
    """`role` is the least that may ask, "" where anybody may; `call` is a line for a terminal."""

    id: str
    method: str
    path: str
    tone: Tone
    summary: str
    says: str
    role: str
    parameters: tuple[Field, ...]
    body: str  # the shape of it, "" where there is none
    fields: tuple[Field, ...]  # of the body
    answers: tuple[Answer, ...]
    call: str


class Noun(msgspec.Struct, kw_only=True):
    name: str
    says: str
    operations: tuple[Operation, ...]


class Shape(msgspec.Struct, kw_only=True):
    """A structure with its fields, or a word with all that it may be."""

    name: str
    says: str
    fields: tuple[Field, ...] = ()
    words: tuple[str, ...] = ()


class Reference(View, kw_only=True):
    page: ClassVar[str] = "api_docs"
    title: ClassVar[str] = "API"

    version: str
    says: str
    nouns: tuple[Noun, ...]
    shapes: tuple[Shape, ...]


def drawn(described: Mapping[str, Any], base_url: str) -> Reference:
    """The page for a description as OpenAPI."""
    every = list(_operations(described, base_url))
    nouns = (
        Noun(
            name=tag["name"],
            says=tag["description"],
            operations=tuple(one for noun, one in every if noun == tag["name"]),
        )
        for tag in described["tags"]
    )
    shapes = (_shape(name, schema) for name, schema in sorted(described["components"]["schemas"].items()))
    return Reference(
        version=described["info"]["version"],
        says=described["info"]["description"],
        nouns=tuple(noun for noun in nouns if noun.operations),
        shapes=tuple(shapes),
    )


def _operations(described: Mapping[str, Any], base_url: str) -> Iterator[tuple[str, Operation]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield operation["tags"][0], _operation(described, path, method.upper(), operation, base_url)


def _operation(
    described: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], base_url: str
) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    shape = _typed(body)[1] if body else ""
    return Operation(
        id=operation["operationId"],
        method=method,
        path=path,
        tone=_TONES.get(method, "plain"),
        summary=operation["summary"],
        says=operation["description"],
        role=operation.get("x-role", ""),
        parameters=tuple(_parameter(one) for one in operation.get("parameters", ())),
        body=shape,
        fields=_fields(described["components"]["schemas"][shape]) if shape else (),
        answers=tuple(_answer(described, status, one) for status, one in operation["responses"].items()),
        call=_call(described, path, method, operation, base_url),
    )


def _parameter(one: Mapping[str, Any]) -> Field:
    type_, shape = _typed(one["schema"])
    type_ = type_.removesuffix(" or null")  # it is left out then
    says = one.get("description", "")
    return Field(name=one["name"], type=type_, shape=shape, says=says, required=one["required"], where=one["in"])


def _answer(described: Mapping[str, Any], status: str, answer: Mapping[str, Any]) -> Answer:
    if "$ref" in answer:
        answer = described["components"]["responses"][status]
    for media, content in answer.get("content", {}).items():
        type_, shape = _typed(content["schema"])
        return Answer(status=status, says=answer["description"], type=type_ if "json" in media else media, shape=shape)
    return Answer(status=status, says=answer["description"])


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    words = tuple(map(str, schema.get("enum", ())))
    return Shape(name=name, says=schema.get("description", ""), fields=_fields(schema), words=words)


def _fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(_field(name, one, name in required) for name, one in schema.get("properties", {}).items())


def _field(name: str, schema: Mapping[str, Any], required: bool) -> Field:
    type_, shape = _typed(schema)
    return Field(name=name, type=type_, shape=shape, says=schema.get("description", ""), required=required)


def _typed(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What a value is, in words, and the shape that it has."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        typed = [_typed(one) for one in choices]
        return " or ".join(type_ for type_, _ in typed), next((shape for _, shape in typed if shape), "")
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"])), ""
    if schema.get("type") == "array":
        type_, shape = _typed(schema.get("items", {}))
        return f"list of {_PLURALS.get(type_, type_)}", shape
    return _plain(schema), ""


def _plain(schema: Mapping[str, Any]) -> str:
    word = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(schema.get("type", ""))
    word = {"date-time": "time"}.get(schema.get("format", ""), word or schema.get("type", "anything"))
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{word} from {low} to {high}" if low is not None and high is not None and high < 1_000_000 else word


def _call(described: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], base_url: str) -> str:
    """A line for curl, with numbers and texts to be replaced."""
    parts = ["curl"]
    parts += ["-N"] if "text/event-stream" in str(operation["responses"]) else []
    parts += ["-X", method] if method != "GET" else []
    parts += ['-H "Authorization: Bearer $TOKEN"'] if operation["security"] else []
    if body := operation.get("requestBody"):
        parts.append(_sent(described, body["content"]))
    parts += ["-o photo.jpg"] if "image/jpeg" in str(operation["responses"]) else []
    parts += ["-o photos.zip"] if "application/zip" in str(operation["responses"]) else []
    return " ".join([*parts, quote(base_url + _address(described, path, operation))])


def _sent(described: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    if "multipart/form-data" in content:
        return "-F files=@photo.jpg"
    if "application/json" not in content:
        return "--data-binary @photo.jpg"
    example = _example(described, content["application/json"]["schema"])
    return f"--json {quote(json.dumps(example, ensure_ascii=False))}"


def _address(described: Mapping[str, Any], path: str, operation: Mapping[str, Any]) -> str:
    values = {one["name"]: _example(described, one["schema"]) for one in operation.get("parameters", ())}
    asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one["required"]]
    query = "&".join(f"{name}=cat" for name in asked)
    return re.sub(r"{(\w+)}", lambda found: str(values[found[1]]), path) + (f"?{query}" if query else "")


def _example(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A value that fits: of a structure what it must have, or else the first that it may have."""
    if "$ref" in schema:
        return _example(described, described["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return _example(described, choices[0])
    if "enum" in schema:
        return schema["enum"][0]
    if properties := schema.get("properties"):
        wanted = schema.get("required") or list(properties)[:1]
        return {name: _example(described, one) for name, one in properties.items() if name in wanted}
    kinds = {"integer": 1, "number": 0.5, "boolean": True, "object": {}, "string": "…"}
    if schema.get("type") == "array":
        return [_example(described, schema.get("items", {}))]
    return kinds.get(schema.get("type", ""))
