"""What audit prepares by itself: long lists are counted, long runs are cut."""

from __future__ import annotations

import random

import pytest

from services.audit import commands, queries, schemas, store_lists, tallies
from services.audit.tallies import EVERYTHING
from shared.contracts.people import Language
from shared.db.pool import Pool
from tests.integration.audit import model
from tests.integration.audit.test_lists import ZOE, pool

__all__ = ["pool"]


async def tracked(pool: Pool) -> set[object]:
    return {row["party"] for row in await pool.fetch("select party from tracked")}


async def test_list_that_has_grown_long_is_counted_and_a_short_one_is_not(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = await model.lay(pool, random.Random(1), 100)
    sizes = {
        party: sum((party == row.performed_by) + (party == row.performed_for) for row in laid.rows)
        for party in model.PEOPLE
    }
    limit = sorted(sizes.values())[3]
    monkeypatch.setattr(commands, "LONG_LIST", limit)
    await commands.count_arrived(pool)
    await commands.prepare_lists(pool)
    people = {party for party in await tracked(pool) if party in model.PEOPLE}
    assert {party for party, size in sizes.items() if size > limit} == people
    assert EVERYTHING in await tracked(pool)


async def test_run_that_has_grown_is_cut_and_the_list_stays_the_same(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "LONG_RUN", 10)
    laid = await model.lay(pool, random.Random(2), 60)
    laid.managers.clear()
    await commands.count_arrived(pool)
    await pool.execute("select track($1)", ZOE)
    monkeypatch.setattr(commands, "LONG_LIST", 10_000)
    await pool.execute("alter function cut_runs rename to cut_runs_by_size")
    await pool.execute(
        "create function cut_runs(uuid, text, text) returns void language sql return cut_runs_by_size($1, $2, $3, 5)"
    )
    before = await runs(pool)
    await commands.prepare_lists(pool)
    assert before < await runs(pool)
    wanted = store_lists.Wanted(viewer=ZOE)
    found = await tallies.list_page(pool, ZOE, wanted, "file", queries.kinds_in_order(Language.FR), None, 500, 0)
    assert found is not None
    assert laid.listed(ZOE, schemas.Filters(), "file", Language.FR) == [one.row["id"] for one in found]


async def runs(pool: Pool) -> int:
    return int(await pool.fetchval("select count(*) from tally where facet = 'file'"))
