"""What audit does now and then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.audit import commands
from shared import service

if TYPE_CHECKING:
    from shared.db.pool import Pool

HOUR = 3600.0


def table(pool: Pool) -> tuple[service.Worker, ...]:
    """Give the workers: the months to come have their partitions."""
    return (service.every("audit.months", HOUR, partial(commands.prepare_months, pool)),)
