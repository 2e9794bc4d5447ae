"""What audit does now and then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.audit import commands
from services.audit.exports import jobs
from services.audit.exports import store as exports
from services.audit.seal import retention
from services.audit.seal.sealer import Forked
from shared import service
from shared.crypto.keyring import KeyFileWrong

if TYPE_CHECKING:
    from services.audit.exports.desk import Desk
    from services.audit.seal.sealer import Sealer
    from services.audit.settings import Settings
    from shared.db.pool import Pool

log = structlog.get_logger()

SECOND = 1.0
MINUTES = 300.0
COUNTED = 5.0
"""The pause between two counts: what came in it is counted by each who asks for a total."""
HOUR = 3600.0


def table(pool: Pool, sealer: Sealer, settings: Settings, desk: Desk) -> tuple[service.Worker, ...]:
    """Give the workers.

    The months to come have their partitions, long lists are found, what arrived is counted and sealed, files that were
    asked for are written, what is too old leaves.
    """
    return (
        service.every("audit.months", HOUR, partial(commands.prepare_months, pool)),
        service.every("audit.lists", MINUTES, partial(commands.prepare_lists, pool)),
        service.every("audit.counts", COUNTED, partial(commands.count_arrived, pool)),
        service.every("audit.seal", settings.seal_seconds, partial(seal, sealer)),
        service.every("audit.exports", SECOND, partial(jobs.run_all, pool, desk)),
        service.every("audit.expired", HOUR, partial(exports.delete_expired, pool)),
        service.every("audit.retention", HOUR, partial(retention.apply, sealer, settings.retention)),
    )


async def seal(sealer: Sealer) -> None:
    """Seal what has arrived. What keeps it from sealing is said each time, and the register goes on unsealed."""
    try:
        await sealer.run()
    except (Forked, KeyFileWrong, OSError) as error:
        log.critical("register not sealed", reason=str(error))
