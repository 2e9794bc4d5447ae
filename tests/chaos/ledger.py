"""The ledger: reads every database, queue and mailbox at the end and says what is lost, doubled, stuck or wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import aio_pika
import asyncpg

from services.audit.subscribers import RECORDED
from services.notifications.emails import EMAILS, each
from shared.contracts import wiring
from shared.contracts.registry import EVENTS
from tests.chaos import scorecard
from tests.chaos.load import Load
from tests.chaos.system import System
from tests.support.rabbit import PrivateNode

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit")
SETTLE = 300.0 if scorecard.FULL else 90.0
"""Seconds in which something must come to rest; what failed several times waits a minute and more for its next try."""
LONGEST = 10
"""So many times as long in all: a system under a long load has much to do afterwards."""
PASSES = 30.0
"""Seconds after which the time passes that a failed effect waits for its next attempt."""
DELAYED = 2.0
"""Seconds after which the time passes that a mail waits which nobody tried to send yet: as one of many to somebody."""
IN_HANDS = 20.0
"""Seconds for what a consumer has fetched and not yet done: no queue counts it any more."""
IN_HANDS_APART = 60.0
"""So many in containers: one that is killed says no goodbye, and who waits for its answer gives up after 30 s."""
HURRY = """
update email set
    send_after = least(send_after, now()),
    lease_until = case when state = 'sending' and owner <> all($1::uuid[]) then now() else lease_until end
where state in ('queued', 'sending')
"""
DUE = "update email set send_after = now() where state = 'queued' and send_after > now()"
UNFINISHED = """
select (select count(*) from outbox where sent_at is null) + (select count(*) from retry where state = 'waiting')
"""
WAITING = """
select event_id, type, null as error from outbox where sent_at is null
union all select event_id, type, error from retry where state = 'waiting'
limit 20
"""
UNENDED_MAILS = "select id, state, send_after, lease_until, owner from email where state in ('queued', 'sending')"
UNENDED = "select count(*) from email where state in ('queued', 'sending')"
TWICE = "select count(*) from (select from email group by cause, template, address having count(*) > 1) as twice"
FORGET = """
delete from email as later using email as first
where first.cause = later.cause and first.template = later.template and first.address = later.address
    and first.id < later.id
