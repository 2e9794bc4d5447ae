"""What audit does: remember names, record activities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from services.audit import rules, store
from services.audit.schemas import Outcome, Report
from shared import ids, requests
from shared.contracts import activities

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

MONTHS_AHEAD = 3
LONG_LIST = 5_000
"""Rows from which on a list is counted; a shorter one is read whole, which takes a few milliseconds."""
LONG_RUN = 3_000


async def remember_person(connection: Connection, person: UUID, name: str, version: int) -> None:
    """Keep the name under which a person's coming activities are recorded."""
    await store.upsert_person(connection, person, name, rules.sort_key(name), version)


async def remember_account(
    connection: Connection, account: UUID, name: str, managers: Iterable[UUID], version: int
) -> None:
    """Keep the name of a business account, and who manages it and so sees what is done for it."""
    if await store.upsert_company(connection, account, name, rules.sort_key(name), version):
        await store.replace_managers(connection, account, managers)


async def prepare_lists(pool: Pool) -> None:
    """Begin to count the lists that have grown long, and cut the runs of file numbers that have grown."""
    for party in await store.list_long(pool, LONG_LIST):
        await store.track(pool, party)
        log.info("list is counted", party=str(party))
    async with pool.connection() as connection:
        for party, low, below in await store.list_grown_runs(connection, LONG_RUN):
            async with connection.transaction():
                await store.cut_run(connection, party, low, below)


async def prepare_months(pool: Pool) -> None:
    """Make the partitions of this month and of the coming ones."""
    for ahead in range(MONTHS_AHEAD + 1):
        if await store.create_month(pool, ahead):
            log.info("month made", ahead=ahead)


async def record(
    connection: Connection,
    *,
    event_id: UUID,
    kind: str,
    performed_by: UUID | None,
    performed_for: UUID | None,
    occurred_at: datetime,
    names: dict[UUID, str],
    correlation_id: str | None,
) -> None:
    """Record what an event says, once however often it comes: the event's id is the row's."""
    by, for_ = (names.get(person) if person else None for person in (performed_by, performed_for))
    row = store.Row(
        id=event_id,
        kind=kind,
        performed_by=performed_by,
        performed_by_name=by,
        performed_for=performed_for,
        performed_for_name=for_,
        occurred_at=occurred_at,
        personal=activities.ACTIVITIES[kind].personal,
        correlation_id=correlation_id,
    )
    await store.insert_activities(connection, [row])


async def record_reports(connection: Connection, application: str, reports: Sequence[Report]) -> list[Outcome]:
    """Record what a connected application reports; each report is accepted once, by its key (design §6)."""
    names = await store.find_names(connection, _people(reports))
    rows = {report.key: _row(application, report, names) for report in reports if _outcome(report, names) is None}
    fresh = await store.insert_activities(connection, rows.values()) if rows else set()
    accepted = {key for key, row in rows.items() if row.id in fresh}
    return [_outcome(report, names) or _settle(report.key, accepted) for report in reports]


def _settle(key: str, accepted: set[str]) -> Outcome:
    """Name the first of a key accepted and what repeats it a duplicate."""
    if key in accepted:
        accepted.discard(key)
        return Outcome.ACCEPTED
    return Outcome.DUPLICATE


def _people(reports: Iterable[Report]) -> set[UUID]:
    return {person for report in reports for person in (report.performed_by, report.performed_for)}


def _outcome(report: Report, names: dict[UUID, str]) -> Outcome | None:
    if not rules.may_be_reported(report.kind):
        return Outcome.UNKNOWN_KIND
    if report.performed_by not in names or report.performed_for not in names:
        return Outcome.UNKNOWN_PERSON
    return None


def _row(application: str, report: Report, names: dict[UUID, str]) -> store.Row:
    by, for_ = names[report.performed_by], names[report.performed_for]
    return store.Row(
        id=ids.uuid7(),
        application=application,
        key=report.key,
        kind=report.kind,
        file_number=report.file_number,
        performed_by=report.performed_by,
        performed_by_name=by,
        performed_for=report.performed_for,
        performed_for_name=for_,
        occurred_at=report.occurred_at,
        personal=True,
        correlation_id=requests.current().correlation_id,
    )
