"""The matrix can fail: with a bug planted in the running system, its row says what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authority import books as ledgers
from tests.authority import cast as casts
from tests.authority import fuzzing, looks, planted, running
from tests.authority.checker import check
from tests.authority.matrix import ROWS
from tests.chaos import scorecard

FOUND = {
    "anybodys_files": ("POST /cadastre/v1/lot-reservations (another)", "delegator: 201, not 404 not-found"),
    "anybodys_delegations": (
        "DELETE /delegation/v1/delegates/{delegation_id} (delegator)",
        "stranger: 204, not 404 not-found",
    ),
    "everybody_permitted": ("GET /notifications/v1/emails", "stranger: 200, not 403 not-permitted"),
    "refusals_leave_traces": ("GET /cadastre/v1/requests (own)", "refusals changed ['cadastre.trace']"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sick(tmp_path_factory) -> AsyncIterator[tuple[casts.Cast, ledgers.Books]]:
    """Run everything with all the bugs, and gather the people there."""
    async with running.realm(
        tmp_path_factory.mktemp("planted"), bugs=tuple(bug.__name__ for bug in planted.AUTHORITY)
    ) as realm:
        cast = await casts.gather(realm.world)
        async with ledgers.books(realm.world) as books:
            yield cast, books


@pytest.mark.parametrize("bug", FOUND)
async def test_row_of_a_system_with_a_planted_bug_names_the_fault(sick: tuple[casts.Cast, ledgers.Books], bug: str):
    name, fault = FOUND[bug]
    (row,) = [one for one in ROWS if str(one) == name]
    found = await check(*sick, row)
    assert fault in found.faults
    scorecard.note("S1", f"control: {bug}", 1, faults=len(found.faults))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_fuzzing_of_a_system_with_a_planted_bug_finds_the_answer_that_no_document_has(sick):
    found = await fuzzing.fuzz(sick[0], "audit", "/v1/kinds")
    assert any("418" in fault or "status code" in fault.lower() for fault in found.broken)
    scorecard.note("S3", "control: surprising_answers", found.sent, undocumented=len(found.broken))


async def test_deposit_by_a_delegate_passes_where_both_walls_are_down(sick):
    """The check of S10 can fail: with no permission asked and every decision a yes, a delegate deposits."""
    cast, _ = sick
    await cast.renew()
    body = {"file_number": cast.files["delegator"]}
    answer = await cast.caller("delegate").call("POST", "/cadastre/v1/deposits", json=body)
    assert answer.status == 201
    scorecard.note("S10", "control: everybody_permitted, everything_allowed", 1, accepted=1)


async def test_look_that_may_write_is_found_out(sick):
    cast, _ = sick
    await cast.renew()
    look = await looks.begin(cast, cast.owners["delegator"])
    answer = await look.call("PATCH", "/identity/v1/me", json={"first_name": "Autre"})
    assert answer.slug != looks.REFUSED
    wrong = await looks.wrongly_answered(cast, look)
    assert any(one.startswith("POST /delegation/v1/delegates:") for one in wrong)
    scorecard.note("S1", "control: looks_write", 1, accepted=len(wrong))
