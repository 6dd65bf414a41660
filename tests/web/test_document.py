"""The OpenAPI document is complete and true: whatever it allows is answered as it says, and never with a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from tests.web.running import Server

CHECKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
]
ROUTES = [
    *(
        f"POST /v1/{name}"
        for name in ("batch", "b", "identify", "track", "page", "screen", "group", "alias", *"itpsga")
    ),
    "POST /com.snowplowanalytics.snowplow/tp2",
    "GET /i",
    "POST /v1/cloudevents",
    "POST /batch",
    "POST /v1/person",
    "POST /v1/heard",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
]


def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.ask("GET", "/schema/openapi.json").said
    return found


def test_the_document_lists_every_route_and_no_other(server: Server) -> None:
    listed = [f"{method.upper()} {path}" for path, item in document(server)["paths"].items() for method in item]
    assert sorted(listed) == sorted(ROUTES)


def test_no_page_of_it_fetches_anything_elsewhere(server: Server) -> None:
    for path in ("/schema", "/schema/", "/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/nothing"):
        reply = server.ask("GET", path)
        assert b"://" not in reply.body.replace(b"https://json-schema.org", b""), path
        assert b"<script" not in reply.body, path


@pytest.mark.parametrize("route", ROUTES)
def test_whatever_the_document_allows_is_answered_as_it_says(server: Server, route: str) -> None:
    method, path = route.split()
    schema = schemathesis.openapi.from_dict(document(server))
    operation = schema[path][method]
    checks = CHECKS.get_by_names(CHECKED)
    keys = st.sampled_from([server.keys["crm"], server.keys["server"], server.keys["web"], "wrong"])

    @settings(
        max_examples=min(settings().max_examples, 300) // 4,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), key=keys)
    def answered(case: Any, key: str) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
        reply = case.call(base_url=server.address, timeout=20)
        case.validate_response(reply, checks=checks)

    answered()


def test_what_the_examples_of_the_document_say_is_json(server: Server) -> None:
    assert json.dumps(document(server)).count('"operationId"') == len(ROUTES)
