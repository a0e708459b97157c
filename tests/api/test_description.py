"""What the API says of itself: valid OpenAPI, and for every endpoint all that somebody needs to call it."""

import re
from typing import Any

import pytest
import schemathesis

from appliance.auth import Role
from tests.api.conftest import Place
from tests.api.test_rights import DONE, READ, STREAMS

# For whoever asks.
FREE = {
    "followLink",
    "getHealth",
    "getReadiness",
    "hearWordPress",
    "putAnnouncedFile",
    "signIn",
    "signOut",
    "tellOfBucket",
}


@pytest.fixture(scope="module")
def described(shown: Place) -> dict[str, Any]:
    answer = shown.ask("Nobody", "GET", "/api/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    return answer.json()  # type: ignore[no-any-return]


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
    ]


def test_it_is_valid(described: dict[str, Any]):
    schemathesis.openapi.from_dict(described).validate()


def test_every_endpoint_is_described(shown: Place, described: dict[str, Any]):
    patterns = {(method, re.sub(r":\w+}", "}", path)) for method, path in shown.endpoints()}

    assert {(method, path) for method, path, _ in operations(described)} == patterns - {("GET", "/api/v1/events/ws")}


def test_every_operation_has_a_name_and_says_what_it_does(described: dict[str, Any]):
    every = [operation for _, _, operation in operations(described)]
    nouns = {tag["name"] for tag in described["tags"] if tag["description"]}

    assert len({operation["operationId"] for operation in every}) == len(every)
    for operation in every:
        assert re.fullmatch("[a-z]+([A-Z][a-z]+)*", operation["operationId"])
        assert operation["summary"].replace(" ", "").lower() == operation["operationId"].lower()
        assert len(operation["description"]) > 10
        assert set(operation["tags"]) <= nouns


def test_every_operation_says_who_may_ask(described: dict[str, Any]):
    assert described["components"]["securitySchemes"].keys() == {"token", "session"}
    for _, _, operation in operations(described):
        free = operation["operationId"] in FREE
        assert operation["security"] == ([] if free else [{"token": []}, {"session": []}])
        assert ("x-role" in operation) is not free
        assert Role(operation.get("x-role", "viewer"))


def test_the_role_that_is_said_is_the_one_that_it_takes(shown: Place, described: dict[str, Any]):
    """By what test_rights finds out."""
    bob, vera = 1, 2
    tried = [("GET", path, expected) for path, expected in READ] + [(m, p, e) for m, p, _, e in DONE]
    for method, path, expected in tried:
        operation = described["paths"][re.sub(r":\w+}", "}", shown.pattern(method, path))][method.lower()]
        least = "viewer" if expected[vera] != 403 else "reviewer" if expected[bob] != 403 else "admin"
        assert operation.get("x-role", "viewer") == least, path


def test_every_failure_is_a_problem_of_one_shape(described: dict[str, Any]):
    responses = described["components"]["responses"]
    for response in responses.values():
        assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for method, path, operation in operations(described):
        failures = {status: one for status, one in operation["responses"].items() if status >= "400"}
        failures.pop("503" if path == "/health/ready" else "", None)
        assert failures == {status: {"$ref": f"#/components/responses/{status}"} for status in failures}
        assert ("400" in failures) == ("requestBody" in operation), (method, path)
        assert ("401" in failures) or operation["operationId"] in FREE
        assert ("404" in failures) or "{" not in path


def test_every_reference_leads_somewhere_and_no_name_is_pythons(described: dict[str, Any]):
    text = str(described)
    for folder, name in re.findall(r"#/components/(\w+)/([^']+)'", text):
        assert name in described["components"][folder]
    assert not re.search(r"appliance\.|View\b|NoneType", text)


def test_parameters_say_what_they_are(described: dict[str, Any]):
    for _, path, operation in operations(described):
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description") or "enum" in parameter["schema"], (path, parameter["name"])


def test_no_page_of_another_site_is_needed_to_read_it(shown: Place):
    for path in ("/api", "/api/redoc", "/api/swagger", "/api/elements"):
        shown.refused(shown.ask("Alice", "GET", path), 404)


def test_the_streams_are_tried_elsewhere(described: dict[str, Any]):
    assert described["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"].keys() == {"text/event-stream"}
    assert len(STREAMS) == 2
