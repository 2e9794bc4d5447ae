"""Runs services: pool, bus, relay, consumer, workers and HTTP around the value that `build` returns."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from pydantic import ValidationError

from shared import clock, failpoints, logging, substrate, worker
from shared import service as services
from shared.crypto import verify
from shared.db import migrate, pool
from shared.messaging import bus, cleaning, consumer, rabbit, relay, retry
from shared.settings import ServiceSettings, UnknownSettings, check_environment, variables
from shared.web import clients, gauges, health, idempotency, metrics, server, throttle, wellknown, wire
from shared.web.running import LONGEST

log = structlog.get_logger()

Build = Callable[[Any, services.Infra], Awaitable[services.Service]]
HTTP_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)
HOUR = 3600.0
PATIENCE = LONGEST + 1
"""Seconds for what runs when the process is to end: as long as any request may take."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """One assembled service: what it is, and the long tasks that keep it going."""

    service: services.Service
    pool: pool.Pool
    consumer: consumer.Consumer | None
    workers: tuple[services.Worker, ...]


def token_verifier(settings: ServiceSettings, http: aiohttp.ClientSession) -> verify.TokenVerifier:
    """Trust the tokens of identity and of delegation, by the keys each publishes."""
    homes = {"identity": settings.identity_url, "delegation": settings.delegation_url}
    return verify.TokenVerifier(
        http,
        {f"{settings.public_url}/{name}": f"{url}/{name}/.well-known/jwks.json" for name, url in homes.items()},
        settings.audiences,
    )


@asynccontextmanager
async def assembled(
    name: str, settings: ServiceSettings, build: Build, carrier: bus.Bus | None
) -> AsyncIterator[Running]:
    """Open what a service needs, migrate its database, build it; close in reverse order."""
    async with AsyncExitStack() as stack:
        own = await pool.Pool.open(settings.database_url, name=name, size=settings.pool_size)
        stack.push_async_callback(own.close)
        await clock.follow(own)
        # No cookies: what one caller is answered is not to be sent for another.
        jar = aiohttp.DummyCookieJar()
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=HTTP_TIMEOUT, cookie_jar=jar))
        infra = services.Infra(
            pool=own,
            http=http,
            tokens=token_verifier(settings, http),
            proxies=clients.Proxies(settings.trusted_proxies),
        )
        built = await build(settings, infra)
        areas = [*substrate.AREAS, *built.areas]
        if settings.migrate:
            await migrate.migrate(settings.database_url, areas)
        else:
            await migrate.wait(settings.database_url, areas)
        if built.ensure:
            await built.ensure()
        yield _running(built, own, carrier)


def _running(built: services.Service, own: pool.Pool, carrier: bus.Bus | None) -> Running:
    workers: list[services.Worker] = [*built.workers, _keeping_clean(built.name, own), _keeping_time(built.name, own)]
    taking = None
    if built.subscriptions:
        taking = consumer.Consumer(built.name, own, built.subscriptions)
        workers.append(services.Worker(f"{built.name}.retry", retry.Retrier(taking, own).run))
    if carrier is not None and built.speaks:
        workers.append(services.Worker(f"{built.name}.relay", relay.Relay(own, carrier).run))
    return Running(service=built, pool=own, consumer=taking, workers=tuple(workers))


def _keeping_clean(name: str, own: pool.Pool) -> services.Worker:
    async def clean() -> None:
        await idempotency.clean(own)
        await throttle.clean(own)
        await cleaning.clean(own)

    return services.every(f"{name}.clean", HOUR, clean)


def _keeping_time(name: str, own: pool.Pool) -> services.Worker:
    async def follow() -> None:
        with suppress(pool.Unavailable):
            await clock.follow(own)

    return services.every(f"{name}.clock", clock.FOLLOW_SECONDS, follow)


async def listen(running: Sequence[Running], carrier: bus.Bus | None) -> None:
    """Start feeding every consumer."""
    for one in running:
        if carrier is not None and one.consumer is not None:
            await carrier.subscribe(one.service.name, one.consumer.receive)


async def unlisten(running: Sequence[Running], carrier: bus.Bus | None) -> None:
    """Stop feeding every consumer, and wait until what each was taking is taken (at most 10 s)."""
    if carrier is not None:
        await asyncio.gather(*(carrier.unsubscribe(one.service.name) for one in running))


def root_app(running: Sequence[Running], carrier: bus.Bus | None, supervisor: worker.Supervisor) -> web.Application:
    """Mount the services under their names, or the portal at the root, with health and metrics beside them."""
    root = server.make_root()
    for one in running:
        if one.service.at_root:
            one.service.at_root(root)
        else:
            server.mount(root, f"/{one.service.name}", one.service.app)
        wellknown.mount(root, one.service)

    async def details() -> dict[str, Any]:
        return {
            "bus": None if carrier is None else carrier.connected(),
            "workers": supervisor.state(),
            "services": {one.service.name: await relay.backlog(one.pool) for one in running},
        }

    health.mount(root, checks(running), details)

    async def refresh() -> None:
        gauges.show(await details())

    metrics.mount(root, refresh)
    return root


def checks(running: Sequence[Running]) -> Mapping[str, Callable[[], Awaitable[bool]]]:
    """Give what readiness depends on: each service's database, at the right version.

    The broker is not part of it: the outbox takes what cannot be sent (reliability §A6).
    """

    def database(one: Running) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return not await migrate.pending(one.pool.dsn, [*substrate.AREAS, *one.service.areas], through="pre")

        return check

    return {one.service.name: database(one) for one in running}


async def serve(
    root: web.Application,
    host: str,
    port: int,
    supervisor: worker.Supervisor,
    *,
    drain: float,
    started: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Answer HTTP and run the workers until SIGTERM or SIGINT, then stop in order (reliability §C9)."""
    stop = _on_signal()
    runner = wire.Runner(root, handle_signals=False, shutdown_timeout=PATIENCE, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port, backlog=1024).start()
    log.info("listening", host=host, port=port)
    working = asyncio.create_task(supervisor.run(stop))
    try:
        # Not before the first answers, and before whoever balances load has found this replica.
        asyncio.get_running_loop().call_later(1, _settle_memory)
        if started:
            await started()
        await _either(stop, working)
        health.leaving(root)
        failpoints.reach("stop.draining")
        await asyncio.sleep(drain)
    finally:
        await runner.cleanup()
        stop.set()
        await working