"""
STATE = "select id, version from {table} order by id"
RIGHTS = "select delegator_id, delegate_id, removed_at is null as active from delegation order by added_at, id"
RECORDS = {event.type for event, *_ in RECORDED}
MAILED = [row for row in EMAILS if row.merge is None]
CAUSES = "select event_id, type, envelope->'data' as data from outbox where type = any($1)"


@dataclass(frozen=True)
class Books:
    """Numbers of events and mails; `wrong` are commands whose effect is not what was answered, `which` was lost."""

    lost: int
    doubled: int
    stuck: int
    parked: int
    wrong: int
    which: list[str] = field(default_factory=list, compare=False)


RIGHT = Books(lost=0, doubled=0, stuck=0, parked=0, wrong=0)


def mails_of(kind: str, data: str) -> int:
    """Count the mails that an event makes: none for who joins an account that nobody manages yet."""
    event = EVENTS[kind]
    said = event.model_validate_json(data)
    return sum(len(each(row.to(said))) for row in MAILED if row.event is event)


class Ledger:
    """Looks at a system from outside, past its proxies."""

    def __init__(self, system: System, in_hands: float = IN_HANDS) -> None:
        self._system, self._in_hands = system, in_hands

    async def _ask(self, service: str, sql: str, *args) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._system.world.dsn(service), timeout=10)
        try:
            return await connection.fetch(sql, *args, timeout=20)
        finally:
            await connection.close(timeout=5)

    async def _count(self, service: str, sql: str) -> int:
        return int((await self._ask(service, sql))[0][0])

    async def hurry(self) -> None:
        """Let the time pass that a dead sender’s mail and a failed effect wait; the senders that live keep theirs."""
        await self._ask("notifications", HURRY, [])
        await self._pass_time()

    async def _pass_time(self) -> None:
        await self._ask("notifications", DUE)
        for service in SERVICES:
            await self._ask(service, "update retry set next_at = now() where state = 'waiting' and next_at > now()")

    async def unfinished(self) -> int:
        """Count what still moves, or should."""
        waiting = [await self._count(service, UNFINISHED) for service in SERVICES]
        return sum(waiting) + await self._count("notifications", UNENDED) + await self.queued()

    async def stuck(self) -> list[str]:
        """Name what waits in the tables and queues though nothing moves."""
        waiting = [(name, row) for name in SERVICES for row in await self._ask(name, WAITING)]
        mails = [("mail", row) for row in await self._ask("notifications", UNENDED_MAILS)]
        queues = [f"{name}: {count}" for name, count in (await self._queues()).items() if count]
        return [f"{name}: {dict(row)}" for name, row in waiting + mails] + queues

    async def unsent(self, service: str) -> int:
        """Count a service's events that wait to be sent."""
        return await self._count(service, "select count(*) from outbox where sent_at is null")

    async def queued(self) -> int:
        """Count the messages in all queues."""
        return sum((await self._queues()).values())

    async def _queues(self) -> dict[str, int]:
        connection = await aio_pika.connect(self._system.broker.url, timeout=10)
        async with connection:
            channel = await connection.channel()
            found = [
                await channel.declare_queue(wiring.queue_name(name), passive=True, timeout=10) for name in wiring.WIRING
            ]
            return {queue.name: queue.declaration_result.message_count or 0 for queue in found}

    async def settle(self, seconds: float = SETTLE) -> int:
        """Wait until nothing is unfinished, as long as that becomes less now and then, and ten times so long at most.

        Gives how much is unfinished all the same. Asked once more it may be one: the register is sealed all the time.

        What failed often waits ten minutes for its next attempt, also for what has come since, and more than ten mails
        of a kind to one address wait an hour: that time passes too, also for mails that were asked for meanwhile.
        """
        now = asyncio.get_running_loop().time
        before, until, end = 0, now() + seconds, now() + LONGEST * seconds
        again, due = now() + PASSES, now() + DELAYED
        while (left := await self.unfinished()) and now() < min(until, end):
            until = now() + seconds if left < before else until
            before = left
            if now() > due:
                await self._ask("notifications", f"{DUE} and attempts = 0")
                due = now() + DELAYED
            if now() > again:
                await self._pass_time()
                again = now() + PASSES
            await asyncio.sleep(0.2)
        return left

    async def close(self, load: Load) -> Books:
        """Settle and read the books."""
        stuck = await self.settle()
        which = await self._never_came()
        parked = [await self._count(name, "select count(*) from retry where state = 'parked'") for name in SERVICES]
        return Books(
            lost=len(which),
            doubled=await self._count("notifications", TWICE) + await self._strays(),
            stuck=stuck,
            parked=sum(parked),
            wrong=len(load.odd) + await self._wrong(load),
            which=which + (await self.stuck() if stuck else []),
        )

    async def closed(self, load: Load) -> Books:
        """Let the time of dead senders' mails pass, settle, and read the books."""
        if self._system.programs["notifications"].process.returncode is None:
            await self._system.kill("notifications")
        await self.hurry()
        await self._system.again("notifications")
        return await self.close(load)

    async def now(self) -> datetime:
        """Give the database's time."""
        found: datetime = (await self._ask("delegation", "select clock_timestamp()"))[0][0]
        return found

    async def say_again(self, service: str, since: datetime) -> None:
        """Have a service send its events since then once more: what a planted bug lost comes, the rest is known.

        None from before: a consumer without an inbox, planted by another test, may have heard it.
        """
        await self._ask(service, "update outbox set sent_at = null where sent_at >= $1", since)

    async def forget_strays(self) -> None:
        """Take what a planted bug doubled out of the books."""
        await self._ask("notifications", FORGET)
        known = {row["message_id"] for row in await self._ask("notifications", "select message_id from email")}
        for stray in set(self._system.sink.copies) - known:
            del self._system.sink.copies[stray]

    async def missing(self) -> list[str]:
        """Name what should be there now and is not."""
        await self._system.count_mails()
        return await self._unrecorded() + await self._unmailed() + await self._unprojected()

    async def _never_came(self) -> list[str]:
        """Name what is missing when nothing moves any more, and what consumers have in their hands has come too."""
        deadline = asyncio.get_running_loop().time() + self._in_hands
        while which := await self.missing():
            if asyncio.get_running_loop().time() > deadline or not await self._held():
                return await self.missing()
            await asyncio.sleep(0.5)
            await self.settle()
        return which

    async def _held(self) -> bool:
        """Tell whether consumers may have something in their hands: what is missing when nobody has is lost."""
        if not isinstance(self._system.broker, PrivateNode):
            return True
        return sum(await self._system.broker.channels()) > 0

    async def _said(self) -> list[tuple[str, str]]:
        rows = [row for name in SERVICES for row in await self._ask(name, "select event_id, type from outbox")]
        return [(row["event_id"], row["type"]) for row in rows]

    async def _unrecorded(self) -> list[str]:
        """Name the events that should be in the register and are not."""
        known = {row["id"] for row in await self._ask("audit", "select id from activity")}
        said = await self._said()
        return [f"activity of {kind} {key}" for key, kind in said if kind in RECORDS and key not in known]

    async def _unmailed(self) -> list[str]:
        """Name the events that should have made mails and did not, and the mails sent that nobody got."""
        emails = await self._ask("notifications", "select cause, state, message_id from email")
        made, got = Counter(row["cause"] for row in emails), self._system.sink.copies
        causes = [row for name in SERVICES for row in await self._ask(name, CAUSES, [row.event.type for row in MAILED])]
        missing = [
            f"mail of {row['type']} {row['event_id']}"
            for row in causes
            for _ in range(mails_of(row["type"], row["data"]) - made[row["event_id"]])
        ]
        sent = [row["message_id"] for row in emails if row["state"] == "sent"]
        return missing + [f"copy of {message_id}" for message_id in sent if not got[message_id]]

    async def _strays(self) -> int:
        """Count the messages that arrived and are nobody's: a second Message-ID for one mail."""
        known = {row["message_id"] for row in await self._ask("notifications", "select message_id from email")}
        return len(set(self._system.sink.copies) - known)

    async def _unprojected(self) -> list[str]:
        """Name the people and licences that delegation does not know as their owners do."""
        differing = []
        for service, table in (("identity", "person"), ("accounts", "licence")):
            rows = [await self._ask(name, STATE.format(table=table)) for name in (service, "delegation")]
            owner, copy = [{tuple(row) for row in found} for found in rows]
            differing += [f"{table} {row}" for row in owner ^ copy]
        return differing

    async def believe(self, load: Load) -> None:
        """Take what is so for what was answered: after a planted bug, or a test that failed in the middle."""
        load.odd.clear()
        load.broken = False
        load.rights = await self.rights()

    async def rights(self) -> dict[tuple[str, str], list[bool]]:
        """Give every designation that is there by pair, oldest first: whether it stands."""
        found: dict[tuple[str, str], list[bool]] = {}
        for row in await self._ask("delegation", RIGHTS):
            found.setdefault((str(row["delegator_id"]), str(row["delegate_id"])), []).append(row["active"])
        return found

    async def _wrong(self, load: Load) -> int:
        found = await self.rights()
        return sum(1 for pair, wanted in load.rights.items() if sorted(found.get(pair, [])) != sorted(wanted))
