"""Files of an application: taken when they are what they say, kept once by their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.permits import access, contents, rules, store
from examples.permits.commands import applications, telling
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from examples.permits.commands.telling import Person
    from examples.permits.mandat import Mandat
    from examples.permits.storage import Received
    from shared.db.pool import Connection


async def add(
    connection: Connection, mandat: Mandat, person: Person, application_id: UUID, received: Received, name: str
) -> Record:
    """Add a file that lies on the disk (O13: upload); the same content again is the file that is there.

    `file-not-taken`, `too-many-files`, `application-closed`, `refused`.
    """
    application = await applications.lock(connection, application_id)
    kind = contents.recognise(received.head, received.tail)
    if kind is None:
        raise problems.FileNotTaken
    await access.ensure(mandat, application, person.id, rules.UPLOAD.right)
    rules.ensure_open(rules.State(application["state"]))
    if same := await store.find_same_file(connection, application_id, received.sha256):
        return same
    rules.ensure_room(await store.count_files(connection, application_id))
    named = contents.safe_name(name, kind), kind.media_type
    file = await store.insert_file(connection, application_id, received, named, person.named)
    await telling.acted(connection, rules.UPLOAD, application, person)
    return file


async def remove(connection: Connection, mandat: Mandat, person: Person, application_id: UUID, file_id: UUID) -> None:
    """Remove a file; its bytes are swept when nobody can be reading them any more."""
    application = await applications.lock(connection, application_id)
    await access.ensure(mandat, application, person.id, rules.REMOVE.right)
    rules.ensure_open(rules.State(application["state"]))
    if not await store.delete_file(connection, application_id, file_id):
        raise common.NotFound
    await telling.acted(connection, rules.REMOVE, application, person)
