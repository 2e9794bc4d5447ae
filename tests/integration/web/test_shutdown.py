"""A process told to end: not ready first, then no new requests, and those that run get their answers."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from services.client import until
from tests.support import processes, web


@dataclass
class Running:
    base: str
    program: processes.Program

    @property
    def api(self) -> web.Api:
        return web.Api(self.base)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.program.log.read_text().splitlines()]


@pytest.fixture
async def unhurried(database, tmp_path) -> AsyncIterator[Running]:
    port = processes.free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {
        "MANDAT_PUBLIC_URL": base,
        "MANDAT_SECRETS": str(tmp_path),
        "MANDAT_DATABASE_URL": await database(),
        "MANDAT_PORT": str(port),
        "MANDAT_DRAIN": "1",
    }
    program = processes.Program("tests.support.unhurried", environment, tmp_path / "log")
    await program.start()
    await program.answers(f"{base}/readyz")
    yield Running(base, program)
    await program.stop()


async def test_process_told_to_end_answers_what_runs_and_ends_well(unhurried) -> None:
    slow = [asyncio.create_task(unhurried.api.get("/unhurried/slow")) for _ in range(5)]
    await asyncio.sleep(0.5)
    assert 0 == await unhurried.program.stop(), unhurried.program.output()
    assert [200] * 5 == [answer.status for answer in await asyncio.gather(*slow)]
    with pytest.raises(aiohttp.ClientConnectionError):
        await unhurried.api.get("/livez")


async def test_process_told_to_end_takes_the_rest_of_a_body_that_is_coming(unhurried) -> None:
    async def in_parts() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b"x" * 10_000
            await asyncio.sleep(0.5)

    sending = [asyncio.create_task(unhurried.api.call("POST", "/unhurried/counted", data=in_parts())) for _ in range(5)]
    await asyncio.sleep(0.5)
    assert 0 == await unhurried.program.stop(), unhurried.program.output()
    assert [(200, 60_000)] * 5 == [(one.status, one.json.get("size")) for one in await asyncio.gather(*sending)]


async def test_process_told_to_end_is_not_ready_but_still_answers_for_a_while(unhurried) -> None:
    assert 200 == (await unhurried.api.get("/readyz")).status
    ending = asyncio.create_task(unhurried.program.stop())
    await asyncio.sleep(0.3)
    assert (503, False) == ((ready := await unhurried.api.get("/readyz")).status, ready.json["ready"])
    assert 200 == (await unhurried.api.get("/livez")).status
    assert 404 == (await unhurried.api.get("/unhurried/nothing")).status
    assert 0 == await ending


async def test_process_writes_each_line_as_one_object_of_its_service(unhurried) -> None:
    await unhurried.api.get("/unhurried/nothing?token=canari", headers={"X-Request-Id": "r-1"})
    await unhurried.program.stop()
    lines = unhurried.lines()
    assert {"unhurried"} == {line["service"] for line in lines}
    (asked,) = [line for line in lines if line.get("request_id") == "r-1"]
    assert ("GET", "unmatched", 404) == (asked["method"], asked["route"], asked["status"])
    assert "canari" not in json.dumps(lines)


async def test_process_writes_more_from_one_signal_to_the_next(unhurried) -> None:
    process = unhurried.program.process
    assert process is not None
    for level in ("debug", "info"):
        process.send_signal(signal.SIGUSR1)

        async def said(level: str = level) -> bool:
            return any(line.get("to") == level for line in unhurried.lines())

        await until(said, f"the change to {level}")
    assert 200 == (await unhurried.api.get("/unhurried/openapi.json")).status
