"""Every list against a plain model: every filter, every sort, every page, counted or not."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.audit import commands, queries, rules, schemas, tallies
from shared import substrate
from shared.contracts.people import Language
from shared.db.pool import Pool
from tests.integration.audit import model
from tests.integration.audit.test_subscribers import AREA

ZOE, EDITH = UUID(int=1), UUID(int=2)
SORTS = [sort.value for sort in schemas.Sort]
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"kind": "lot.reserved"},
    {"kind": "email.sent"},
    {"by": EDITH},
    {"for": EDITH},
    {"mine": True},
    {"file": "1"},
    {"file": "100"},
    {"file": "é"},
    {"account": UUID(int=100)},
    {"from": date(2026, 1, 20), "to": date(2026, 2, 28)},
    {"from": date(2026, 3, 1)},
    {"to": date(2025, 12, 31)},
    {"kind": "lot.reserved", "from": date(2026, 1, 20), "to": date(2026, 3, 8)},
    {"by": EDITH, "from": date(2026, 2, 1)},
    {"kind": "lot.reserved", "for": ZOE, "file": "1"},
    {"by": UUID(int=4), "for": UUID(int=6)},
)


@pytest.fixture
async def pool(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    one = await Pool.open(await database(*substrate.AREAS, AREA), name="audit", size=4)
    yield one
    await one.close()


async def count_lists(pool: Pool) -> None:
    """Have everybody's list counted, with runs so short that there are many, and groups of them."""
    await commands.count_arrived(pool)
    for person in model.PEOPLE:
        await pool.execute("select track($1)", person)
    for party in (tallies.EVERYTHING, *model.PEOPLE):
        await pool.execute("select cut_runs($1, '', null, 7)", party)
        await pool.execute("select group_runs($1, 20)", party)


async def by_pages(pool: Pool, viewer: UUID | None, filters: schemas.Filters, sort: str, size: int) -> list[UUID]:
    wanted, party = await queries.find_wanted(pool, viewer, filters)
    found: list[UUID] = []
    for skip in range(0, 1_000, size):
        rows = await queries.list_rows(pool, party, wanted, sort, Language.FR, None, size, skip)
        found += [one.row["id"] for one in rows]
        if len(rows) < size:
            break
    return found


async def by_cursor(pool: Pool, viewer: UUID | None, query: dict[str, Any], sort: str, size: int) -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while True:
        listing = schemas.Listing.model_validate(query | {"sort": sort, "size": size, "after": cursor})
        page = await queries.list_activities(pool, viewer, listing, Language.FR)
        found += [item.id for item in page.items]
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.item("Q31", "Q32", "Q33", "Q35")
@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_list_is_that_of_the_model_in_every_sort_and_filter(pool: Pool, seed: int, counted: bool) -> None:  # noqa: FBT001
    random_ = random.Random(seed)
    laid = await model.lay(pool, random_, 150)
    if counted:
        await count_lists(pool)
        await model.add(pool, laid, random_, 25)
        await commands.count_arrived(pool)
        # What comes last is in no tally yet.
        await model.add(pool, laid, random_, 25)
    for viewer in (None, ZOE, EDITH):
        for query in FILTERS:
            if viewer is None and "mine" in query:
                continue
            filters = schemas.Filters.model_validate(query)
            wanted, party = await queries.find_wanted(pool, viewer, filters)
            for sort in SORTS:
                expected = laid.listed(viewer, filters, sort, Language.FR)
                assert expected == await by_pages(pool, viewer, filters, sort, 13), (viewer, query, sort)
            assert len(expected) == await queries.count(pool, party, wanted), (viewer, query)


@pytest.mark.parametrize("counted", [False, True])
async def test_cursors_walk_the_same_list_as_page_numbers(pool: Pool, counted: bool) -> None:  # noqa: FBT001
    laid = await model.lay(pool, random.Random(9), 120)
    if counted:
        await count_lists(pool)
    for viewer in (None, ZOE):
        for query in (*FILTERS[:5], *FILTERS[6:8]):
            filters = schemas.Filters.model_validate(query)
            for sort in SORTS:
                expected = laid.listed(viewer, filters, sort, Language.FR)
                assert expected == await by_cursor(pool, viewer, query, sort, 7), (viewer, query, sort)


