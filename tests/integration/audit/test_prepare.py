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
    laid = await model.lay(pool, random.Random(2), 90)
    laid.managers.clear()
    await commands.count_arrived(pool)
    await pool.execute("select track($1)", ZOE)
    monkeypatch.setattr(commands, "LONG_LIST", 10_000)
    before = await runs(pool), await runs(pool, "files")
    # The list is no longer than fifty such runs: it stays one group, which is made anew.
    await pool.execute("create or replace function run_size(whom uuid) returns int language sql immutable return 2")
    await pool.execute("update tally set n = n + 1000 where facet = 'files' and party = $1", ZOE)
    await commands.prepare_lists(pool)
    assert before[0] < await runs(pool)
    assert await runs(pool, "files") == before[1]
    counted = "select sum(n) from tally where party = $1 and facet = $2"
    assert await pool.fetchval(counted, ZOE, "file") == await pool.fetchval(counted, ZOE, "files")
    wanted = store_lists.Wanted(viewer=ZOE)
    found = await tallies.list_page(pool, ZOE, wanted, "file", queries.kinds_in_order(Language.FR), None, 500, 0)
    assert found is not None
    assert laid.listed(ZOE, schemas.Filters(), "file", Language.FR) == [one.row["id"] for one in found]


async def runs(pool: Pool, facet: str = "file") -> int:
    return int(await pool.fetchval("select count(*) from tally where party = $1 and facet = $2", ZOE, facet))


async def test_list_between_file_numbers_is_planned_for_these_numbers_each_time(pool: Pool) -> None:
    """A plan for all numbers reads the whole of a long list; other statements keep theirs."""
    await model.lay(pool, random.Random(3), 60)
    alone = await Pool.open(pool.dsn, name="audit", size=1)
    try:
        for _ in range(8):
            await queries.list_activities(alone, ZOE, schemas.Listing(file="100"), Language.FR)
        plans = await alone.fetch("select statement, custom_plans, generic_plans from pg_prepared_statements")
        bounded = [row for row in plans if "collate" in row["statement"] and "entry" in row["statement"]]
        assert [(8, 0)] * 2 == [(row["custom_plans"], row["generic_plans"]) for row in bounded]
        assert await alone.fetchval("show plan_cache_mode") == "auto"
    finally:
        await alone.close()