def _settle_memory() -> None:
    """Take what was made at the start out of the collector's rounds: going through it stops all answers for long."""
    gc.collect()
    gc.freeze()


async def _either(stop: asyncio.Event, working: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, working}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if hasattr(signal, "SIGUSR1"):
        loop.add_signal_handler(signal.SIGUSR1, logging.toggle_debug)
    return stop


def main(name: str, settings_class: type[ServiceSettings], build: Build) -> None:
    """Run one service as a process of its own, on RabbitMQ where it speaks or hears; wrong settings end it with 1."""
    try:
        check_environment(variables(settings_class))
        settings = settings_class.read()
    except (UnknownSettings, ValidationError) as error:
        sys.exit(f"mandat: {error}")
    failpoints.arm(settings.failpoints)
    logging.configure(name, settings.log_level, development=settings.development)
    run(_alone(name, settings, build))


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run the main coroutine, on uvloop where there is one; a task that keeps failing ends the process with 1."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        try:
            runner.run(work)
        except worker.WorkerFailed as error:
            log.critical("stopped", reason=str(error))
            sys.exit(1)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give uvloop's loop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _alone(name: str, settings: ServiceSettings, build: Build) -> None:
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(_broker(settings)) if settings.amqp_url else None
        running = [await stack.enter_async_context(assembled(name, settings, build, carrier))]
        supervisor = worker.Supervisor([one for each in running for one in each.workers])
        # Before the pools close: what is being taken needs them.
        stack.push_async_callback(unlisten, running, carrier)
        await listen(running, carrier)
        root = root_app(running, carrier, supervisor)
        await serve(root, settings.host, settings.port, supervisor, drain=settings.drain)


@asynccontextmanager
async def _broker(settings: ServiceSettings) -> AsyncIterator[bus.Bus]:
    assert settings.amqp_url is not None
    carrier = rabbit.RabbitBus(settings.amqp_url, declares=settings.declare)
    await carrier.open()
    try:
        yield carrier
    finally:
        await carrier.close()
