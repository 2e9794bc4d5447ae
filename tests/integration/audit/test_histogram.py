"""Activity over time, counted or not."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest

from services.audit import queries, rules, schemas
from shared.db.pool import Pool
from tests.integration.audit import model
from tests.integration.audit.test_lists import EDITH, FILTERS, ZOE, count_lists, pool

__all__ = ["pool"]
TODAY = date(2026, 3, 12)


@pytest.mark.parametrize("counted", [False, True])
async def test_histogram_has_each_activity_in_one_bar_and_no_gaps(pool: Pool, counted: bool) -> None:  # noqa: FBT001
    laid = await model.lay(pool, random.Random(3), 120)
    if counted:
        await count_lists(pool)
    for viewer in (None, ZOE, EDITH):
        for query in FILTERS:
            if viewer is None and "mine" in query:
                continue
            filters = schemas.Filters.model_validate(query)
            wanted = set(laid.listed(viewer, filters, "date", model.Language.FR))
            days = [rules.day_of(row.occurred_at) for row in laid.rows if row.id in wanted]
            bars = (await queries.draw_histogram(pool, viewer, filters, TODAY)).bars
            assert len(days) == sum(bar.count for bar in bars), (viewer, query)
            for bar, following in itertools.pairwise(bars):
                assert bar.to_day + timedelta(days=1) == following.from_day
            for bar in bars:
                assert bar.count == sum(bar.from_day <= day <= bar.to_day for day in days), (viewer, query, bar)


async def test_histogram_of_a_period_shows_all_of_its_days(pool: Pool) -> None:
    await model.lay(pool, random.Random(3), 120)
    filters = schemas.Filters.model_validate({"from": date(2026, 2, 10), "to": date(2026, 3, 10)})
    drawn = await queries.draw_histogram(pool, ZOE, filters, TODAY)
    assert (rules.Unit.DAY, 29) == (drawn.unit, len(drawn.bars))
    assert (date(2026, 2, 10), date(2026, 3, 10)) == (drawn.bars[0].from_day, drawn.bars[-1].to_day)


async def test_histogram_of_nothing_is_empty(pool: Pool) -> None:
    drawn = await queries.draw_histogram(pool, ZOE, schemas.Filters(), TODAY)
    assert [] == drawn.bars
