"""Composition of cadastre."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from examples.cadastre import mandat, routes, workers
from examples.cadastre.settings import Settings
from examples.connected import sayings
from shared import service
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.web import server


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What cadastre's endpoints use."""

    pool: Pool
    mandat: mandat.Mandat
    wake: sayings.Wake


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the application; nothing is opened here."""
    wake = sayings.Wake()
    deps = Deps(pool=infra.pool, mandat=mandat.Mandat(settings, infra.http), wake=wake)
    return service.Service(
        name="cadastre",
        app=server.make_app("cadastre", routes.ROUTES, deps, infra),
        areas=(Area("cadastre", resources.files("examples.cadastre") / "sql/migrations"),),
        workers=workers.table(infra.pool, deps.mandat, wake, settings.saying_days),
        speaks=False,
    )
