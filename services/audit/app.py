"""Composition of audit."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from services.audit import routes, subscribers, workers
from services.audit.settings import Settings
from shared import service
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.web import server


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What audit's endpoints use."""

    pool: Pool


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; nothing is opened here."""
    del settings
    deps = Deps(pool=infra.pool)
    return service.Service(
        name="audit",
        app=server.make_app("audit", routes.ROUTES, deps, infra),
        areas=(Area("audit", resources.files("services.audit") / "sql/migrations"),),
        subscriptions=subscribers.SUBSCRIPTIONS,
        workers=workers.table(infra.pool),
    )
