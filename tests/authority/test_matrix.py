"""S1: every route times every caller, with real objects of the caller's and of others."""

from __future__ import annotations

import pytest

from tests.authority import matrix
from tests.authority.books import Books
from tests.authority.cast import ACTORS, Cast
from tests.authority.checker import BUILDERS, check
from tests.authority.matrix import PAGE, ROUTES, ROWS, Row
from tests.chaos import scorecard

NO_GAPS = {"no row": set(), "no route": set(), "twice": set()}


def test_matrix_has_rows_for_exactly_the_routes_that_are_served():
    assert (NO_GAPS, set(ROUTES)) == (matrix.gaps(ROWS, ROUTES), set(BUILDERS))


def test_matrix_without_a_row_or_a_route_is_found_out():
    rest = {"GET /audit/v1/new": object()} | {name: one for name, one in ROUTES.items() if name != ROWS[0].route}
    assert {"no row": {"GET /audit/v1/new"}, "no route": {ROWS[0].route}, "twice": {str(ROWS[1])}} == matrix.gaps(
        [*ROWS, ROWS[1]], rest
    )


@pytest.mark.parametrize("cell", ["", "maybe"])
def test_matrix_with_a_cell_that_says_nothing_is_not_read(cell: str):
    page = PAGE.read_text()
    start = page.index("| `")
    line = page[start : page.index("\n", start)]
    with pytest.raises(ValueError, match="12 cells"):
        matrix.read(page.replace(line, line[: line.rstrip("| ").rindex("|")] + f"| {cell} |"))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_row_is_answered_as_the_matrix_says_and_refusals_change_nothing(cast: Cast, books: Books, row: Row):
    found = await check(cast, books, row)
    assert ([], set(ACTORS)) == (found.faults, set(found.cells))


def test_scorecard_counts_the_cells():
    cells = sum(len(row.cells) for row in ROWS)
    scorecard.note("S1", f"{len(ROUTES)} routes, {len(ACTORS)} callers, objects of others", cells, wrong=0)
