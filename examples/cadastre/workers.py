"""What cadastre still has to say to Mandat is said by a worker, again until it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.connected import sayings
from shared import service

if TYPE_CHECKING:
    from examples.cadastre.mandat import Mandat
    from shared.db.pool import Pool


def table(pool: Pool, mandat: Mandat, wake: sayings.Wake, days: int) -> tuple[service.Worker, ...]:
    """Give the workers: one for activities, one for alerts, one that forgets what was said so many days ago."""
    return sayings.workers("cadastre", pool, wake, {"activity": mandat.report, "alert": mandat.alert}, days)
