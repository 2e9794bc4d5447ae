"""Reads for cadastre's screens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from examples.cadastre import schemas, store
from shared.contracts.problems import common

if TYPE_CHECKING:
    from shared.db.pool import Pool


async def list_files(pool: Pool, surveyor: UUID, domain: schemas.Domain) -> schemas.Files:
    """Give a surveyor's files with their unread marks (Q12)."""
    rows = await store.list_files(pool, surveyor, domain)
    return schemas.Files(files=[schemas.File(**dict(row)) for row in rows])


async def find_file(pool: Pool, surveyor: UUID, number: str) -> schemas.FileWithMessages:
    """Give one file with its messages; `not-found` when it is not the surveyor's."""
    for domain in schemas.Domain:
        for row in await store.list_files(pool, surveyor, domain, number):
            messages = [schemas.Message(**dict(message)) for message in await store.list_messages(pool, number)]
            return schemas.FileWithMessages(**dict(row), messages=messages)
    raise common.NotFound


async def list_requests(pool: Pool, surveyor: UUID) -> schemas.Requests:
    """Give the newest requests made in a surveyor's name."""
    rows = await store.list_requests(pool, surveyor)
    return schemas.Requests(requests=[schemas.Request(**dict(row)) for row in rows])
