"""A real Prometheus beside the composed system: its files are right, every metric is there, and alerts fire."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import aiohttp
import pytest

from shared.contracts import wiring
from tests.chaos import scorecard
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can
from tests.unit.operations.test_observability import DASHBOARD, METRIC, expressions

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(900)]
MEMORY = ("rabbitmqctl", "-q", "set_vm_memory_high_watermark")
QUIET = ("status=~", "pin_failures")
"""Panels that are empty, or at zero, while nothing is wrong."""


class Prometheus:
    """What its API tells."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http = http
        self._base = base

    async def get(self, path: str, **query: str) -> Any:
        async with self._http.get(f"{self._base}/api/v1/{path}", params=query) as answer:
            found = await answer.json()
            assert found["status"] == "success", found
            return found["data"]

    async def up(self) -> set[str]:
        """Name the services that were scraped well, each replica of theirs."""
        targets = (await self.get("targets", state="active"))["activeTargets"]
        if not targets or {one["health"] for one in targets} != {"up"}:
            raise OSError(f"not all targets are up: {[(one['labels'], one['lastError']) for one in targets]}")
        return {one["labels"].get("service_name", one["labels"]["job"]) for one in targets}

    async def firing(self) -> set[str]:
        """Name the alerts that fire."""
        return {one["labels"]["alertname"] for one in (await self.get("alerts"))["alerts"] if one["state"] == "firing"}


@pytest.fixture(scope="module")
async def prometheus(system: Composed) -> AsyncIterator[Prometheus]:
    words = ("--profile", "observability")
    await system.project.compose(*words, "up", "--detach", "--no-build", "--no-deps", "prometheus")
    async with aiohttp.ClientSession() as http:
        made = Prometheus(http, f"http://{await system.project.address('prometheus')}:9090")
        await until_it_can(lambda: made.get("status/buildinfo"))
        yield made
    await system.project.compose(*words, "rm", "--force", "--stop", "prometheus")


@pytest.fixture(scope="module")
async def watched(system: Composed, prometheus: Prometheus) -> Prometheus:
    """Every replica was scraped, under load."""
    await system.people()

    async def all_up() -> None:
        missing = {"identity", "accounts", "delegation", "notifications", "audit", "portal", "rabbitmq"}
        missing -= await prometheus.up()
        if missing:
            raise OSError(f"not found: {missing}")

    async def often() -> None:
        if not (await prometheus.get("query", query="min(count_over_time(up[5m])) > 2"))["result"]:
            raise OSError("a rate needs three looks")

    async with Load(system).running():
        await until_it_can(all_up, 90)
        await until_it_can(often, 120)
    return prometheus


async def test_its_own_tool_finds_nothing_wrong_with_configuration_and_rules(system: Composed, prometheus) -> None:
    container = (await system.project.compose("--profile", "observability", "ps", "--quiet", "prometheus")).strip()
    said = await compose.docker("exec", container, "promtool", "check", "config", "/etc/prometheus/prometheus.yml")
    assert "SUCCESS" in said
    assert "rules found" in said


async def test_every_metric_of_rules_and_panels_was_scraped_from_what_runs(watched: Prometheus) -> None:
    scraped = set(await watched.get("label/__name__/values"))
    named = {name for one in expressions() for name in METRIC.findall(str(one))}
    assert named - scraped == set()


@pytest.mark.parametrize("panel", [one["title"] for one in DASHBOARD["panels"]])
async def test_panel_shows_something_after_load(watched: Prometheus, panel) -> None:
    (targets,) = [one["targets"] for one in DASHBOARD["panels"] if one["title"] == panel]
    for target in targets:
        found = await watched.get("query", query=target["expr"])
        assert found["result"] or any(word in target["expr"] for word in QUIET), target["expr"]


async def test_alerts_fire_when_something_is_wrong_and_only_then(system: Composed, watched: Prometheus) -> None:
    assert await watched.firing() == set()
    await _park(system, "notifications")
    broker = (await system.project.containers("rabbitmq"))[0]
    portal = (await system.project.containers("portal"))[0]
    await compose.docker("exec", broker, *MEMORY, "absolute", "1MB")
    await compose.docker("stop", portal)
    load = Load(system)
    await load.turn(system.surveyors[0], system.delegates[0])
    wanted = {"EventsParked", "BrokerAlarm", "ServiceAway", "EventsNotSent"}
    try:

        async def all_fire() -> None:
            if missing := wanted - await watched.firing():
                raise OSError(f"do not fire: {missing}")

        await until_it_can(all_fire, 240)
    finally:
        await compose.docker("exec", broker, *MEMORY, "0.6")
        await compose.docker("start", portal)
        for cause in await _causes(system, "notifications"):
            await system.project.operate("parked", "discard", "notifications", cause)

    async def calm() -> None:
        if firing := await watched.firing():
            raise OSError(f"still fire: {firing}")

    await until_it_can(calm, 240)
    scorecard.note("O7", "alerts of a real Prometheus", len(wanted), fired=sorted(wanted), ended=True)


async def _park(system: Composed, service: str) -> None:
    """Send a service what nobody can read."""
    connection = await aio_pika.connect(await system.project.broker())
    async with connection:
        channel = await connection.channel()
        message = aio_pika.Message(b"not an event")
        await channel.default_exchange.publish(message, wiring.queue_name(service))


async def _causes(system: Composed, service: str) -> list[str]:
    said = await system.project.operate("parked", "list", service)
    return re.findall(r"^(\S+)  \d+ ×", said, re.MULTILINE)