async def tally(pool: Pool) -> dict[Any, int]:
    rows = await pool.fetch(
        "select party, facet, value, grain, day, n from tally where (n > 0 or facet = 'file') and facet <> 'files'"
    )
    return {tuple(row)[:5]: row["n"] for row in rows}


async def groups(pool: Pool) -> dict[Any, int]:
    rows = await pool.fetch("select party, value, n from tally where facet = 'files'")
    return {(row["party"], row["value"]): row["n"] for row in rows}


async def test_tallies_after_arrivals_and_departures_are_those_of_a_count_anew(pool: Pool) -> None:
    random_ = random.Random(4)
    laid = await model.lay(pool, random_, 60)
    await count_lists(pool)
    await model.add(pool, laid, random_, 60)
    await commands.count_arrived(pool)
    await model.add(pool, laid, random_, 20)
    await pool.fetchval("select drop_activity_month('2026-02-01')")
    await pool.execute("delete from entry where seq % 5 = 0")
    await commands.count_arrived(pool)
    kept = await tally(pool)
    for (party, low), n in (held := await groups(pool)).items():
        beyond = min((value for whose, value in held if whose == party and value > low), default=rules.HIGHEST)
        runs = [kept[one] for one in kept if one[:2] == (party, "file") and low <= one[2] < beyond]
        assert sum(runs) == n
    assert len(held) > len(model.PEOPLE) + 1
    for party in (tallies.EVERYTHING, *model.PEOPLE):
        runs = [value for whose, facet, value, *_ in kept if (whose, facet) == (party, "file")]
        await pool.execute("select track($1)", party)
        await pool.execute("delete from tally where party = $1 and facet = 'file'", party)
        await pool.execute(
            """
            insert into tally select $1, 'file', low, 'ever', 'epoch', (
                select count(*) from seen_by($1) as one
                where low = (select max(run) from unnest($2::text[]) as run where run <= one.file_number collate "C")
            ) from unnest($2::text[]) as low
            """,
            party,
            sorted(runs, key=str.encode),
        )
    assert await tally(pool) == kept


async def test_filters_offered_of_a_counted_list_are_those_of_the_same_list_uncounted(pool: Pool) -> None:
    laid = await model.lay(pool, random.Random(5), 80)
    laid.managers.clear()
    await pool.execute("delete from manager")
    before = await queries.list_filters(pool, ZOE, Language.EN)
    await count_lists(pool)
    assert before == await queries.list_filters(pool, ZOE, Language.EN)


async def test_total_is_exact_while_what_arrives_is_counted(pool: Pool) -> None:
    """Before, between and after: what is not counted yet is added by who asks."""
    laid = await model.lay(pool, random.Random(6), 80)
    laid.managers.clear()
    await pool.execute("delete from manager")
    await count_lists(pool)
    await model.add(pool, laid, random.Random(7), 40)
    wanted, party = await queries.find_wanted(pool, ZOE, schemas.Filters())
    expected = len(laid.listed(ZOE, schemas.Filters(), "date", Language.FR))
    async with pool.transaction() as connection:
        assert await connection.fetchval("select count_arrived(15)") > 0
        assert expected == await queries.count(pool, party, wanted)
    assert expected == await queries.count(pool, party, wanted)
    await commands.count_arrived(pool)
    assert await pool.fetchval("select seq = (select max(seq) from entry) from counted")
    assert expected == await queries.count(pool, party, wanted)


async def test_what_the_release_before_records_is_counted_at_once(pool: Pool) -> None:
    """Its lists read the tallies alone, so that they are whole while both run, and after a step back."""
    await model.lay(pool, random.Random(8), 30)
    rows = [model.draw(random.Random(number), 1_000 + number) for number in range(20)]
    found = await pool.fetch("select record_activities($1)", rows)
    assert len(found) == len(rows)
    counted = await pool.fetchval(
        "select sum(n) from tally where party = $1 and facet = '' and grain = 'day'", UUID(int=0)
    )
    assert counted == await pool.fetchval("select count(*) from entry")
