"""The copies of people that accounts keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store

if TYPE_CHECKING:
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection


async def remember_person(connection: Connection, user: User, version: int) -> None:
    """Keep the copy of a person, who may claim when verified."""
    await store.upsert_person(connection, user, version)


async def forget_person(connection: Connection, user: User, version: int) -> None:
    """Keep of a person the id and the version alone."""
    blank = dict.fromkeys(("username", "first_name", "last_name", "email"), "")
    await store.upsert_person(connection, user.model_copy(update={**blank, "verified": False}), version, gone=True)
