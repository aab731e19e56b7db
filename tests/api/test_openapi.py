"""The interface's description is true: examples fit their shapes, every operation says what it does."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from starlette.testclient import TestClient

from api.paging import Out
from api.routes.alerts import AlertWish
from api.routes.letters import Reason
from api.routes.maintenance import MaintenanceIn
from api.routes.test_modes import TestModeIn
from api.routes.unclaimed import ClaimIn, PointIn
from api.routes.work_orders import Wish

GUARD = {"authorization": "Bearer dr_guard"}


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json", headers=GUARD).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, ops in document["paths"].items() for method, op in ops.items()]


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    assert len(operations(document)) >= 30
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)
        assert {"401", "403", "422", "503"} <= operation["responses"].keys(), (path, method)


def test_actions_say_that_they_may_conflict(document: dict[str, Any]) -> None:
    for path in ("/api/v1/alerts/{number}/{action}", "/api/v1/work-orders/{number}/{action}"):
        assert "409" in document["paths"][path]["post"]["responses"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in references(value)]
        return [ref for value in node for ref in references(value)] if isinstance(node, list) else []

    schemas = document["components"]["schemas"]
    missing = {r for r in references(document) if r.removeprefix("#/components/schemas/") not in schemas}
    assert missing == set()


def models(base: type[BaseModel]) -> list[type[BaseModel]]:
    found = [base]
    for inner in base.__subclasses__():
        found += models(inner)
    return found


@pytest.mark.parametrize("model", [*models(Out), AlertWish, Reason, Wish, PointIn, ClaimIn, TestModeIn, MaintenanceIn])
def test_examples_are_valid_values_of_their_fields(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        for example in field.examples or ():
            kind: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            assert kind.validate_python(example) is not None, (model, name, example)


@pytest.mark.parametrize("model", [AlertWish, Reason, Wish, PointIn])
def test_the_examples_of_a_body_make_a_valid_body(model: type[BaseModel]) -> None:
    body = {name: field.examples[0] for name, field in model.model_fields.items() if field.examples}
    assert isinstance(model.model_validate(body), model)


def test_the_token_is_described(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
