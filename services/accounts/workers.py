"""What accounts does by itself: asks about silent payments, forgets old links, seals bank details anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from services.accounts import store_disputes, store_payments
from services.accounts.commands import bank, payments
from shared import service
from shared.contracts.problems import fees as problems

if TYPE_CHECKING:
    from services.accounts.app import Deps
    from services.accounts.provider import Provider
    from shared.db.pool import Pool

log = structlog.get_logger()

ASK, HOUR = 15.0, 3600.0
"""Seconds between looks."""
AT_ONCE = 1_000


def table(deps: Deps) -> tuple[service.Worker, ...]:
    """Give the workers."""
    return (
        service.every("accounts.payments", ASK, lambda: ask_about_silent(deps.pool, deps.provider)),
        service.every("accounts.links", HOUR, lambda: store_disputes.forget_links(deps.pool)),
        service.every("accounts.notices", HOUR, lambda: delete_old_notices(deps.pool, deps.settings.notice_days)),
        service.every("accounts.bank", HOUR, lambda: bank.reseal(deps.pool, deps.bank)),
    )


async def delete_old_notices(pool: Pool, days: int) -> None:
    """Forget the notices that were taken so many days ago: a payment takes nothing that it took before anyway."""
    while await store_payments.delete_old_notices(pool, days, AT_ONCE) == AT_ONCE:
        pass


async def ask_about_silent(pool: Pool, provider: Provider) -> int:
    """Ask what became of payments whose time is over; give how many came to an end.

    A payment of which the provider knows nothing by then expires, for he takes nothing after its end. While he
    does not answer it stays as it is: its fees must not be paid a second time.
    """
    ended = 0
    for payment in await store_payments.claim_silent(pool):
        if standing := await provider.ask(payment):
            try:
                async with pool.transaction() as connection:
                    await payments.settle(connection, payment, standing.state, standing.amount_cents, standing.currency)
                ended += 1
            except problems.PaymentDiffers:
                log.error("a payment differs at the provider", payment=str(payment))  # noqa: TRY400 - said by settle
    return ended
