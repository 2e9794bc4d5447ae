"""Whatever happened: nobody sees a row that the rules do not give him, and everybody sees all that they do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from services.audit import commands, queries, schemas, store, store_lists, subscribers
from services.audit.exports import plain, rows
from services.audit.schemas import Listing
from shared import substrate
from shared.contracts.people import Language
from shared.db.pool import Pool
from shared.messaging.consumer import Consumer
from tests.chaos import scorecard
from tests.integration.audit.histories import ACCOUNTS, PEOPLE, Done, History, steps
from tests.integration.audit.test_subscribers import AREA, NOON

EXAMPLES = scorecard.count(15, 1000)
Shown = Counter[tuple[str, str | None, str | None]]


@pytest.fixture
async def pool(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    one = await Pool.open(await database(*substrate.AREAS, AREA), name="audit", size=4)
    yield one
    await one.close()


def expected(history: History, viewer: int) -> Shown:
    def name(number: int | None, account: int | None = None) -> str | None:
        if number is None:
            return None if account is None else str(history.business(account))
        return str(history.person(number))

    def row(one: Done) -> tuple[str, str | None, str | None]:
        # Only what was done for a business as such has it in the column of those for whom.
        whole = one.account if one.kind in ("lot.reserved", "account.changed") else None
        return one.kind, name(one.by), name(one.for_, whole)

    return Counter(row(one) for one in history.seen(viewer))


def shown(items: list[Any]) -> Shown:
    def name(one: Any) -> str | None:
        return str(one.id) if one.id else None

    return Counter((one.kind, name(one.performed_by), name(one.performed_for)) for one in items)


async def listed(pool: Pool, history: History, viewer: int, sort: str) -> tuple[list[Any], set[int]]:
    items: list[Any] = []
    totals: set[int] = set()
    page: schemas.Page | None = None
    while page is None or page.next:
        asked = Listing(sort=schemas.Sort(sort), size=7, after=page.next if page else None)
        page = await queries.list_activities(pool, history.person(viewer), asked, Language.FR)
        items += page.items
        totals.add(page.total)
    return items, totals


async def exported(pool: Pool, history: History, viewer: int) -> int:
    asked = rows.Asked(
        pool=pool,
        viewer=history.person(viewer),
        name="x",
        query=schemas.Sorted(),
        language=Language.FR,
        made_at=NOON,
    )
    parts = [part async for part in plain.write_csv(asked, rows.unheard)]
    return b"".join(parts).count(b"\r\n") - 1


async def look(pool: Pool, history: History, viewer: int) -> None:
    """Compare everything in which a person could see a row with what the rules give him."""
    right = expected(history, viewer)
    for sort in ("-date", "date", "file", "by", "-for", "kind"):
        items, totals = await listed(pool, history, viewer, sort)
        assert right == shown(items)
        assert {right.total()} == totals
    bars = await queries.draw_histogram(pool, history.person(viewer), schemas.Filters(), date(2026, 11, 27))
    assert right.total() == sum(bar.count for bar in bars.bars)
    assert right.total() == await exported(pool, history, viewer)
    choices = await queries.list_filters(pool, history.person(viewer), Language.FR)
    assert {kind for kind, *_ in right} == {kind.tag for kind in choices.kinds}
    assert {by for _, by, _ in right if by} == {str(one.id) for one in choices.performed_by}


async def live(pool: Pool, happened: list[tuple[Any, ...]]) -> None:
    history = History()
    consumer = Consumer("audit", pool, subscribers.SUBSCRIPTIONS)
    await consumer.receive(history.begin())
    # Some come together and some alone, as a bus brings them.
    for begin in range(0, len(happened), 3):
        await consumer.receive([one for step in happened[begin : begin + 3] for one in history.tell(*step)])
    for viewer in range(PEOPLE):
        await look(pool, history, viewer)
    for party in (*map(history.person, range(PEOPLE)), *map(history.business, range(ACCOUNTS))):
        await store.track(pool, party)
    for viewer in range(PEOPLE):
        await look(pool, history, viewer)


async def explore(pool: Pool, examples: int) -> None:
    """Let hypothesis draw histories, in a thread; the database stays with this loop."""
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not scorecard.FULL,
        phases=(Phase.generate, Phase.shrink) if scorecard.FULL else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(steps)
    def one(happened: list[tuple[Any, ...]]) -> None:
        asyncio.run_coroutine_threadsafe(live(pool, happened), loop).result(120)

    await asyncio.to_thread(one)


@pytest.mark.item("Q31")
@pytest.mark.item("Q32")
@pytest.mark.item("O13")
async def test_nobody_sees_a_row_that_the_rules_do_not_give_and_everybody_sees_all_that_they_do(pool: Pool) -> None:
    await explore(pool, EXAMPLES)


async def _stays(connection: Any, account: Any, managers: Any) -> None:
    for one in managers:
        await connection.execute("insert into manager values ($1, $2) on conflict do nothing", one, account)


def _rewrite(patch: pytest.MonkeyPatch, old: str, new: str) -> None:
    right = store_lists.SQL["for_viewer"]
    assert old in right
    patch.setattr(store_lists, "SQL", {**store_lists.SQL, "for_viewer": right.replace(old, new)})


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "who is no longer a manager still sees": lambda patch: patch.setattr(store, "replace_managers", _stays),
    "what is for operators is shown": lambda patch: _rewrite(patch, " and personal", ""),
    "what others did for him is hidden": lambda patch: _rewrite(patch, "where ", "where false and "),
    "a delegator’s removals are shown to nobody": lambda patch: patch.setattr(
        commands, "_row_of", _without_removals(commands._row_of)
    ),
}


def _without_removals(make: Any) -> Any:
    def made(one: Any) -> Any:
        row = make(one)
        row.personal = row.personal and one.kind != "delegate.removed"
        return row

    return made


@pytest.mark.parametrize("plant", PLANTED)
async def test_rule_that_is_broken_is_noticed(pool: Pool, plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[plant](monkeypatch)
    with pytest.raises(AssertionError):
        await explore(pool, 100)
