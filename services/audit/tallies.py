"""Where a page of a long list begins, from the counts kept beside the register.

A long list is a sequence of stretches: the kinds, the people or the runs of file numbers in the order
that is asked for, the newest first in each. The counts tell in which stretch, and in which month and
day of it, a page begins; only rows from there on are read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.audit import rules, store_lists, store_tallies
from services.audit.store_lists import NOBODY, Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncpg import Record

    from services.audit.rules import Place
    from shared.db.pool import Pool

EVERYTHING = UUID(int=0)
"""The party that stands for the whole register, as operators see it."""
FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
FACETS = {"kind": "kind", "performed_by": "by", "performed_for": "for"}
DAILY = frozenset({"", "kind", "bare"})
"""The facets that are counted by day. People are counted by month, but for who has a long list of his own: what he did
and what was done for him is counted by day there and in the whole register, where others are not counted by time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow each other in a list: which, sorted how, and where to begin.

    `value` is what they have in common in the column that the list is sorted by, if anything.
    """

    wanted: Wanted
    sort: str
    skip: int = 0
    after: Place | None = None
    value: str | int | None = None

    async def rows(self, pool: Pool, kinds: Sequence[str], limit: int) -> list[store_lists.Found]:
        """Read the first rows."""
        rows = await store_lists.list_page(pool, self.wanted, self.sort, kinds, self.after, limit, self.skip)
        return rows if self.value is None else [found._replace(value=self.value) for found in rows]


@dataclass(frozen=True, slots=True)
class Counted:
    """A list whose rows are counted: of a party, and of one facet's value where it is filtered by one.

    `much`: the value is a person, or an account, that is counted by day.
    """

    party: UUID
    wanted: Wanted
    facet: str
    value: str
    much: bool = False

    @property
    def daily(self) -> bool:
        """Tell whether its days are counted."""
        return self.facet in DAILY or self.much

    @property
    def monthly(self) -> bool:
        """Tell whether its months are counted."""
        return self.daily or self.party != EVERYTHING

    @property
    def period(self) -> tuple[date, date]:
        """Give the first day of the period, and the first day after it."""
        start, end = self.wanted.start, self.wanted.end
        return rules.day_of(start) if start else FIRST, rules.day_of(end) if end else LAST


async def counted(pool: Pool, party: UUID, wanted: Wanted) -> Counted | None:
    """Tell how a list is counted; None when its filters together are not."""
    if wanted.accounts or wanted.account or wanted.file_from is not None:
        return None
    given = [(facet, getattr(wanted, name)) for name, facet in FACETS.items() if getattr(wanted, name) is not None]
    if len(given) > 1:
        return None
    facet, value = given[0] if given else ("", "")
    much = value == party or (
        party == EVERYTHING and isinstance(value, UUID) and await store_tallies.is_tracked(pool, value)
    )
    found = Counted(party, wanted, facet, "" if value == NOBODY else str(value), much)
    return found if found.daily or not (wanted.start or wanted.end) else None


async def total(pool: Pool, party: UUID, wanted: Wanted) -> int | None:
    """Count a long list by its tallies; None when they do not tell."""
    low, below = wanted.file_from, wanted.file_below
    if (
        low is not None
        and below is not None
        and wanted == Wanted(viewer=wanted.viewer, file_from=low, file_below=below)
    ):
        return await _count_prefix(pool, party, wanted, low, below)
    if not (found := await counted(pool, party, wanted)):
        return None
    key = (found.party, found.facet, found.value)
    if not (wanted.start or wanted.end):
        grain = "ever" if found.facet in ("by", "for") else "month"
        return await store_tallies.total(pool, *key, grain)
    first, beyond = found.period
    whole, rest = rules.whole_months(first, beyond)
    return await store_tallies.total_between(pool, *key, first, whole, rest, beyond)


async def count_days(pool: Pool, party: UUID, wanted: Wanted) -> dict[date, int] | None:
    """Count a long list by day, or by month where it spans years; None when its tallies do not tell."""
    found = await counted(pool, party, wanted)
    if not found or not found.daily:
        return None
    key, period = (found.party, found.facet, found.value), found.period
    if not (wanted.start or wanted.end):
        months = await store_tallies.list_spans(pool, *key, "month", *period)
        if months and rules.unit_of(min(months), rules.next_month(max(months))) is rules.Unit.MONTH:
            return months
    return await store_tallies.list_spans(pool, *key, "day", *period)


async def _count_prefix(pool: Pool, party: UUID, wanted: Wanted, low: str, below: str) -> int:
    row = await store_tallies.sum_runs(pool, party, low, below)
    if not row or row["first"] is None:
        return await store_lists.count(pool, wanted)
    before = await store_lists.count(pool, replace(wanted, file_below=row["first"]))
    behind = await store_lists.count(pool, replace(wanted, file_from=row["last"]))
    return int(row["n"] - row["last_n"] + before + behind)


async def list_page(
    pool: Pool, party: UUID, wanted: Wanted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> list[store_lists.Found] | None:
    """Give a page of a long list; None when the tallies do not tell where it begins."""
    found = await counted(pool, party, wanted)
    name = sort.lstrip("-")
    if not found or (name not in ("date", found.facet) and (found.facet or wanted.start or wanted.end)):
        return None
    rows: list[store_lists.Found] = []
    async for stretch in _stretches(pool, found, sort, kinds, after, limit, skip):
        rows += await stretch.rows(pool, kinds, limit - len(rows))
        if len(rows) >= limit:
            break
    return rows


async def _stretches(
    pool: Pool, found: Counted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> AsyncIterator[Stretch]:
    """Give the stretches of a list from a place, or from the row after `skip` others, for `limit` rows."""
    name = sort.lstrip("-")
    if name in ("date", found.facet):
        only = await _dated(pool, found, sort if name == "date" else "-date", after, skip)
        # All rows have the same value, so that a place in the list is a moment.
        yield replace(only, value={"date": None, "kind": 0}.get(name, ""))
        return
    value = after.value if after else None
    # One more: of the first, nothing may be left after the place.
    for row in await _list_stretches(pool, found.party, sort, kinds, value, limit + 1, skip):
        one = _narrowed(found, name, row)
        first = after if after and row["at"] == value else None
        rest = 0 if after else max(0, skip - row["before"])
        if name == "file" and row["value"] is not None:
            # The place may lie anywhere in its run.
            yield Stretch(one.wanted, sort, rest, after)
        else:
            yield replace(await _dated(pool, one, "-date", first, rest), value=row["at"])


async def _list_stretches(
    pool: Pool, party: UUID, sort: str, kinds: Sequence[str], value: str | int | None, limit: int, skip: int
) -> list[Record]:
    name, down = sort.lstrip("-"), sort.startswith("-")
    if name == "kind":
        return await store_tallies.list_kinds(pool, party, skip, value, limit, kinds, down=down)
    if name == "file":
        return await store_tallies.list_runs(pool, party, skip, value, limit, down=down)
    return await store_tallies.list_people(pool, party, skip, value, limit, name, down=down)


def _narrowed(found: Counted, name: str, row: Record) -> Counted:
    value = row["value"]
    if name == "kind":
        return replace(found, wanted=replace(found.wanted, kind=value), facet="kind", value=value)
    if name in ("by", "for"):
        much = value == str(found.party) or (found.party == EVERYTHING and row["tracked"])
        wanted = found.wanted
        wanted = (
            replace(wanted, performed_by=_who(value)) if name == "by" else replace(wanted, performed_for=_who(value))
        )
        return replace(found, wanted=wanted, facet=name, value=value, much=much)
    if value is None:
        return replace(found, wanted=replace(found.wanted, bare=True), facet="bare")
    return replace(found, wanted=replace(found.wanted, file_from=value, file_below=row["below"] or rules.HIGHEST))


def _who(value: str) -> UUID:
    return UUID(value) if value else NOBODY


async def _dated(pool: Pool, found: Counted, sort: str, after: Place | None, skip: int) -> Stretch:
    """Begin in the month, and in the day of it, where the row after `skip` others lies."""
    wanted = found.wanted
    if after or not skip or not found.monthly:
        return Stretch(wanted, sort, skip, after)
    first, beyond = found.period
    # A month that the period cuts is not counted as such.
    grains = ["day"] if wanted.start or wanted.end else ["month", "day"]
    for grain in grains if found.daily else grains[:1]:
        where = (found.party, found.facet, found.value, grain, skip, first, beyond)
        row = await store_tallies.locate(pool, *where, down=sort.startswith("-"))
        if row is None:
            return Stretch(wanted, sort, skip)
        skip -= row["before"]
        first, beyond = row["day"], rules.next_month(row["day"]) if grain == "month" else row["day"] + timedelta(days=1)
    start, end = rules.first_moment(first), rules.first_moment(beyond)
    narrower = replace(wanted, end=end) if sort.startswith("-") else replace(wanted, start=start)
    return Stretch(narrower, sort, skip)
