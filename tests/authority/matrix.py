"""Reads the matrix of `matrix.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from examples.cadastre import routes as cadastre
from examples.permits import routes as permits
from services.accounts import routes as accounts
from services.audit import routes as audit
from services.delegation import routes as delegation
from services.identity import routes as identity
from services.notifications import routes as notifications
from tests.authority.cast import ACTORS

PAGE = Path(__file__).parent / "matrix.md"
TABLES = {
    "identity": identity.ROUTES,
    "accounts": accounts.ROUTES,
    "delegation": delegation.ROUTES,
    "notifications": notifications.ROUTES,
    "audit": audit.ROUTES,
    "cadastre": cadastre.ROUTES,
    "permits": permits.ROUTES,
}
ROUTES = {f"{route.method} /{name}{route.path}": route for name, table in TABLES.items() for route in table}
LEGEND = re.compile(r"\| ([a-z-]+) \| (\d{3}) \| ([a-z-]+) \|")


@dataclass(frozen=True)
class Row:
    """One route with one kind of object, and what each caller is answered: a status or a word of the legend."""

    route: str
    whose: str
    cells: dict[str, str]

    @property
    def method(self) -> str:
        """The method."""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """The path as served."""
        return self.route.split(" ")[1]

    @property
    def allowed(self) -> list[str]:
        """The callers who are let in to the end."""
        return [actor for actor, word in self.cells.items() if word.isdecimal()]

    def __str__(self) -> str:
        return self.route if self.whose == "–" else f"{self.route} ({self.whose})"


def legend(page: str) -> dict[str, str]:
    """Give `status slug` for each word of the legend."""
    return {word: f"{status} {slug}" for word, status, slug in LEGEND.findall(page)}


def read(page: str) -> list[Row]:
    """Read the rows; ValueError for a cell that is empty, unknown, missing or too much."""
    rows, words = [], legend(page)
    for line in page.splitlines():
        if line.startswith("| `"):
            route, whose, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            bad = [cell for cell in cells if not (cell.isdecimal() or cell in words)]
            if len(cells) != len(ACTORS) or bad:
                raise ValueError(f"{route}: {len(cells)} cells, unknown {bad}")
            rows.append(Row(route.strip("`"), whose, dict(zip(ACTORS, cells, strict=True))))
    return rows


def gaps(rows: list[Row], routes: dict[str, object]) -> dict[str, set[str]]:
    """Name the routes without a row, the rows without a route, and the rows that stand twice."""
    named = [str(row) for row in rows]
    return {
        "no row": routes.keys() - {row.route for row in rows},
        "no route": {row.route for row in rows} - routes.keys(),
        "twice": {name for name in named if named.count(name) > 1},
    }


WORDS = legend(PAGE.read_text())
ROWS = read(PAGE.read_text())
