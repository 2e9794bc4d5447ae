"""Templates of a company: models of applications [Gérer les modèles]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from examples.permits import access, rules, store
from examples.permits.commands import telling
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from examples.permits import schemas
    from examples.permits.commands.telling import Person
    from examples.permits.mandat import Mandat
    from shared.db.pool import Connection


async def make(
    connection: Connection, mandat: Mandat, person: Person, account: UUID, new: schemas.NewTemplate
) -> Record:
    """Make a template (`template-name-taken`)."""
    content = new.content.model_dump(mode="json")
    template = await store.insert_template(connection, account, new.name, content, person.name)
    await _told(connection, mandat, person, account)
    if template is None:
        raise problems.TemplateNameTaken
    return template


async def change(
    connection: Connection, mandat: Mandat, person: Person, account: UUID, template_id: UUID, new: schemas.NewTemplate
) -> Record:
    """Change a template (`not-found`, `template-name-taken`)."""
    await access.ensure_right(mandat, person.id, account, rules.TEMPLATE.right)
    content = new.content.model_dump(mode="json")
    try:
        template = await store.update_template(connection, template_id, account, new.name, content, person.name)
    except asyncpg.UniqueViolationError as error:
        raise problems.TemplateNameTaken from error
    if template is None:
        raise common.NotFound
    await _told(connection, mandat, person, account)
    return template


async def remove(connection: Connection, mandat: Mandat, person: Person, account: UUID, template_id: UUID) -> None:
    """Remove a template (`not-found`)."""
    removed = await store.delete_template(connection, template_id, account)
    await _told(connection, mandat, person, account)
    if not removed:
        raise common.NotFound


async def _told(connection: Connection, mandat: Mandat, person: Person, account: UUID) -> None:
    await telling.report(connection, rules.TEMPLATE, person, for_=None, number=None, account=account)
    await access.ensure_right(mandat, person.id, account, rules.TEMPLATE.right)
