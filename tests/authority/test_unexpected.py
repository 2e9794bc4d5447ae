"""S3: whatever is sent, no service answers 5xx, nor a status or body that its OpenAPI document does not have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.authority.cast import Cast
from tests.chaos import scorecard

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre")
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
EXAMPLES = scorecard.count(20, 200)
OPEN_FAULTS = "ignore::DeprecationWarning"


def headers(cast: Cast, service: str, operation: Any) -> dict[str, str]:
    """Call as somebody whom the route lets in, where there is one."""
    permission = operation.definition.raw.get("x-permission", "")
    caller = cast.application if permission.startswith("application:") else cast.operator
    if service == "cadastre" and not permission.startswith("operator:"):
        caller = cast.owners["delegator"].caller
    return {"Authorization": f"Bearer {caller.token}"}


def fuzz(operation: Any, head: dict[str, str], base: str) -> int:
    """Send many requests of one operation, right and wrong ones; give their number."""
    sent = 0

    @seed(20261124)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        nonlocal sent
        sent += 1
        response = case.call(base_url=base, headers=head, timeout=30)
        case.validate_response(response, checks=CHECKS)

    send()
    return sent


@pytest.mark.filterwarnings(OPEN_FAULTS)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES)
async def test_service_answers_whatever_is_sent_as_its_document_says(cast: Cast, service: str):
    url = cast.world.urls(service)
    sent, broken = 0, []
    await cast.sign_in()
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/{service}/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()
        for person in (cast.people["operator"], cast.owners["delegator"]):
            await cast.world.sign_in(person)
        try:
            sent += await asyncio.to_thread(fuzz, operation, headers(cast, service, operation), url)
        except FailureGroup as error:
            broken += [f"{operation.label}: {one.message}" for one in error.exceptions]
    assert (broken, sent > 0) == ([], True)
    scorecard.note("S3", f"{service}: requests", sent, server_errors=0, undocumented=0)
