"""Pictures drawn as SVG: the activity over time, a bar a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 1000, 120
WIDEST = 60
GAP = 0.15


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands in a picture of 1000 by 120, what it counts, and the days it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int
    words: str
    first: str
    last: str


def bars(found: Sequence[dict[str, Any]], name: Callable[[dict[str, Any]], str]) -> list[Bar]:
    """Draw bars of equal width, as high as they count much."""
    most = max((bar["count"] for bar in found), default=0)
    if not most:
        return []
    step = min(WIDTH / len(found), WIDEST)
    return [_bar(bar, number, step, HEIGHT * bar["count"] / most, name(bar)) for number, bar in enumerate(found)]


def _bar(bar: dict[str, Any], number: int, step: float, height: float, words: str) -> Bar:
    return Bar(
        x=round(number * step + step * GAP / 2, 2),
        y=round(HEIGHT - height, 2),
        width=round(step * (1 - GAP), 2),
        height=round(height, 2),
        count=bar["count"],
        words=words,
        first=bar["from"],
        last=bar["to"],
    )
