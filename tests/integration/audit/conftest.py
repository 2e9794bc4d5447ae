"""Audit answering over HTTP on a real database, sealed, with tokens for its callers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from services import together
from services.audit import app, settings
from services.audit.seal.sealer import Sealer
from shared import substrate
from shared.db.pool import Pool
from tests.integration.audit.test_subscribers import AREA
from tests.support import tokens, web


@dataclass
class Sealed:
    """A served register with keys, and what seals it."""

    base: str
    pool: Pool
    issuer: tokens.Issuer
    sealer: Sealer
    settings: settings.Settings

    def person(self, user: UUID, name: str = "Zoé") -> web.Api:
        return web.Api(self.base, self.issuer.person(user, name=name))

    def operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(UUID(int=4)))


@pytest.fixture
async def sealed(database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Sealed]:
    dsn = await database(*substrate.AREAS, AREA)
    together.make_secrets(tmp_path / "secrets")
    pool = await Pool.open(dsn, name="audit", size=6)
    issuer = tokens.Issuer()
    told = settings.Settings(
        public_url="http://mandat.example.com",
        secrets=tmp_path / "secrets",
        database_url=dsn,
        register_folder=tmp_path / "register",
    )
    built = await app.build(told, tokens.infra(pool, issuer))
    sealer = Sealer(pool=pool, name=told.register_name, secrets=told.secrets, folder=told.register_folder)
    async with web.serving(built.app, "/audit") as base:
        yield Sealed(base, pool, issuer, sealer, told)
    await pool.close()
