"""A chain of real processes: writers, the outbox, relays, the broker, consumers, and a ledger over both ends."""

from __future__ import annotations

import asyncio
import itertools
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import aio_pika

from shared.contracts import wiring
from shared.db.pool import Pool
from shared.messaging import topology
from tests.support import messaging as support
from tests.support.processes import Program

_numbers = itertools.count(1)
DRAIN = 90.0
PARKED = "select event_id from retry where state = 'parked'"


@dataclass(frozen=True)
class Verdict:
    """What the ledger says: numbers of events."""

    lost: int
    doubled: int
    disordered: int
    stuck: int
    parked: int


CLEAN = Verdict(lost=0, doubled=0, disordered=0, stuck=0, parked=0)


@dataclass
class Chain:
    """Two databases, one broker, and the processes between them."""

    name: str
    folder: Path
    source: Pool
    sink: Pool
    broker: str
    written: list[UUID] = field(default_factory=list)
    counters: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(20)])
    programs: list[Program] = field(default_factory=list)

    async def start(self, role: str, broker: str | None = None, sabotage: str = "", **extra: str) -> Program:
        """Start a relay or a consumer; `failpoints` and the like are variables of `link`."""
        pool = self.source if role == "relay" else self.sink
        environment = {
            "CHAIN_NAME": self.name,
            "CHAIN_DATABASE": pool.dsn,
            "CHAIN_BROKER": broker or self.broker,
            "SABOTAGE": sabotage,
        } | {f"CHAIN_{name.upper()}": value for name, value in extra.items()}
        log = self.folder / f"{self.name}-{role}-{len(self.programs)}.log"
        program = Program("tests.chaos.link", environment, log, (role,))
        await program.start()
        self.programs.append(program)
        return program

    async def write(self, number: int, *, writers: int = 4, longest: float = 0.0) -> None:
        """Write events from several connections at once, in transactions of random lengths."""

        left = iter(range(number))

        async def writer() -> None:
            for _ in left:
                pause = random.uniform(0, longest) if longest else 0.0
                self.written.append(await support.raise_counter(self.source, random.choice(self.counters), pause=pause))

        await asyncio.gather(*(writer() for _ in range(writers)))

    async def write_until_dead(self, program: Program, seconds: float = 60) -> None:
        """Write in small transactions while a process lives, at most so long."""
        async with asyncio.timeout(seconds):
            while program.process is not None and program.process.returncode is None:
                await self.write(2)
                await asyncio.sleep(0.02)

    async def drained(self, seconds: float = DRAIN) -> None:
        """Wait until every event written is heard or parked, or nothing moves any more."""
        wanted, still, last = set(self.written), 0.0, -1
        while still < seconds:
            heard = {row["event_id"] for row in await self.sink.fetch("select event_id from heard")}
            parked = {row["event_id"] for row in await self.sink.fetch(PARKED)}
            if wanted <= heard | parked and not await support.unsent(self.source):
                return
            still = 0.0 if len(heard) != last else still + 0.1
            last = len(heard)
            await asyncio.sleep(0.1)

    async def verdict(self) -> Verdict:
        """Read both databases and the queue."""
        heard = await support.heard(self.sink, self.name)
        mine = set(self.written)
        times = Counter(one for one in heard if one in mine)
        kept = await self.sink.fetch("select event_id, state from retry")
        parked = {row["event_id"] for row in kept if row["state"] == "parked"} & mine
        waiting = {row["event_id"] for row in kept if row["state"] == "waiting"} & mine
        orders = (await support.in_order(self.sink, self.name)).values()
        return Verdict(
            lost=len(mine - set(times) - parked - waiting),
            doubled=sum(1 for number in times.values() if number > 1),
            disordered=sum(1 for order in orders for one, other in itertools.pairwise(order) if other < one),
            stuck=len(waiting) + await support.unsent(self.source),
            parked=len(parked),
        )

    async def queued(self) -> int:
        """Count the messages that lie in the consumer's queue."""
        connection = await aio_pika.connect(self.broker, timeout=10)
        async with connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(wiring.queue_name(self.name), passive=True, timeout=10)
            return int(queue.declaration_result.message_count or 0)

    async def stop(self) -> None:
        """End all processes and remove the queues."""
        for program in self.programs:
            if program.process is not None and program.process.returncode is None:
                program.process.kill()
                await program.process.wait()
        # A test that failed with its broker down has its own reason to tell.
        with suppress(OSError, aio_pika.exceptions.AMQPError):
            await self._forget()

    async def _forget(self) -> None:
        connection = await aio_pika.connect(self.broker, timeout=10)
        async with connection:
            channel = await connection.channel()
            for name, _ in topology.queues_of(self.name):
                await channel.queue_delete(name, timeout=10)


async def dies(program: Program, of: str = "", seconds: float = 60) -> None:
    """Wait until a process was killed, and ensure that it died where it was to: else the run tells nothing."""
    assert program.process is not None
    code = await asyncio.wait_for(program.process.wait(), seconds)
    assert code == -signal.SIGKILL, f"inconclusive: ended with {code}\n{program.output()}"
    assert not of or f"failpoint {of} kill" in program.output(), f"inconclusive: {of} was not reached"


@asynccontextmanager
async def chain(databases, broker: str, folder: Path, *, prefix: str = "chain") -> AsyncIterator[Chain]:
    """Make a chain; its processes are started by the test."""
    number = next(_numbers)
    source, sink = await databases.create(support.MESSAGING), await databases.create(support.MESSAGING)
    try:
        async with support.prepared(source) as said, support.prepared(sink) as heard:
            made = Chain(f"{prefix}{number}", folder, said, heard, broker)
            try:
                yield made
            finally:
                await made.stop()
    finally:
        await databases.drop(source)
        await databases.drop(sink)


async def both(made: Chain, *, sabotage: str = "", **extra: str) -> tuple[Program, Program]:
    """Start a relay and a consumer."""
    return await made.start("relay", sabotage=sabotage, **extra), await made.start("hear", sabotage=sabotage, **extra)
