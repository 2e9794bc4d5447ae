"""What deploy/upgrade and deploy/restore do to which containers, with a docker that only writes down its orders."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OURS = ("audit", "delegation")
OTHERS = ("gateway", "postgres", "rabbitmq", "rabbitmq-2", "rabbitmq-3", "mailpit", "setup", "prometheus")
DOCKER = """#!/usr/bin/env bash
echo "$*" >>"{log}"
case "$*" in
  "compose config --services" | "compose ps --services --status running") printf '%s\\n' {services} ;;
  "compose ps --quiet "*) echo "$4-replica"; ! grep -q -- "--scale $4=2" "{log}" || echo "$4-new" ;;
  *pg_is_in_recovery*) echo f ;;
esac
"""


@pytest.fixture
def told(tmp_path):
    """Run a script; give what it told docker, one line each."""
    log, docker = tmp_path / "log", tmp_path / "docker"
    docker.write_text(DOCKER.format(log=log, services=" ".join((*OURS, *OTHERS))))
    docker.chmod(0o755)

    async def run(script: str) -> list[str]:
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        process = await asyncio.create_subprocess_exec(ROOT / "deploy" / script, env=environment)
        async with asyncio.timeout(60):
            assert 0 == await process.wait()
        return log.read_text().splitlines()

    return run


async def test_upgrade_replaces_our_services_and_nothing_that_holds_data(told) -> None:
    lines = await told("upgrade")
    scaled = [line.rsplit(maxsplit=1)[1] for line in lines if "--scale" in line]
    assert list(OURS) == scaled
    assert [f"stop --time 30 {name}-replica" for name in OURS] == [line for line in lines if line.startswith("stop")]


async def test_restore_stops_our_services_and_keeps_every_node_of_the_broker(told) -> None:
    lines = await told("restore")
    stopped = {word for line in lines if line.startswith("compose stop ") for word in line.split()[2:]}
    assert {*OURS, "gateway", "postgres"} == stopped
    first = next(line for line in lines if line.startswith("compose up"))
    assert first.endswith("--wait rabbitmq rabbitmq-2 rabbitmq-3")
