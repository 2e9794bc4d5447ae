"""Composition of delegation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from services.delegation import routes, rules, store, subscribers, workers
from services.delegation.past import store as past
from services.delegation.settings import Catalogue, Service, Settings, load_catalogue
from shared import service
from shared.crypto import keyring, signing
from shared.db.coalesce import Coalescer, Lanes
from shared.db.migrate import Area
from shared.web import server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from uuid import UUID

    from shared.db.pool import Pool

AREA = Area("delegation", Path(str(resources.files("services.delegation") / "sql/migrations")))


LANES = 2
"""Statements that write designations at once: while one waits for the disk, the other works."""


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What delegation's endpoints use. `services` are those of the catalogue by id and by permission."""

    pool: Pool
    settings: Settings
    catalogue: Catalogue
    services: Mapping[str, Service]
    keys: signing.SigningKeys
    facts: Coalescer[tuple[UUID, UUID], rules.Facts]
    then: Callable[[Sequence[rules.Asked]], Awaitable[Sequence[rules.Facts]]]
    standings: Coalescer[tuple[UUID, UUID], store.Standing]
    designations: Lanes[store.Designation, bool]


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; `CatalogueInvalid` and `KeyFileWrong` stop the start."""
    catalogue = load_catalogue(settings.catalogue)
    keys = signing.SigningKeys(infra.pool, keyring.Keyring.load(settings.secrets, "delegation"))
    deps = Deps(
        pool=infra.pool,
        settings=settings,
        catalogue=catalogue,
        services=catalogue.by_name(),
        keys=keys,
        facts=Coalescer(partial(store.list_facts, infra.pool)),
        then=partial(past.list_facts_at, infra.pool),
        standings=Coalescer(partial(store.list_standings, infra.pool)),
        designations=Lanes(
            partial(store.insert_designations, infra.pool), lambda one: one.added.delegator.id, most=100, of=LANES
        ),
    )
    return service.Service(
        name="delegation",
        app=server.make_app("delegation", routes.ROUTES, deps, infra),
        areas=(AREA, signing.AREA),
        subscriptions=subscribers.SUBSCRIPTIONS,
        workers=workers.table(keys),
        ensure=keys.ensure,
    )
