"""Composition of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from services.accounts import pins, provider, routes, store_members, store_past, subscribers, workers
from services.accounts.rules.members import Member
from services.accounts.settings import Settings
from shared import service
from shared.crypto import keyring, sealing, signatures
from shared.db.coalesce import Coalescer
from shared.db.migrate import Area
from shared.web import server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.crypto.verify import TokenVerifier
    from shared.db.pool import Pool

AREA = Area("accounts", Path(str(resources.files("services.accounts") / "sql/migrations")))


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What accounts' endpoints use."""

    pool: Pool
    settings: Settings
    secrets: pins.Secrets
    bank: keyring.Keyring
    provider: provider.Provider
    tokens: TokenVerifier
    facts: Coalescer[tuple[UUID, UUID], Member | None]
    then: Callable[[Sequence[tuple[UUID, UUID, datetime]]], Awaitable[Sequence[Member | None]]]


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service; keys are read, nothing else is opened here."""
    secrets = pins.Secrets(
        pins=keyring.Keyring.load(settings.secrets, "pin"), sealer=sealing.Sealer.load(settings.secrets)
    )
    deps = Deps(
        pool=infra.pool,
        settings=settings,
        secrets=secrets,
        bank=keyring.Keyring.load(settings.secrets, "bank"),
        provider=provider.Provider(settings, infra.http, signatures.Signer.load(settings.secrets, provider.SECRET)),
        tokens=infra.tokens,
        facts=Coalescer(partial(store_members.list_facts, infra.pool)),
        then=partial(store_past.list_facts_at, infra.pool),
    )
    return service.Service(
        name="accounts",
        app=server.make_app("accounts", routes.ROUTES, deps, infra),
        areas=(AREA,),
        subscriptions=subscribers.SUBSCRIPTIONS,
        workers=workers.table(deps),
    )
