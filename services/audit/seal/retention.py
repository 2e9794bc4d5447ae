"""Retention: after the days that a policy gives its kind, an activity leaves, and a sealed tombstone stays.

The tombstone names the places in the log, so that the rest still verifies and nobody can say that there was nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from asyncpg import Range

from services.audit.seal import store
from shared import ids

if TYPE_CHECKING:
    from services.audit.seal.sealer import Sealer

log = structlog.get_logger()

AT_ONCE = 5000


async def apply(sealer: Sealer, policy: Mapping[str, int]) -> int:
    """Take out what is older than its policy; give how many activities left."""
    gone = 0
    for kind, days in policy.items():
        now = (await store.find_end(sealer.pool)).now
        before = now - timedelta(days=days)
        while places := await store.list_expired(sealer.pool, kind, before, AT_ONCE):
            buried = await sealer.bury(ids.uuid7(), kind, before, list(ranges(places)))
            if not buried:
                break
            gone += buried
            log.info("activities left the register", kind=kind, count=buried)
    if gone:
        await sealer.publish()
    return gone


def ranges(places: Sequence[int]) -> Iterator[Range[int]]:
    """Join neighbouring places."""
    begin = last = places[0]
    for place in places[1:]:
        if place != last + 1:
            yield Range(begin, last + 1)
            begin = place
        last = place
    yield Range(begin, last + 1)
