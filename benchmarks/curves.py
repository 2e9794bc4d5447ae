"""Draws how each list of the register grows with it, as SVG that suits light and dark pages."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape

from benchmarks.results import Result

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 420, 60, 40, 300, 50
MOST = 4.0
"""Curves are cut off at so many times their beginning."""
GOAL = 1.5
NAMED = 12
BETWEEN = 15
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px } .quiet { fill: #57606a }
polyline { fill: none; stroke-width: 1.3; stroke-opacity: .75 }
.operator { stroke: #0969da } .firm { stroke: #bc4c00 } .steady { stroke: #8250df } .ordinary { stroke: #2da44e }
.axis { stroke: #8c959f } .goal { stroke: #24292f; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .quiet { fill: #8b949e } .goal { stroke: #e6edf3 }
  .operator { stroke: #58a6ff } .firm { stroke: #f0883e } .steady { stroke: #d2a8ff } .ordinary { stroke: #3fb950 }
}
""".strip()


def draw(lists: Result) -> str:
    """Give a curve for each list: its time at each length of the register, as so many times that at the shortest."""
    sizes = [int(re.sub(r"\D", "", column)) for column in lists.columns[:-2]]
    curves = [(label, _ratios(cells[: len(sizes)])) for label, cells in lists.rows]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="Time of each list by rows of the register"><style>{STYLE}</style>'
    )
    lines = [f'<polyline class="{label.split(":")[0]}" points="{_points(sizes, ratios)}"/>' for label, ratios in curves]
    return "\n".join([head, *_axes(sizes), *lines, *_names(curves), "</svg>"]) + "\n"


def _ratios(cells: Sequence[float | None]) -> list[float]:
    first = cells[0] or 1.0
    return [(cell or 0.0) / first for cell in cells]


def _x(size: int, sizes: Sequence[int]) -> float:
    whole = math.log(sizes[-1] / sizes[0]) or 1.0
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(size / sizes[0]) / whole


def _y(ratio: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(ratio, MOST) / MOST)


def _points(sizes: Sequence[int], ratios: Sequence[float]) -> str:
    return " ".join(f"{_x(size, sizes):.1f},{_y(ratio):.1f}" for size, ratio in zip(sizes, ratios, strict=True))


def _axes(sizes: Sequence[int]) -> list[str]:
    end = WIDTH - RIGHT
    parts = [f'<text x="{LEFT - 44}" y="20" class="quiet">times its time at {sizes[0]:,} rows</text>']
    for ratio in range(int(MOST) + 1):
        parts.append(f'<line class="axis" x1="{LEFT - 4}" x2="{LEFT}" y1="{_y(ratio):.1f}" y2="{_y(ratio):.1f}"/>')
        parts.append(f'<text x="{LEFT - 10}" y="{_y(ratio) + 4:.1f}" text-anchor="end" class="quiet">{ratio}</text>')
    for size in sizes:
        place = f'x="{_x(size, sizes):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle"'
        parts.append(f'<text {place} class="quiet">{size:,}</text>')
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    parts.append(f'<line class="goal" x1="{LEFT}" x2="{end}" y1="{_y(GOAL):.1f}" y2="{_y(GOAL):.1f}"/>')
    for place, who in enumerate(("operator", "firm", "ordinary")):
        x = LEFT + 130 * place
        parts.append(f'<polyline class="{who}" points="{x},{HEIGHT - 12} {x + 24},{HEIGHT - 12}"/>')
        parts.append(f'<text x="{x + 30}" y="{HEIGHT - 8}" class="small">{who}</text>')
    return parts


def _names(curves: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
    """Name the steepest of those above the goal, from the top, none over another."""
    steep = sorted((one for one in curves if one[1][-1] > GOAL), key=lambda one: -one[1][-1])[:NAMED]
    parts, last = [], -math.inf
    for label, ratios in steep:
        last = max(_y(ratios[-1]) + 4, last + BETWEEN)
        text = escape(f"{label} ({ratios[-1]:.1f})")
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{last:.1f}" class="small">{text}</text>')
    return parts
