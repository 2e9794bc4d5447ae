"""Composition of permits."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import aiohttp

from examples.connected import sayings
from examples.permits import mandat, routes, storage, workers
from examples.permits.settings import Settings
from shared import service
from shared.crypto import signatures
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.web import server

AREA = Area("permits", resources.files("examples.permits") / "sql/migrations")


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What permits' endpoints and workers use; `signer` is the payment provider's."""

    pool: Pool
    http: aiohttp.ClientSession
    mandat: mandat.Mandat
    storage: storage.Storage
    signer: signatures.Signer
    wake: sayings.Wake
    saying_days: int


def compose(settings: Settings, infra: service.Infra) -> Deps:
    """Give what the endpoints use; keys are read, nothing else is opened here."""
    return Deps(
        pool=infra.pool,
        http=infra.http,
        mandat=mandat.Mandat(settings, infra.http),
        storage=storage.Storage(settings.uploads),
        signer=signatures.Signer.load(settings.secrets, "payment"),
        wake=sayings.Wake(),
        saying_days=settings.saying_days,
    )


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the application."""
    deps = compose(settings, infra)
    return service.Service(
        name="permits",
        app=server.make_app("permits", routes.ROUTES, deps, infra),
        areas=(AREA,),
        workers=workers.table(deps),
        speaks=False,
    )
