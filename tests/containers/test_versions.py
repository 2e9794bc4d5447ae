"""Old and new versions live together (O3): a replica of tomorrow beside today's, on the schema of tomorrow.

Tomorrow's delegation has a column more and says more in its events. Then the upgrade is taken back: today's code goes
on with tomorrow's schema and events.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(900)]
TOMORROW = "mandat-test:tomorrow"
READY = ("python", "-IS", "/app/healthcheck.py", "/readyz")
DOCKERFILE = r"""
FROM mandat:local
USER root
RUN echo 'alter table delegation add column tomorrow text;' >/app/services/delegation/sql/migrations/0099_tomorrow.sql \
 && sed -i 's/^    removed_at: datetime | None = None$/&\n    tomorrow: str = "is another day"/' \
      /app/shared/contracts/events/delegation.py \
 && grep -q tomorrow /app/shared/contracts/events/delegation.py \
 && python -m compileall -q -f --invalidation-mode unchecked-hash /app/shared/contracts
USER 10001:10001
"""
SAID = """
select envelope -> 'data' ? 'tomorrow' as tomorrow, count(*) as events
from outbox where type = 'delegation.delegate.added.v1' and id > $1 group by 1
"""


@pytest.fixture
async def tomorrow(tmp_path: Path) -> str:
    """Build the image of a version that is still to come."""
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    await compose.docker("build", "--quiet", "--tag", TOMORROW, str(tmp_path))
    return TOMORROW


async def test_versions_of_today_and_tomorrow_work_side_by_side_and_back(peopled: Composed, tomorrow: str) -> None:
    load = Load(peopled)
    project, ledger = peopled.project, Ledger(peopled, IN_HANDS_APART)
    before = int((await _ask(peopled, "select coalesce(max(id), 0) as last from outbox"))[0]["last"])
    (today,) = await project.containers("delegation")
    ahead = replace(project, environment={"DEPLOY_IMAGE": tomorrow, "SETUP_THROUGH": "pre"})
    async with load.running():
        await ahead.compose("rm", "--force", "setup")
        await ahead.compose("up", "--detach", "--no-build", "--no-recreate", "--scale", "delegation=2", "delegation")
        (new,) = set(await project.containers("delegation")) - {today}
        await until_it_can(lambda: compose.docker("exec", new, *READY), 120)
        await asyncio.sleep(scorecard.count(10, 60))
        said = {row["tomorrow"]: row["events"] for row in await _ask(peopled, SAID, before)}
        assert set(said) == {True, False}, f"inconclusive: only one of the two designated: {said}"
        await compose.docker("stop", "--time", "30", new)
        await compose.docker("rm", new)
        await asyncio.sleep(3)
    assert await project.containers("delegation") == [today]
    await ledger.hurry()
    await ledger.settle()
    assert await ledger.close(load) == RIGHT
    facts = {"lost": 0, "doubled": 0, "commands": load.done, "events of today": said[False]}
    scorecard.note("O3", "delegation of two versions under load", 1, **facts, **{"events of tomorrow": said[True]})


async def _ask(system: Composed, sql: str, *words: int) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(system.addresses["delegation"])
    try:
        return await connection.fetch(sql, *words)
    finally:
        await connection.close()
