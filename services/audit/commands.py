"""What audit does: remember names, record activities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from services.audit import rules, store
from services.audit.exports import store as exports
from services.audit.schemas import Outcome, Report
from services.audit.seal import store as seal
from shared import ids, requests
from shared.contracts import activities
from shared.messaging import forgetting
from shared.messaging.failures import NotYet

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

MONTHS_AHEAD = 3
LONG_LIST = 5_000
"""Rows from which on a list is counted; a shorter one is read whole, which takes a few milliseconds."""
GROWN = 3
"""Times the rows that a run of file numbers, or a group of runs, has when it is new: from then on it is cut again."""


@dataclass(slots=True, kw_only=True)  # not frozen, as each event makes one
class Heard:
    """What an event says that the register keeps.

    `news` is the name of a person, or of an account where `managers` says who manages it; `erased` a person who is to
    be forgotten; `application`, `key` and `file_number` are of what a connected application reported;
    `reason` is why an operator looked at somebody's screens.
    """

    event_id: UUID
    kind: str
    performed_by: UUID | None
    performed_for: UUID | None
    account: UUID | None = None
    occurred_at: datetime
    correlation_id: str | None
    news: store.Named | None = None
    managers: tuple[UUID, ...] | None = None
    erased: UUID | None = None
    application: str | None = None
    key: str | None = None
    file_number: str | None = None
    reason: str | None = None

    @property
    def people(self) -> set[UUID]:
        """Give those whose names are needed."""
        return {person for person in (self.performed_by, self.performed_for) if person}


NEVER = store.Named(UUID(int=0), "", -1)
UNHEARD = "the person has not been heard of yet"


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
        for party, low, below in await store.list_grown_runs(connection, GROWN):
            async with connection.transaction():
                await store.cut_run(connection, party, low, below)
        for party in await store.list_grown_groups(connection, GROWN):
            await store.group_runs(connection, party)


async def count_arrived(pool: Pool) -> None:
    """Count what has arrived since the last time."""
    while await store.count_arrived(pool):
        pass


async def prepare_months(pool: Pool) -> None:
    """Make the partitions of this month and of the coming ones."""
    for ahead in range(MONTHS_AHEAD + 1):
        if await store.create_month(pool, ahead):
            log.info("month made", ahead=ahead)


async def record_heard(connection: Connection, heard: Sequence[Heard]) -> None:
    """Record what came together, in its order, each once however often it comes: the event's id is the row's.

    `NotYet` when a person has not been heard of; `ValueError` when an application may not report that kind.
    """
    if any(one.news for one in heard):
        rows = await _rows_with_news(connection, heard)
    else:
        rows = [_row_of(one) for one in heard]
    try:
        fresh = await store.insert_activities(connection, rows)
    except store.Unheard as error:
        raise NotYet(UNHEARD) from error
    for one in heard:
        if one.reason and one.performed_for and one.event_id in fresh:
            await store.insert_reason(connection, one.event_id, one.performed_for, one.reason)
        if one.erased:
            await erase_person(connection, one.erased)


async def _rows_with_news(connection: Connection, heard: Sequence[Heard]) -> list[store.Row]:
    """Take what is said of people along, so that each row has the names of its moment."""
    known = await store.find_names(connection, {person for one in heard for person in one.people})
    rows = []
    for one in heard:
        if (news := one.news) and news.version > known.get(news.id, NEVER).version:
            known[news.id] = news
        rows.append(_named_row(one, known))
    for one in heard:
        if one.news and one.managers is not None:
            await remember_account(connection, one.news.id, one.news.name, one.managers, one.news.version)
        elif one.news:
            await remember_person(connection, one.news.id, one.news.name, one.news.version)
    return rows


async def erase_person(connection: Connection, person: UUID) -> None:
    """Take a person's name out of the register: what he did stays, and the log still verifies (Law 25, s. 23)."""
    await seal.erase_subject(connection, person)
    await exports.forget(connection, person)
    await store.delete_reasons(connection, person)
    await forgetting.forget(connection, person)


def _row_of(one: Heard) -> store.Row:
    """Give the row without the names, which are looked up as it is recorded."""
    if one.key and not rules.may_be_reported(one.kind):
        raise ValueError("an application may not report this kind")
    return store.Row(
        id=one.event_id,
        application=one.application,
        key=one.key,
        kind=one.kind,
        file_number=one.file_number,
        performed_by=one.performed_by,
        performed_for=one.performed_for,
        account=one.account,
        occurred_at=one.occurred_at,
        personal=activities.ACTIVITIES[one.kind].personal,
        correlation_id=one.correlation_id,
        named=False,
    )


def _named_row(one: Heard, known: Mapping[UUID, store.Named]) -> store.Row:
    if not all(person in known for person in one.people):
        raise NotYet(UNHEARD)
    row = _row_of(one)
    by = known[one.performed_by] if one.performed_by else None
    for_ = known[one.performed_for] if one.performed_for else None
    row.named = True
    row.performed_by_name = by.name or None if by else None
    row.performed_for_name = for_.name or None if for_ else None
    row.account = one.account or (for_.id if for_ and for_.company else None)
    return row


async def record_reports(connection: Connection, application: str, reports: Sequence[Report]) -> list[Outcome]:
    """Record what a connected application reports; each report is accepted once, by its key (design §6)."""
    known = await store.find_names(connection, _people(reports))
    rows = {report.key: _row(application, report, known) for report in reports if _outcome(report, known) is None}
    fresh = await store.insert_activities(connection, rows.values()) if rows else set()
    accepted = {key for key, row in rows.items() if row.id in fresh}
    return [_outcome(report, known) or _settle(report.key, accepted) for report in reports]


def _settle(key: str, accepted: set[str]) -> Outcome:
    """Name the first of a key accepted and what repeats it a duplicate."""
    if key in accepted:
        accepted.discard(key)
        return Outcome.ACCEPTED
    return Outcome.DUPLICATE


def _people(reports: Iterable[Report]) -> set[UUID]:
    return {person for report in reports for person in (report.performed_by, report.performed_for)}


def _outcome(report: Report, known: Mapping[UUID, store.Named]) -> Outcome | None:
    if not rules.may_be_reported(report.kind):
        return Outcome.UNKNOWN_KIND
    if report.performed_by not in known or report.performed_for not in known:
        return Outcome.UNKNOWN_PERSON
    return None


def _row(application: str, report: Report, known: Mapping[UUID, store.Named]) -> store.Row:
    heard = Heard(
        event_id=ids.uuid7(),
        application=application,
        key=report.key,
        kind=report.kind,
        file_number=report.file_number,
        performed_by=report.performed_by,
        performed_for=report.performed_for,
        occurred_at=report.occurred_at,
        correlation_id=requests.current().correlation_id,
    )
    return _named_row(heard, known)
