"""Composition of audit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib import resources

from services.audit import routes, subscribers, workers
from services.audit.exports.desk import Desk
from services.audit.seal import keys
from services.audit.seal.sealer import Sealer
from services.audit.settings import Settings
from shared import service
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.web import server


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What audit's endpoints use."""

    pool: Pool
    settings: Settings
    desk: Desk


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; nothing is opened here. A key file that is wrong stops the start."""
    deps = Deps(pool=infra.pool, settings=settings, desk=Desk(settings))
    sealer = Sealer(
        pool=infra.pool, name=settings.register_name, secrets=settings.secrets, folder=settings.register_folder
    )

    async def ensure() -> None:
        await asyncio.to_thread(keys.load, settings.secrets, settings.register_name)

    return service.Service(
        name="audit",
        app=server.make_app("audit", routes.ROUTES, deps, infra),
        areas=(Area("audit", resources.files("services.audit") / "sql/migrations"),),
        subscriptions=subscribers.SUBSCRIPTIONS,
        workers=workers.table(infra.pool, sealer, settings, deps.desk),
        ensure=ensure,
    )
