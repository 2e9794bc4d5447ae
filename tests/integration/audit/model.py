"""A plain model of the register, and random registers to compare the lists with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.audit import commands, queries, rules, schemas, store
from shared.contracts import activities
from shared.contracts.people import Language
from shared.db.pool import Pool

PEOPLE = {UUID(int=n): name for n, name in enumerate(("Zoé", "Édith", "eve", "Alain", "Alain", "Ömer"), start=1)}
ACCOUNTS = {UUID(int=100): "LMS Architects", UUID(int=101): "Égouts du Nord"}
KINDS = ("lot.reserved", "product.ordered", "delegate.added", "email.sent")
FILES = (None, "1", "10", "100", "1000", "2", "20", "A-7", "é9")
NEWEST = datetime(2026, 3, 9, 4, 30, tzinfo=UTC)  # the clock changes within


@dataclass
class Model:
    """What was recorded, in the order of arrival, and who manages which account."""

    rows: list[store.Row] = field(default_factory=list)
    managers: dict[UUID, set[UUID]] = field(default_factory=dict)

    def seen(self, viewer: UUID | None) -> list[tuple[int, store.Row]]:
        """Give what somebody sees, by the words of Q31, Q32 and of the managers' rule."""
        numbered = list(enumerate(self.rows))
        if viewer is None:
            return numbered
        managed = {account for account, people in self.managers.items() if viewer in people}
        return [
            (number, row)
            for number, row in numbered
            if row.personal and (viewer in (row.performed_by, row.performed_for) or row.account in managed)
        ]

    def listed(self, viewer: UUID | None, filters: schemas.Filters, sort: str, language: Language) -> list[UUID]:
        """Give the ids of a whole list, in order."""
        rows = [one for one in self.seen(viewer) if _matches(viewer, one[1], filters)]
        # Python's sort is stable: first the newest first, then the column.
        rows.sort(key=lambda one: (one[1].occurred_at, one[0]), reverse=sort != "date")
        name = sort.lstrip("-")
        if name != "date":
            rows.sort(key=lambda one: _column(one[1], name, language), reverse=sort.startswith("-"))
            rows = _newest_first(rows, name, language)
        return [row.id for _, row in rows]


def _newest_first(rows: list, name: str, language: Language) -> list:
    """Put what is equal in the column in the order newest first, which reversing may have turned."""
    groups: dict[object, list] = {}
    for one in rows:
        groups.setdefault(_column(one[1], name, language), []).append(one)
    return [
        one
        for group in groups.values()
        for one in sorted(group, key=lambda one: (one[1].occurred_at, one[0]), reverse=True)
    ]


def _matches(viewer: UUID | None, row: store.Row, filters: schemas.Filters) -> bool:
    day = rules.day_of(row.occurred_at)
    return (
        (filters.from_day is None or day >= filters.from_day)
        and (filters.to_day is None or day <= filters.to_day)
        and (filters.file is None or (row.file_number or "").startswith(filters.file))
        and (filters.kind is None or row.kind == filters.kind)
        and (filters.performed_by is None or row.performed_by == filters.performed_by)
        and (filters.performed_for is None or row.performed_for == filters.performed_for)
        and (filters.account is None or row.account == filters.account)
        and (not filters.mine or row.performed_by == viewer)
    )


def _column(row: store.Row, name: str, language: Language) -> object:
    if name == "file":
        return (row.file_number or "").encode()
    if name == "kind":
        return queries.kinds_in_order(language).index(row.kind)
    person = row.performed_by if name == "by" else row.performed_for
    key = rules.sort_key((PEOPLE | ACCOUNTS).get(person, "")) if person else ""
    return f"{key} {person or ''}".encode()


def draw(random_: random.Random, number: int) -> store.Row:
    """Draw an activity."""
    by = random_.choice([*PEOPLE, None])
    account = random_.choice([*ACCOUNTS, None, None])
    for_ = account if account and random_.random() < 0.5 else random_.choice([*PEOPLE, by, by, None])
    kind = random_.choice(KINDS)
    moment = NEWEST - timedelta(hours=random_.choice((0, 1, 24 * random_.randrange(70), 24 * 400)))
    return store.Row(
        id=UUID(int=1_000_000 + number),
        kind=kind,
        file_number=random_.choice(FILES),
        performed_by=by,
        performed_by_name=(PEOPLE | ACCOUNTS).get(by) if by else None,
        performed_for=for_,
        performed_for_name=(PEOPLE | ACCOUNTS).get(for_) if for_ else None,
        account=account,
        occurred_at=moment,
        personal=activities.ACTIVITIES[kind].personal,
        correlation_id=None,
    )


async def lay(pool: Pool, random_: random.Random, count: int) -> Model:
    """Record random activities in batches, with months already there or not."""
    model = Model()
    async with pool.transaction() as connection:
        for person, name in PEOPLE.items():
            await commands.remember_person(connection, person, name, 1)
        for account, name in ACCOUNTS.items():
            model.managers[account] = set(random_.sample(list(PEOPLE), 2))
            await commands.remember_account(connection, account, name, model.managers[account], 1)
    await pool.fetchval("select create_activity_month('2026-02-03')")
    await add(pool, model, random_, count)
    return model


async def add(pool: Pool, model: Model, random_: random.Random, count: int) -> None:
    """Record more random activities, in batches of any size."""
    until = len(model.rows) + count
    while (there := len(model.rows)) < until:
        batch = [draw(random_, there + place) for place in range(random_.randrange(1, 40))]
        async with pool.transaction() as connection:
            await store.insert_activities(connection, batch)
        model.rows += batch
