"""The page that documents the API, drawn from what the API says of itself."""

import re

from tests.api.conftest import Place


def test_whoever_asks_may_read_it(shown: Place):
    for who in ("Nobody", "Alice"):
        answer = shown.ask(who, "GET", "/api/docs")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")


def test_every_operation_stands_there_with_its_address_role_and_example(shown: Place):
    page = shown.ask("Nobody", "GET", "/api/docs").text
    described = shown.get("/api/openapi.json")

    for path, item in described["paths"].items():
        for method, operation in item.items():
            (article,) = re.findall(
                rf'<article class="card" aria-labelledby="{operation["operationId"]}">.*?</article>', page, re.DOTALL
            )
            assert method.upper() in article
            assert path in article
            assert (f"needs {operation['x-role']}" if operation["security"] else "for anybody") in article
            assert "<code>curl " in article
            for parameter in operation.get("parameters", ()):
                assert parameter["name"] in article
            for status in operation["responses"]:
                assert f">{status}<" in article


def test_every_link_leads_to_a_place_in_the_page(shown: Place):
    page = shown.ask("Nobody", "GET", "/api/docs").text

    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
    assert 'href="/api/openapi.json"' in page


def test_an_example_can_be_pasted(shown: Place):
    page = shown.ask("Nobody", "GET", "/api/docs").text
    examples = re.findall(r"<code>(curl [^<]*)</code>", page)

    assert len(examples) == page.count("<article") - page.count('aria-labelledby="shape-')
    assert any("/api/v1/images/1/approve" in example for example in examples)
    assert any("images&#34;: [1]" in example for example in examples)
