"""A person's own data: each service gives all of his, in one shape, and nothing of others."""

from __future__ import annotations

import importlib
from importlib import resources
from uuid import UUID

import pytest

from shared import substrate
from shared.crypto import signing
from shared.db import queries
from shared.db.migrate import Area
from shared.db.pool import Pool
from tests.integration.delegation.conftest import World, jean, world  # noqa: F401 - the world of delegation

SERVICES = ("accounts", "audit", "delegation", "identity", "notifications")


@pytest.mark.parametrize("name", SERVICES)
async def test_each_section_is_read_from_the_migrated_schema(name: str, database) -> None:
    area = Area(name, resources.files(f"services.{name}") / "sql/migrations")
    pool = await Pool.open(await database(*substrate.AREAS, area, signing.AREA), name="test", size=1)
    sql = queries.load(f"services.{name}", "sql/mydata.sql")
    try:
        for query in sql:
            assert [] == await pool.fetch(sql[query], UUID(int=1), 10)
    finally:
        await pool.close()
    titles = importlib.import_module(f"services.{name}.routes").MINE
    assert list(titles) == sql.names
    assert all(title.fr and title.en for title in titles.values())


async def test_person_gets_his_own_data_and_nobody_elses(world: World, jean) -> None:  # noqa: F811 - fixtures
    from tests.integration.delegation.conftest import Somebody

    edith, pierre = Somebody("edescartes", "Édith", "Descartes"), Somebody("pquiroule", "Pierre", "Quiroule")
    await world.know(edith, pierre)
    await world.add(jean, edith)
    await world.suspend(jean)
    his = (await world.as_(jean).get("/v1/my-data")).json
    sections = {one["name"]: one["entries"] for one in his["sections"]}
    assert ("delegation", ["Édith Descartes"]) == (his["service"], [one["delegate"] for one in sections["delegates"]])
    assert ["suspended", "active"] == [one["status"] for one in sections["licences"]]
    hers = (await world.as_(edith).get("/v1/my-data")).text
    assert ("Jean Piette" in hers, "Quiroule" in hers, jean.email in hers) == (True, False, False)
    assert "Piette" not in (await world.as_(pierre).get("/v1/my-data")).text
    assert 401 == (await world.anonymous().get("/v1/my-data")).status
