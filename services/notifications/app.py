"""Composition of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from services.notifications import routes, subscribers, workers
from services.notifications.settings import Settings
from shared import service
from shared.crypto import sealing
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.web import server


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What notifications' endpoints use."""

    pool: Pool
    settings: Settings


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; the key that opens sealed parts is read, nothing else is opened here."""
    deps = Deps(pool=infra.pool, settings=settings)
    opener = sealing.Opener.load(settings.secrets)
    return service.Service(
        name="notifications",
        app=server.make_app("notifications", routes.ROUTES, deps, infra),
        areas=(Area("notifications", resources.files("services.notifications") / "sql/migrations"),),
        subscriptions=subscribers.table(settings),
        workers=workers.table(infra.pool, settings, opener),
    )
