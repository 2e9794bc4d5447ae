"""What permits does by itself: says what is to be said, asks how fees stand, sweeps its folder, tells the merchant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.connected import sayings
from examples.permits import store
from examples.permits.commands import review
from examples.permits.provider import commands as provider
from shared import service
from shared.contracts.problems import Problem

if TYPE_CHECKING:
    from examples.permits.app import Deps
    from examples.permits.mandat import Mandat
    from shared.db.pool import Pool

ASK, SWEEP, TELL = 2.0, 600.0, 1.0
"""Seconds between looks."""


def table(deps: Deps) -> tuple[service.Worker, ...]:
    """Give the workers."""
    mandat = deps.mandat
    says = {"activity": mandat.report, "alert": mandat.alert_followers, "fee": mandat.post_fees}
    return (
        *sayings.workers("permits", deps.pool, deps.wake, says, deps.saying_days),
        service.every("permits.fees", ASK, lambda: ask_fees(deps.pool, mandat)),
        service.every("permits.sweep", SWEEP, lambda: sweep(deps)),
        service.every("permits.notices", TELL, lambda: provider.tell_due(deps.pool, deps.http, deps.signer)),
    )


async def ask_fees(pool: Pool, mandat: Mandat) -> int:
    """Ask accounts how the fees stand that are due to be asked about; give how many it knows."""
    due = await store.claim_fees(pool)
    try:
        states = await mandat.fee_states(due) if due else {}
    except Problem:
        return 0
    for fee, state in states.items():
        async with pool.transaction() as connection:
            await review.take_over_fee(connection, fee, state)
    return len(states)


async def sweep(deps: Deps) -> int:
    """Take away files that no row knows: of requests that were cut off, and of files that were removed."""
    return await deps.storage.sweep(lambda files: store.list_known_files(deps.pool, files))
