"""Pure rules of the register."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.audit import rules
from shared.contracts.problems import audit as problems

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def test_sort_key_ignores_accents_and_case() -> None:
    assert sorted(["Zoé", "Édith", "eve", "Alain"], key=rules.sort_key) == ["Alain", "Édith", "eve", "Zoé"]


@pytest.mark.item("Q30")
def test_day_of_an_evening_in_quebec_is_that_day_not_the_next() -> None:
    assert date(2026, 11, 24) == rules.day_of(datetime(2026, 11, 25, 3, 30, tzinfo=UTC))


def test_bounds_include_both_days_even_when_the_clock_changes() -> None:
    start, end = rules.bounds(date(2026, 11, 1), date(2026, 11, 1))
    assert start is not None
    assert end is not None
    assert (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() == 25 * 3600


@pytest.mark.item("Q35")
@pytest.mark.parametrize(("total", "expected"), [(0, 1), (1, 1), (10, 1), (11, 2), (23, 3)])
def test_pages_round_up_and_an_empty_list_has_one(total: int, expected: int) -> None:
    assert expected == rules.pages(total, 10)


def test_cursor_comes_back_as_it_went() -> None:
    place = rules.Place("édith d.", NOON, 192)
    assert place == rules.read_cursor(rules.write_cursor("-by", place), "-by")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "bnVsbA",
        "WzEsMiwzXQ",
        rules.write_cursor("date", rules.Place(None, NOON, 1)),
        rules.write_cursor("-date", rules.Place("x", NOON, 1)),
        rules.write_cursor("-date", rules.Place(None, NOON, 1 << 63)),
        rules.write_cursor("-date", rules.Place(None, NOON.replace(tzinfo=None), 1)),
        rules.write_cursor("-date", rules.Place(None, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), 1)),
    ],
)
def test_cursor_of_another_list_is_unknown(cursor: str) -> None:
    with pytest.raises(problems.CursorUnknown):
        rules.read_cursor(cursor, "-date")


@pytest.mark.parametrize(("kind", "expected"), [("lot.reserved", True), ("delegate.added", False), ("nothing", False)])
def test_may_be_reported_only_what_applications_do(kind: str, expected: bool) -> None:  # noqa: FBT001
    assert expected is rules.may_be_reported(kind)


@pytest.mark.parametrize(
    ("days", "unit", "count"),
    [
        (1, rules.Unit.DAY, 1),
        (62, rules.Unit.DAY, 62),
        (63, rules.Unit.WEEK, 10),
        (735, rules.Unit.WEEK, 106),
        (736, rules.Unit.MONTH, 25),
    ],
)
def test_bars_are_of_a_unit_that_gives_a_picture(days: int, unit: rules.Unit, count: int) -> None:
    first = date(2026, 1, 1)  # a Thursday
    found, bars = rules.bars({}, first, first + timedelta(days=days - 1))
    assert (unit, count) == (found, len(bars))
    assert first == bars[0][0]


@pytest.mark.parametrize(
    ("first", "beyond", "expected"),
    [
        ((2026, 1, 1), (2026, 3, 1), ((2026, 1, 1), (2026, 3, 1))),
        ((2026, 1, 2), (2026, 3, 15), ((2026, 2, 1), (2026, 3, 1))),
        ((2026, 1, 2), (2026, 1, 20), ((2026, 1, 20), (2026, 1, 20))),
        ((2026, 1, 2), (2026, 2, 1), ((2026, 2, 1), (2026, 2, 1))),
    ],
)
def test_whole_months_are_those_that_the_period_does_not_cut(first, beyond, expected) -> None:
    assert tuple(date(*one) for one in expected) == rules.whole_months(date(*first), date(*beyond))
