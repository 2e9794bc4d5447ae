"""An operator looks at a person's screens: for a quarter of an hour, with a reason that the person is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from services.identity import rules, store_looks
from services.identity.commands import operators, passwords, speaking
from shared import ids
from shared.contracts.events import identity as events
from shared.contracts.problems import common

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.schemas import NewLook
    from services.identity.store import Person
    from shared.db.pool import Connection

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Begun:
    """A look that runs."""

    id: UUID
    person: Person
    ends_at: datetime


async def begin(deps: Deps, operator: Person, session_id: UUID, wanted: NewLook, address: str) -> Begun:
    """Begin a look once the operator typed his password (`not-found`, `wrong-password`, `too-many-requests`).

    It is said in the same transaction: who is looked at is told before a page is shown.
    """
    await passwords.ensure_password(deps, operator, wanted.password.get_secret_value(), address)
    look_id = ids.uuid7()
    async with deps.pool.transaction() as connection:
        person = await operators.hold(connection, wanted.username)
        lifetime = rules.LOOK_LIFETIME
        ends_at = await store_looks.insert_look(connection, look_id, session_id, person.id, wanted.reason, lifetime)
        more = {"look": look_id, "reason": wanted.reason, "ends_at": ends_at}
        await speaking.announce(connection, events.LookBegun, person.id, **more)
    log.info("look begun", look=str(look_id), person=str(person.id))
    return Begun(look_id, person, ends_at)


async def end(connection: Connection, look_id: UUID, session_id: UUID) -> None:
    """End a look (`not-found` when it does not run in this session)."""
    if not await store_looks.end_look(connection, look_id, session_id):
        raise common.NotFound
