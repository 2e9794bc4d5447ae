"""Sends whatever an OpenAPI document allows, and what it does not, and checks the answers against it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

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

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
EXAMPLES = scorecard.count(20, 200)
FILES = ("application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/jsonl")
for kind in FILES:
    schemathesis.serializer.alias(kind, "application/octet-stream")


@dataclass
class Fuzzed:
    """How many requests were sent, and what was wrong with the answers."""

    sent: int = 0
    broken: list[str] = field(default_factory=list)


def _headers(cast: Cast, service: str, operation: Any) -> dict[str, str]:
    """Call as somebody whom the route lets in, where there is one."""
    permission = operation.definition.raw.get("x-permission", "")
    caller = cast.application if permission.startswith("application:") else cast.operator
    if service == "cadastre" and not permission.startswith("operator:"):
        caller = cast.owners["delegator"].caller
    return {"Authorization": f"Bearer {caller.token}"}


def _send_all(operation: Any, head: dict[str, str], base: str, found: Fuzzed, examples: int) -> None:
    """Send many requests of one operation, right and wrong ones."""

    @seed(20261124)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        found.sent += 1
        response = case.call(base_url=base, headers=head, timeout=30)
        case.validate_response(response, checks=CHECKS)

    send()


async def fuzz(cast: Cast, service: str, only: str = "", examples: int = EXAMPLES) -> Fuzzed:
    """Fuzz the operations of a service, or those whose label has these words, each with so many requests."""
    found, url = Fuzzed(), cast.world.urls(service)
    await cast.sign_in()
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/{service}/openapi.json")
    for one in schema.get_all_operations():
        operation = one.ok()
        if only not in operation.label:
            continue
        for person in (cast.people["operator"], cast.owners["delegator"]):
            await cast.world.sign_in(person)
        try:
            head = _headers(cast, service, operation)
            await asyncio.to_thread(_send_all, operation, head, url, found, examples)
        except FailureGroup as error:
            found.broken += [f"{operation.label}: {one.message}" for one in error.exceptions]
    return found
