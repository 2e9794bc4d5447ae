"""Decisions over HTTP (AuthZEN 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts.queries import decisions as queries
from shared.contracts import authzen
from shared.web.routing import Call, Written

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def describe_decisions(call: Call[Deps]) -> authzen.Metadata:
    """Say where decisions about business accounts are asked for (AuthZEN 1.0, Policy Decision Point Metadata)."""
    home = f"{call.deps.settings.public_url}/accounts"
    return authzen.Metadata(
        policy_decision_point=home,
        access_evaluation_endpoint=f"{home}/access/v1/evaluation",
        access_evaluations_endpoint=f"{home}/access/v1/evaluations",
    )


async def decide(call: Call[Deps], body: authzen.Evaluation) -> Written[authzen.Decision]:
    """Answer whether a person may do something on behalf of an account now, or might at `as_of` (AuthZEN 1.0, O13)."""
    return Written((await queries.decide(call.deps.facts, call.deps.then, body)).json)


async def decide_all(call: Call[Deps], body: authzen.Evaluations) -> Written[authzen.Answer]:
    """Answer a batch of such questions; without `evaluations` it is a single one (AuthZEN 1.0)."""
    return Written(authzen.written(body, await queries.decide_all(call.deps.facts, call.deps.then, body)))
