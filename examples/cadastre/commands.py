"""What cadastre does. Each act asks Mandat last, just before it commits (decision 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from examples.cadastre import rules, schemas, store
from examples.connected import sayings
from shared import ids
from shared.contracts.problems import cadastre as problems
from shared.contracts.problems import common

if TYPE_CHECKING:
    from asyncpg import Record

    from examples.cadastre.mandat import Mandat
    from shared.db.pool import Connection


async def open_file(connection: Connection, new: schemas.NewFile) -> None:
    """Open a file; `file-exists` when the number is taken."""
    if not await store.insert_file(connection, new):
        raise problems.FileExists


async def post_message(connection: Connection, number: str, new: schemas.NewMessage) -> Record:
    """Put a message on a file and alert the surveyor responsible, nobody else (Q11)."""
    file = await store.find_file(connection, number)
    if file is None:
        raise common.NotFound
    message = await store.insert_message(connection, number, new)
    alert = {
        "key": f"message-{message['id']}",
        "responsible": str(file["responsible"]),
        "file_number": number,
        "kind": new.kind,
        "occurred_at": message["posted_at"].isoformat(),
    }
    await sayings.keep(connection, "alert", alert)
    return message


async def act(
    connection: Connection,
    mandat: Mandat,
    act: rules.Act,
    performer: UUID,
    surveyor: UUID,
    *,
    file_number: str | None = None,
    details: dict[str, Any] | None = None,
) -> Record:
    """Do something through a service: record it, report it, and ask whether it may be, in that order.

    The question comes last so that what a delegate has begun is refused at commit when the
    delegation has ended meanwhile (decision 6).
    """
    if file_number is not None and not await store.lock_file(connection, file_number, surveyor):
        raise common.NotFound
    request = await store.insert_request(connection, act.service, file_number, performer, surveyor, details or {})
    await _report(connection, act, f"request-{request['id']}", performer, surveyor, file_number)
    await mandat.ensure_allowed(performer, surveyor, act.action)
    return request


async def read_file(connection: Connection, mandat: Mandat, number: str, performer: UUID, surveyor: UUID) -> int:
    """Mark a file's messages read, for the surveyor too when a delegate reads (Q12); give how many were unread."""
    file = await store.find_file(connection, number)
    if file is None or file["responsible"] != surveyor:
        raise common.NotFound
    followed = rules.FOLLOW_FILE if file["domain"] == schemas.Domain.CADASTRE else rules.FOLLOW_SURVEY
    read = await store.read_messages(connection, number, performer)
    if read:
        await _report(connection, followed, f"reading-{ids.uuid7()}", performer, surveyor, number)
    await mandat.ensure_allowed(performer, surveyor, followed.action)
    return read


async def extend_closing(
    connection: Connection, mandat: Mandat, number: str, new: schemas.Extension, performer: UUID, surveyor: UUID
) -> Record:
    """Set a later closing date for a file (Q36); `validation-failed` for one that is not later."""
    details = {"closes_on": new.closes_on.isoformat()}
    done = await act(connection, mandat, rules.EXTEND_CLOSING, performer, surveyor, file_number=number, details=details)
    if not await store.update_closing(connection, number, new.closes_on):
        fault = {"pointer": "/closes_on", "code": "not_later", "detail": rules.NOT_LATER}
        raise common.ValidationFailed(errors=[fault])
    return done


async def _report(
    connection: Connection, act: rules.Act, key: str, performer: UUID, surveyor: UUID, file_number: str | None
) -> None:
    activity = {
        "key": key,
        "kind": act.activity,
        "performed_by": str(performer),
        "performed_for": str(surveyor),
        "file_number": file_number,
        "occurred_at": (await connection.fetchval("select now()")).isoformat(),
    }
    await sayings.keep(connection, "activity", activity)
