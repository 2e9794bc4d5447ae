"""Decisions are written without their model, and are what the model would have written."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.delegation import queries, rules
from shared.contracts import authzen
from shared.contracts.events.accounts import LicenceStatus

ONE, TWO = UUID(int=1), UUID(int=2)
FACTS = rules.Facts(UUID(int=3), 'É"\\5003', LicenceStatus.ACTIVE, UUID(int=4), 7)
ALLOWED = {
    "oneself": (rules.Asked(ONE, ONE, acted=False), FACTS._replace(delegation=None, version=None), "Q2"),
    "acting": (rules.Asked(ONE, TWO, acted=True), FACTS, "Q1"),
    "reserved": (rules.Asked(ONE, ONE, acted=False, reserved=True), FACTS, "Q10"),
}


def read(settled: authzen.Settled) -> authzen.Decision:
    decision = authzen.Decision.model_validate_json(settled.json)
    assert decision.decision is settled.decision
    assert decision.model_dump_json().encode() == settled.json
    return decision


@pytest.mark.parametrize(("asked", "facts", "rule"), ALLOWED.values(), ids=ALLOWED)
def test_answer_that_allows_is_written_as_the_model_would(asked, facts, rule):
    context = read(queries._answer(asked, facts)).context
    assert (rule, facts.licence, facts.matricule) == (context.rule, context.licence, context.matricule)
    assert (facts.delegation, facts.version) == (context.delegation, context.version)


@pytest.mark.parametrize(
    "settled", [*queries.REFUSED.values(), authzen.INCOMPLETE], ids=[*map(str, queries.REFUSED), ""]
)
def test_answer_that_refuses_is_written_as_the_model_would(settled):
    assert read(settled).decision is False
