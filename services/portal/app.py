"""Composition of the portal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import routes, site, store
from services.portal.applications import Application, Contract, following
from services.portal.backend import Backend
from services.portal.narrowing import Narrowing
from services.portal.rendering import Assets, Renderer
from services.portal.routing import Addresses
from services.portal.sessions import Sessions
from shared import service
from shared.db.migrate import Area

if TYPE_CHECKING:
    from services.portal.settings import Settings
    from shared.db.pool import Pool

AREA = Area("portal", resources.files("services.portal") / "sql/migrations")
HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What the pages use."""

    pool: Pool
    settings: Settings
    backend: Backend
    sessions: Sessions
    narrowing: Narrowing
    addresses: Addresses
    renderer: Renderer
    assets: Assets
    cookies: site.Names

    @property
    def further_accounts(self) -> tuple[Application, ...]:
        """The further applications that companies use."""
        return following(Contract.ACCOUNTS, self.settings.applications)


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; it answers at `/`, beside the other services where they share a process."""
    backend, assets, pages = Backend(settings, infra.http), Assets(), routes.pages(settings.applications)
    deps = Deps(
        pool=infra.pool,
        settings=settings,
        backend=backend,
        sessions=Sessions(pool=infra.pool, backend=backend, settings=settings),
        narrowing=Narrowing(backend=backend),
        addresses=Addresses(pages),
        renderer=Renderer(assets, settings.applications),
        assets=assets,
        cookies=site.Names.of(secure=settings.secure),
    )
    return service.Service(
        name="portal",
        app=web.Application(),
        at_root=lambda root: site.mount(root, deps, pages, routes.WITHOUT_LANGUAGE),
        areas=(AREA,),
        workers=(service.every("portal.forget", HOUR, partial(store.forget_old, infra.pool, settings.idle)),),
        speaks=False,
    )
