"""Every named query fits the migrated schema."""

from __future__ import annotations

import pytest

from services.delegation import app, store
from shared import substrate
from shared.crypto import signing
from shared.db.connections import connect


@pytest.mark.parametrize("name", sorted(store.SQL))
async def test_query_prepares_against_the_migrated_schema(database, name):
    connection = await connect(await database(*substrate.AREAS, app.AREA, signing.AREA), name="test")
    try:
        assert await connection.prepare(store.SQL[name])
    finally:
        await connection.close()
