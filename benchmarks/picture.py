"""Draws how far each goal is reached, as SVG that suits light and dark pages."""

from __future__ import annotations

from html import escape

from benchmarks.results import Goal, Result

WIDTH, LABELS, ROW, TOP = 860, 330, 26, 46
SCALE = 200
"""Pixels from nothing to a goal just met."""
MOST = 2.0
"""Bars end here: more than twice a goal is drawn as twice."""
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.quiet { fill: #57606a }
.met { fill: #2da44e } .missed { fill: #cf222e } .goal { stroke: #24292f; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .quiet { fill: #8b949e }
  .met { fill: #3fb950 } .missed { fill: #f85149 } .goal { stroke: #e6edf3 }
}
""".strip()


def draw(found: dict[str, Result]) -> str:
    """Give one bar for each goal; what reaches the dashed line is met."""
    goals = [goal for one in found.values() for goal in one.goals]
    height = TOP + ROW * len(goals) + 12
    line = LABELS + SCALE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="How far each goal of performance is reached"><style>{STYLE}</style>'
    )
    parts = [
        head,
        f'<text x="{line}" y="20" text-anchor="middle" class="quiet">goal</text>',
        *(_bar(goal, TOP + ROW * place) for place, goal in enumerate(goals)),
        f'<line x1="{line}" x2="{line}" y1="28" y2="{height - 8}" class="goal"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bar(goal: Goal, y: int) -> str:
    width = round(min(goal.reached, MOST) * SCALE)
    sign = "≥" if goal.at_least else "≤"
    said = f"{goal.found:.2f} {goal.unit} ({sign} {goal.bound:g})"
    state = "met" if goal.met else "missed"
    return (
        f'<text x="{LABELS - 10}" y="{y + 4}" text-anchor="end">{escape(goal.what)}</text>'
        f'<rect x="{LABELS}" y="{y - 8}" width="{width}" height="16" rx="2" class="{state}"/>'
        f'<text x="{LABELS + round(MOST * SCALE) + 8}" y="{y + 4}">{escape(said)}</text>'
    )
