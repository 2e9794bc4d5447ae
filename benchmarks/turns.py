"""Contenders in turn, so that what drifts on the machine drifts for all; the first goes last next time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from benchmarks import wrk

Turn = Callable[[float], Awaitable[wrk.Load]]
"""A run of so many seconds."""
WARM_UP = 1.0


async def take(
    contenders: Mapping[str, Turn],
    rounds: int,
    seconds: float,
    before: Callable[[], Awaitable[None]] | None = None,
) -> dict[str, wrk.Load]:
    """Run each contender in each round, `before` each run, and give their medians."""
    found: dict[str, list[wrk.Load]] = defaultdict(list)
    names = list(contenders)
    for number in range(-1, rounds):
        for name in names:
            if before:
                await before()
            load = await contenders[name](WARM_UP if number < 0 else seconds)
            if number >= 0:
                found[name].append(load)
        names.append(names.pop(0))
    return {name: wrk.median(loads) for name, loads in found.items()}
