"""What the example application has to say to Mandat: said until it is taken, and one that is not alone so."""

from __future__ import annotations

import pytest
import structlog

from examples.connected import sayings
from tests.integration.cadastre.conftest import Served


async def test_report_that_is_not_taken_is_said_again_under_the_same_key(served: Served) -> None:
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    served.mandat.status = 503
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)
    served.mandat.status, served.mandat.outcome = 200, "unknown-person"
    await served.pool.execute("update saying set next_at = now()")
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)
    served.mandat.outcome = "duplicate"
    await served.pool.execute("update saying set next_at = now()")
    assert 1 == await sayings.say_due(served.pool, "activity", served.client.report)
    assert 1 == len({item["key"] for item in served.mandat.said})
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)


async def test_what_was_said_long_ago_is_forgotten_and_what_is_still_to_be_said_is_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sayings, "AT_ONCE", 2)
    for _ in range(6):
        await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    await served.pool.execute(
        "update saying set next_at = now() + interval '1 hour' where key = (select min(key) from saying)"
    )
    assert 5 == await sayings.say_due(served.pool, "activity", served.client.report)
    await sayings.delete_said(served.pool, 1)
    assert 6 == await served.count("saying")
    await served.pool.execute(
        "update saying set said_at = said_at - interval '8 days', next_at = now() - interval '8 days'"
    )
    await sayings.delete_said(served.pool, 8)
    assert [None] == [row["said_at"] for row in await served.pool.fetch("select said_at from saying")]


@pytest.mark.parametrize(("fault", "refusals"), [("unreadable", 1), ("unknown-kind", 1), ("unknown-recipient", 2)])
async def test_saying_that_is_never_taken_is_given_up_alone_and_says_why(
    served: Served, monkeypatch: pytest.MonkeyPatch, fault: str, refusals: int
) -> None:
    monkeypatch.setattr(sayings, "REFUSALS", 2)
    assert [99, 0, 0] == await served.say_hundred(fault)
    rows = await served.pool.fetch("select key, refused, refusals from saying where refused is not null")
    assert [("17", fault, refusals)] == [tuple(row) for row in rows]
    assert 0 == await served.count("saying where said_at is null")


async def test_saying_at_which_mandat_fails_is_set_aside_and_named_until_it_is_taken(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sayings, "REFUSALS", 2)
    with structlog.testing.capture_logs() as logged:
        assert [99, 0, 0] == await served.say_hundred("failed")
    assert [["17"]] * 3 == [line["keys"] for line in logged if line["log_level"] == "warning"]
    served.mandat.outcomes = {}
    assert 1 == await sayings.say_due(served.pool, "alert", served.client.alert)
