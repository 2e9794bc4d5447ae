"""What a benchmark gives: a table, goals met or missed, and remarks; kept as JSON between runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parents[1] / "docs" / "performance.json"
"""Figures of all benchmarks, each from its last run: docs/performance.md is written from them."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio and its bound."""

    what: str
    found: float
    bound: float
    at_least: bool = True
    unit: str = "×"

    @property
    def met(self) -> bool:
        """Tell whether the goal is met."""
        return self.found >= self.bound if self.at_least else self.found <= self.bound

    @property
    def reached(self) -> float:
        """Give how far it is reached: 1 is just met, more is better."""
        return self.found / self.bound if self.at_least else self.bound / max(self.found, 1e-9)

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return (
            f"{self.what}: {self.found:.2f} {self.unit} (goal {sign} {self.bound:g}) {'met' if self.met else 'MISSED'}"
        )


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark's figures; medians of `rounds` rounds of `seconds` each."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, Sequence[float | None]]]
    goals: Sequence[Goal]
    remarks: Sequence[str] = ()
    rounds: int = 0
    seconds: float = 0
    at: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))

    def text(self) -> str:
        """Give the table, the goals and the remarks for a terminal."""
        width = max(len(label) for label, _ in self.rows)
        lines = ["", self.title, " " * width + "".join(f"{column:>12}" for column in self.columns)]
        lines += [f"{label:<{width}}" + "".join(f"{number(one):>12}" for one in cells) for label, cells in self.rows]
        lines += [f"  {'✓' if goal.met else '✗'} {goal}" for goal in self.goals]
        return "\n".join(lines + [f"  · {remark}" for remark in self.remarks])


def number(value: float | None) -> str:
    """Give a figure with as many digits as it deserves."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def load() -> dict[str, Result]:
    """Give what was measured before, by benchmark."""
    if not KEPT.exists():
        return {}
    return {one["name"]: _read(one) for one in json.loads(KEPT.read_text())["results"]}


def save(results: dict[str, Result]) -> None:
    """Keep what was measured."""
    found = {"results": [asdict(one) for one in results.values()]}
    KEPT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _read(one: dict[str, Any]) -> Result:
    return Result(**one | {"goals": [Goal(**goal) for goal in one["goals"]], "columns": tuple(one["columns"])})
