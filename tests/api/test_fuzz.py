"""Whatever is sent, the server never fails, and answers as it says of itself that it would."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from appliance import auth
from appliance.models import OWN_TENANT, Role
from tests.api.conftest import Place
from tests.api.serving import PATIENCE, served

ENDLESS = "followEvents"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUICKLY = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def described(place: Place) -> Iterator[schemathesis.BaseSchema]:
    with served(place) as address:
        schema = schemathesis.openapi.from_url(f"http://{address}/api/openapi.json")
        yield schema.exclude(operation_id=ENDLESS)


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_endpoint_answers_anything(place: Place, described: schemathesis.BaseSchema, mode: GenerationMode):
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]

    assert len(operations) > 30
    assert [
        said for number, one in enumerate(operations) for said in _failures(one, mode, _bearer(place, number))
    ] == []


def _failures(operation: Any, mode: GenerationMode, bearer: dict[str, str]) -> list[str]:
    @QUICKLY
    @given(case=operation.as_strategy(generation_mode=mode), known=st.none() | st.integers(1, 8))
    def answers(case: schemathesis.Case[Any], known: int | None) -> None:
        if known and mode is GenerationMode.POSITIVE:
            case.path_parameters |= {name: known for name in case.path_parameters if name.endswith("_id")}
        answer = case.call(headers=bearer, timeout=PATIENCE)
        case.validate_response(answer, checks=CHECKS)

    try:
        answers()
    except Unsatisfiable:
        return []  # nothing can be wrong with a request that has no parts
    except BaseExceptionGroup as group:
        return [f"{operation.label}: {error}" for error in group.exceptions]
    except AssertionError as error:
        return [f"{operation.label}: {error}"]
    return []


def _bearer(place: Place, number: int) -> dict[str, str]:
    """An owner's, who is not locked out by what was tried before."""
    with place.database.session(OWN_TENANT) as session:
        text, _ = auth.tokens.add(session, OWN_TENANT, f"fuzz {number}", Role.OWNER, actor="a test")
    return {"Authorization": f"Bearer {text}"}
