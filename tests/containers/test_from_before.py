"""From an older commit to this one (O2, O3): every service is replaced under load, the older beside the newer."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.compose import Project
from tests.support.composed import compose_world
from tests.support.processes import ROOT
from tests.support.traffic import traffic

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(3600)]
BEFORE = os.environ.get("MANDAT_TEST_BEFORE", "b9ff7319408d1bf0208640451e3c7eb745c83202")
"""The commit to begin with."""
IMAGE = "mandat-test:before"
READ = ("/delegation/v1/services", "/identity/.well-known/jwks.json", "/cadastre/openapi.json", "/fr")
REPLACED = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits", "portal")


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    """The system as the older commit starts it, with the compose file of this one."""
    archive = tmp_path / "before.tar"
    await compose.run("git", "-C", str(ROOT), "archive", "--output", str(archive), BEFORE)
    (tmp_path / "tree").mkdir()
    await compose.run("tar", "--extract", "--file", str(archive), "--directory", str(tmp_path / "tree"))
    async with compose.project() as made:
        dockerfile = str(tmp_path / "tree/deploy/Dockerfile")
        words = ("build", "--quiet", "--tag", IMAGE, "--file", dockerfile, str(tmp_path / "tree"))
        await compose.docker(*words, seconds=900)
        await replace(made, environment={"DEPLOY_IMAGE": IMAGE}).up()
        yield made


async def images(project: Project) -> set[str]:
    """Name the images that our services run."""
    found = [one for name in REPLACED for one in await project.containers(name)]
    return {(await compose.inspect(one))["Config"]["Image"] for one in found}


async def test_upgrade_from_an_older_commit_fails_no_request_and_leaves_the_books_right(project: Project) -> None:
    async with aiohttp.ClientSession() as http:
        system = await compose_world(project, http)
        await system.people()
        load, ledger = Load(system), Ledger(system, IN_HANDS_APART)
        assert await images(project) == {IMAGE}
        async with load.running(), traffic(*(project.url + path for path in READ)) as seen:
            await project.script("deploy/upgrade", seconds=1800)
            done = load.done
            await seen.until(seen.answers.total() + 200)
        assert load.done > done > 0, "inconclusive: nothing was designated before or after"
        assert await images(project) == {"mandat:local"}
        await project.up()
        await ledger.hurry()
        await ledger.settle()
        books = await ledger.close(load)
        assert books == RIGHT, books.which
    facts = {"lost": 0, "doubled": 0, "commands": load.done, "requests": seen.answers.total(), "failed": seen.failed}
    scorecard.note("O2", "every service upgraded from an older commit under load", 1, **facts)
    assert seen.failed == {}
