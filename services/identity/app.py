"""Composition of identity."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from services.identity import routes, workers
from services.identity.commands import strength
from services.identity.deps import Deps
from services.identity.hashing import Hasher
from shared import service
from shared.crypto import signing
from shared.crypto.keyring import Keyring
from shared.crypto.sealing import Sealer
from shared.db.migrate import Area
from shared.web import server

if TYPE_CHECKING:
    from services.identity.settings import Settings

AREA = Area("identity", resources.files("services.identity") / "sql/migrations")


def compose(settings: Settings, infra: service.Infra) -> Deps:
    """Gather what the service uses; its keys are read from the folder of secrets."""
    keyring = Keyring.load(settings.secrets, "identity")
    hasher = Hasher(settings.hash_threads)
    hasher.prepare()
    return Deps(
        pool=infra.pool,
        settings=settings,
        signing=signing.SigningKeys(infra.pool, keyring),
        hasher=hasher,
        sealer=Sealer.load(settings.secrets),
        keyring=keyring,
        common=strength.load_common(),
    )


def assemble(deps: Deps, infra: service.Infra) -> service.Service:
    """Make the service of its parts."""
    return service.Service(
        name="identity",
        app=server.make_app("identity", routes.ROUTES, deps, infra),
        areas=(AREA, signing.AREA),
        workers=workers.table(deps),
        ensure=deps.signing.ensure,
    )


async def build(settings: Settings, infra: service.Infra) -> service.Service:
    """Compose the service."""
    return assemble(compose(settings, infra), infra)
