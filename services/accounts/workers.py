"""What accounts does now and then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.accounts import store_disputes
from shared import service

if TYPE_CHECKING:
    from shared.db.pool import Pool

HOUR = 3600.0


def table(pool: Pool) -> tuple[service.Worker, ...]:
    """Give the workers: links that ended long ago are forgotten."""
    return (service.every("accounts.links", HOUR, partial(store_disputes.forget_links, pool)),)
