"""Erasing a person who asked for it, or whose purpose is met (Law 25, s. 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from services.identity import store
from services.identity.commands import operators, registration
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.pool import Connection

log = structlog.get_logger()


async def erase_person(connection: Connection, username: str) -> UUID:
    """Remove a person for good and have every service forget him (`not-found`, `last-operator`)."""
    person = await operators.find(connection, username)
    if await store.lock_person(connection, person.id) is None:
        raise common.NotFound  # erased by another in this moment
    if await store.lock_operators(connection) == [person.id]:
        raise problems.LastOperator
    await registration.forget(connection, person.id)
    log.info("person erased", person=str(person.id))
    return person.id
