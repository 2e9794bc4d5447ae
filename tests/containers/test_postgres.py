"""The PostgreSQL of compose, from testcontainers: every migration and named query, as the roles that will run them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import asyncpg
import pytest

from services import together
from services.operations import databases, secretfiles
from shared.db import queries
from tests.architecture.test_tables import ASKING, TEMPLATE
from tests.support.compose import ensure_engine
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.timeout(300)]
IMAGE = "postgres:17-trixie"


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """Run a server; give a folder of secrets that leads to it."""
    await ensure_engine()
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    made = tmp_path_factory.mktemp("secrets")
    secretfiles.make(made)
    password = (made / "postgres.password").read_text()
    container = DockerContainer(IMAGE).with_env("POSTGRES_PASSWORD", password).with_exposed_ports(5432)
    await asyncio.to_thread(container.start)
    try:
        place = f"{container.get_container_host_ip()}:{container.get_exposed_port(5432)}"
        for path in made.glob(f"*{secretfiles.DATABASE}"):
            path.chmod(0o600)
            path.write_text(path.read_text().replace(secretfiles.DATABASE_HOST, place))

        async def answers() -> None:
            admin = secretfiles.address(made, secretfiles.ADMIN, secretfiles.DATABASE)
            try:
                await (await asyncpg.connect(admin)).close()
            except asyncpg.PostgresError as error:
                raise OSError(str(error)) from error

        await until_it_can(answers)
        yield made
    finally:
        await asyncio.to_thread(container.stop)


def statements(name: str) -> list[str]:
    """Give the named queries of a service."""
    files = sorted((resources.files(ASKING[name]) / "sql").glob("*.sql")) if name in ASKING else []
    found = [sql for file in files for sql in queries.load(ASKING[name], f"sql/{file.name}").values()]
    return [sql for sql in found if not TEMPLATE.search(sql)]


@pytest.mark.parametrize("name", together.PARTS)
async def test_service_runs_its_queries_there_with_its_own_role(folder: Path, name) -> None:
    for _ in range(2):
        await databases.ensure(folder, name)
        await databases.bring_up(folder, name, through="post")
    connection = await asyncpg.connect(secretfiles.address(folder, name, secretfiles.DATABASE))
    try:
        assert (await connection.fetchval("show server_version")).startswith("17")
        for query in statements(name):
            await connection.prepare(query)
        assert await connection.fetchval("select count(*) from outbox") == 0
    finally:
        await connection.close()
