"""The main pages beside the calls that they make: the portal is to add at most as much again.

Everything runs in one process with the sample, as `make run` does. A second portal on the same sessions, whose services
are reached through a recorder, tells which calls a page makes, which of them at once, and with which tokens. Then pages
and the same calls take turns, by one client. It sends the cookies of its sign-in as they are: what a library does to
choose among cookies is no part of a page.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from services import sample
from shared.db.embedded import EmbeddedPostgres
from tests.support.processes import Program, free_port

from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

PIETTE, LAVOIE = sample.PIETTE.matricule, sample.LAVOIE.matricule
PAGES: tuple[tuple[str, sample.Person, str], ...] = (
    ("file tracking", sample.PIETTE, f"/fr/pour/{PIETTE}/cadastre"),
    ("file tracking, acting", sample.DESCARTES, f"/fr/pour/{LAVOIE}/cadastre"),
    ("services, acting", sample.DESCARTES, f"/fr/pour/{LAVOIE}/cadastre/services"),
    ("delegates", sample.PIETTE, f"/fr/pour/{PIETTE}/delegation/delegataires"),
    ("choice of a delegator", sample.DESCARTES, "/fr/delegation/selection"),
    ("activities", sample.PIETTE, f"/fr/pour/{PIETTE}/delegation/activites"),
    ("required actions", sample.TRAINER, "/fr/actions"),
    ("applications", sample.TRAINER, "/fr/demandes"),
    ("companies", sample.TRAINER, "/fr/professionnels"),
    ("unpaid fees", sample.TRAINER, "/fr/frais"),
)
TOKEN = re.compile(r'name="jeton" value="(\w+)"')
BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip", "Accept": "text/html"}
SERVICES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits")
EACH = 20
"""Pages of a kind in a round."""
MOST, PATIENCE = 2.0, 180.0


@dataclass
class Call:
    """One call of the portal, as it can be made again."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    started: float
    ended: float = 0.0


@dataclass
class Recorder:
    """Hands calls on to the services, and notes them."""

    url: str
    http: aiohttp.ClientSession
    calls: list[Call] = field(default_factory=list)

    async def hand_on(self, request: web.Request) -> web.Response:
        """Ask the service, and give its answer."""
        kept = ("Authorization", "Accept-Language", "Content-Type", "X-Forwarded-For")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        call = Call(request.method, request.path_qs, headers, await request.read(), time.perf_counter())
        self.calls.append(call)
        status, body, kind = await ask(self.http, self.url, call)
        call.ended = time.perf_counter()
        return web.Response(body=body, status=status, headers={"Content-Type": kind})

    def steps(self) -> list[list[Call]]:
        """Give the calls in their order, those made at once together; and forget them."""
        found: list[list[Call]] = []
        until = 0.0
        for call in self.calls:
            if found and call.started < until:
                found[-1].append(call)
            else:
                found.append([call])
            until = max(until, call.ended)
        self.calls = []
        return found


