"""S1: every route times every caller; each cell is asserted, and what is refused changes nothing."""

from __future__ import annotations

import pytest

from examples.cadastre import routes as cadastre
from services.accounts import routes as accounts
from services.audit import routes as audit
from services.delegation import routes as delegation
from services.identity import routes as identity
from services.notifications import routes as notifications
from tests.access.cast import Cast
from tests.access.matrix import ACTORS, ROWS, SLUGS, Row
from tests.chaos import scorecard

TABLES = {
    "identity": identity,
    "accounts": accounts,
    "delegation": delegation,
    "notifications": notifications,
    "audit": audit,
    "cadastre": cadastre,
}
ROUTES = {(route.method, f"/{name}{route.path}"): route for name, table in TABLES.items() for route in table.ROUTES}


def test_matrix_has_a_row_for_every_route_and_a_cell_for_every_caller():
    rows = [(row.method, row.path) for row in ROWS]
    assert (sorted(rows), {len(row.answers) for row in ROWS}) == (sorted(ROUTES), {len(ACTORS)})


def wanted(row: Row) -> dict[str, int | str]:
    success = ROUTES[row.method, row.path].status
    return {actor: SLUGS.get(letter, success) for actor, letter in zip(ACTORS, row.answers, strict=True)}


async def found(cast: Cast, row: Row) -> dict[str, int | str]:
    """Ask as each caller, and give the status where it is a success and the slug where it is not."""
    answers: dict[str, int | str] = {}
    for actor in ACTORS:
        cast.asking = await cast.caller(actor, fresh=row.fresh)
        path, body = row.request(cast)
        answer = await cast.asking.call(row.method, path, **body)
        answers[actor] = answer.slug or answer.status
    return answers


async def standing(cast: Cast) -> list[object]:
    """Give what the refused must not have changed."""
    delegates = await cast.jean.caller.get("/delegation/v1/delegates")
    return [
        sorted(one["delegate"] for one in delegates["delegates"] if one["delegate"] != cast.spare.id),
        (await cast.lise.caller.get("/delegation/v1/delegates"))["delegates"],
        (await cast.omar.caller.get("/delegation/v1/delegates"))["delegates"],
        await cast.lise.caller.get("/accounts/v1/licences/mine"),
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_route_answers_each_caller_as_the_matrix_says(cast: Cast, row: Row):
    await cast.renew()
    before = await standing(cast)
    answers = await found(cast, row)
    wrong = {actor: (answer, wanted(row)[actor]) for actor, answer in answers.items() if answer != wanted(row)[actor]}
    assert (wrong, await standing(cast)) == ({}, before)


def test_scorecard_counts_the_cells():
    scorecard.note("S1", f"{len(ROWS)} routes, {len(ACTORS)} callers", len(ROWS) * len(ACTORS), wrong=0)
