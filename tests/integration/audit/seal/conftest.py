"""A register under seal for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from services.audit.seal import keys
from shared import substrate
from shared.db.pool import Pool
from tests.integration.audit.seal.log import AREA, Log


@pytest.fixture
async def log(database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Log]:
    keys.ensure(tmp_path / "secrets")
    pool = await Pool.open(await database(*substrate.AREAS, AREA), name="audit", size=4)
    yield Log(pool, tmp_path)
    await pool.close()