async def ask(http: aiohttp.ClientSession, url: str, call: Call) -> tuple[int, bytes, str]:
    """Make a call; give status, body and media type."""
    async with http.request(call.method, url + call.path, headers=call.headers, data=call.body or None) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Type", "application/json")


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Time each page, and its calls alone."""
    del seconds
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(auto_decompress=False))
        url = await stack.enter_async_context(_system(stage.folder / "pages"))
        recorder = Recorder(url, http)
        recorded = await stack.enter_async_context(_recorded_portal(stage.folder / "pages", recorder))
        rows = [await _measure(http, url, recorded, recorder, page, rounds) for page in PAGES]
    ratios = [cells[2] for _, cells in rows]
    return Result(
        name="pages",
        title="Pages beside the calls that they make, one client",
        columns=("page ms", "calls ms", "ratio", "calls"),
        rows=rows,
        goals=[
            Goal("slowest page / its calls alone", max(ratios), MOST, at_least=False),
            Goal("a page / its calls alone (median)", statistics.median(ratios), MOST, at_least=False),
        ],
        remarks=["medians; everything in one process; calls that a page makes at once are made at once"],
        rounds=rounds,
    )


@asynccontextmanager
async def _system(folder: Path) -> AsyncIterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    program = Program("services", {"MANDAT_HOME": str(folder / "home"), "MANDAT_PORT": str(port)}, folder / "log")
    await program.start()
    try:
        await program.answers(f"http://127.0.0.1:{port}/readyz")
        async with asyncio.timeout(PATIENCE):
            while not (folder / "home/sample.loaded").exists():
                await asyncio.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        await program.stop()


@asynccontextmanager
async def _recorded_portal(folder: Path, recorder: Recorder) -> AsyncIterator[str]:
    """Run another portal on the same database, whose calls pass the recorder."""
    server = EmbeddedPostgres.attach(folder / "home")
    if server is None:
        raise RuntimeError("the system has no database")
    port, between = free_port(), free_port()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", recorder.hand_on)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", between).start()
    environment = {f"MANDAT_{name.upper()}_URL": f"http://127.0.0.1:{between}" for name in SERVICES} | {
        "MANDAT_PUBLIC_URL": recorder.url,
        "MANDAT_DATABASE_URL": await server.ensure_database("portal"),
        "MANDAT_SECRETS": str(folder / "home/secrets"),
        "MANDAT_PORT": str(port),
        "MANDAT_MIGRATE": "false",
    }
    program = Program("services.portal", environment, folder / "portal.log")
    await program.start()
    try:
        await program.answers(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}"
    finally:
        await program.stop()
        await runner.cleanup()


async def _measure(
    http: aiohttp.ClientSession,
    url: str,
    recorded: str,
    recorder: Recorder,
    page: tuple[str, sample.Person, str],
    rounds: int,
) -> tuple[str, list[float]]:
    name, person, path = page
    cookies = await _sign_in(url, person)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"Cookie": cookies}, auto_decompress=False) as visitor:
        await _open(visitor, recorded + path)  # what the portal keeps, as an application's token, is there then
        recorder.calls = []
        await _open(visitor, recorded + path)
        steps = recorder.steps()
        pages, calls = [], []
        for number in range(rounds + 1):
            found = await _times(lambda: _open(visitor, url + path)), await _times(lambda: _again(http, url, steps))
            if number:
                pages += found[0]
                calls += found[1]
    shown, alone = statistics.median(pages) * 1000, statistics.median(calls) * 1000
    return name, [shown, alone, shown / alone, float(sum(map(len, steps)))]


async def _times(do: Callable[[], Awaitable[Any]]) -> list[float]:
    found = []
    for _ in range(EACH):
        started = time.perf_counter()
        await do()
        found.append(time.perf_counter() - started)
    return found


async def _sign_in(url: str, person: sample.Person) -> str:
    """Sign in, and give the cookies as a header holds them."""
    plain = BROWSER | {"Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        async with visitor.get(f"{url}/fr/connexion", headers=plain) as answer:
            token = TOKEN.findall(await answer.text())[-1]
        form = {"jeton": token, "username": person.username, "password": person.passphrase}
        async with visitor.post(f"{url}/fr/connexion", data=form, headers=BROWSER, allow_redirects=False) as answer:
            if answer.status != 303:
                raise RuntimeError(f"{person.username} cannot sign in: {answer.status}")
        return "; ".join(f"{one.key}={one.value}" for one in visitor.cookie_jar)


async def _open(visitor: aiohttp.ClientSession, url: str) -> None:
    async with visitor.get(url, headers=BROWSER, allow_redirects=False) as answer:
        await answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status}")


async def _again(http: aiohttp.ClientSession, url: str, steps: list[list[Call]]) -> None:
    for step in steps:
        answers = await asyncio.gather(*(ask(http, url, call) for call in step))
        if any(status >= 400 for status, _, _ in answers):
            raise RuntimeError(f"{[call.path for call in step]}: {[status for status, _, _ in answers]}")
