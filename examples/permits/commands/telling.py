"""What is told of an act: the register hears of it, those concerned are alerted, and what it settles is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from examples.connected import sayings
from examples.permits import store
from shared import ids

if TYPE_CHECKING:
    from asyncpg import Record

    from examples.permits import rules
    from shared.db.pool import Connection


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a user of identity by id and name."""

    id: UUID
    name: str

    @property
    def named(self) -> tuple[UUID, str]:
        """Give id and name."""
        return self.id, self.name


async def acted(connection: Connection, act: rules.Act, application: Record, person: Person) -> None:
    """Report an act on an application, remember who acts for its company, and settle what the city asked for."""
    account = application["account"] if application["client"] != person.id else None
    if account is not None:
        await store.insert_follower(connection, application["id"], person.id)
    if act.settles:
        await store.settle_actions(connection, application["id"], act.settles)
    await report(
        connection,
        act,
        person,
        for_=application["client"],
        number=application["number"],
        account=account,
    )


async def report(
    connection: Connection,
    act: rules.Act,
    person: Person,
    *,
    for_: UUID | None,
    number: str | None,
    account: UUID | None,
) -> None:
    """Have an activity reported: by whom, and for which company; else for the client."""
    activity = {
        "key": f"act-{ids.uuid7()}",
        "kind": act.activity,
        "performed_by": str(person.id),
        "performed_for": str(account or for_ or person.id),
        "file_number": number,
        "occurred_at": (await connection.fetchval("select now()")).isoformat(),
    }
    await sayings.keep(connection, "activity", activity)


async def alert(connection: Connection, application: Record, message: Record) -> None:
    """Alert the client, and those who act for the company as long as they may (Q11 for permits)."""
    account = application["account"]
    followers = [(person, account) for person in await store.list_followers(connection, application["id"])]
    client = [(application["client"], None)] if application["client"] else []
    for person, of_company in {*client, *followers}:
        body = {
            "key": f"message-{message['id']}-{person}",
            "responsible": str(person),
            "file_number": application["number"],
            "kind": "message",
            "about": "application",
            "occurred_at": message["posted_at"].isoformat(),
            "account": str(of_company) if of_company else None,
        }
        await sayings.keep(connection, "alert", body)
