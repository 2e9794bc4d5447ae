"""Templates over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from examples.permits import access, queries, schemas
from examples.permits.api import caller
from examples.permits.commands import templates
from examples.permits.rules import Right
from shared.web.routing import Call

if TYPE_CHECKING:
    from examples.permits.app import Deps


async def list_templates(call: Call[Deps], account: UUID) -> schemas.Templates:
    """List a company’s templates, for those who submit by them and those who manage them."""
    deps = call.deps
    await access.ensure_right(deps.mandat, call.principal.user_id, account, Right.TEMPLATES, Right.SUBMIT)
    return await queries.list_templates(deps.pool, account)


async def make(call: Call[Deps], account: UUID, body: schemas.NewTemplate) -> schemas.Template:
    """Make a template [Gérer les modèles]."""
    made = await templates.make(call.connection, call.deps.mandat, caller(call), account, body)
    call.deps.wake.call()
    return schemas.Template(**dict(made))


async def change(call: Call[Deps], account: UUID, template_id: UUID, body: schemas.NewTemplate) -> schemas.Template:
    """Change a template."""
    made = await templates.change(call.connection, call.deps.mandat, caller(call), account, template_id, body)
    call.deps.wake.call()
    return schemas.Template(**dict(made))


async def remove(call: Call[Deps], account: UUID, template_id: UUID) -> None:
    """Remove a template."""
    await templates.remove(call.connection, call.deps.mandat, caller(call), account, template_id)
    call.deps.wake.call()
