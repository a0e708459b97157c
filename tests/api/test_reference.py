"""docs/reference/http.md says what there is, and nothing else."""

import re
from pathlib import Path

from tests.api.conftest import Place

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "http.md"


def test_every_endpoint_is_documented_with_its_role_and_no_other(shown: Place):
    described = shown.get("/api/openapi.json")
    there = {
        (method.upper(), path): operation.get("x-role", "anybody")
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }
    socket = ("GET", "/api/v1/events/ws")  # which OpenAPI has no words for

    assert _documented() == there | {socket: "viewer"}


def test_every_parameter_of_a_list_is_documented(shown: Place):
    text = DOCUMENT.read_text()
    for path, item in shown.get("/api/openapi.json")["paths"].items():
        for parameter in item.get("get", {}).get("parameters", ()):
            if parameter["in"] != "path":
                assert f"`{parameter['name']}`" in text or f"`?{parameter['name']}=`" in text, path


def test_every_word_at_the_end_of_an_address_is_documented(shown: Place):
    rows = {match[1]: match[0] for match in re.finditer(r"^\| `POST (\S+)` .*$", DOCUMENT.read_text(), re.MULTILINE)}
    for path, item in shown.get("/api/openapi.json")["paths"].items():
        for parameter in item.get("post", {}).get("parameters", ()):
            if path == "/api/v1/images/{decision}":
                continue  # "the same but regenerate"
            for word in parameter["schema"].get("enum", ()):
                assert f"`{word}`" in rows[path]


def test_every_status_of_a_problem_is_documented(shown: Place):
    statuses = set(re.findall(r"^\| (\d{3}) \|", DOCUMENT.read_text(), re.MULTILINE))

    assert set(shown.get("/api/openapi.json")["components"]["responses"]) <= statuses


def _documented() -> dict[tuple[str, str], str]:
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \| (\w+) \|", DOCUMENT.read_text(), re.MULTILINE)
    return {(method, path): role for method, path, role in rows}
