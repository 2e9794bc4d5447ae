"""Everything destroyed and restored (O5, make chaos-compose): to the last archived moment, and to an earlier one.

After the first nothing may be missing. After the second what was done since is gone, as it must be; but it is gone
everywhere: no service knows of another what that one does not.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, replace

import asyncpg
import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Books, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(1200)]
ARCHIVED = "select coalesce(last_archived_wal >= $1, false) from pg_stat_archiver"
ASIDE = ("mv", "/register/checkpoints.txt", "/register/checkpoints-until-the-restore.txt")
SEALED = "select not exists (select from activity left join leaf using (seq) where leaf.seq is null)"


async def test_everything_is_destroyed_and_restored(peopled: Composed, load: Load) -> None:
    """A base backup under load, more work, then database and broker are gone: base and log bring all of it back."""
    async with load.running():
        await asyncio.sleep(2)
        await peopled.project.script("deploy/backup")
        await asyncio.sleep(5)
    ledger = Ledger(peopled, IN_HANDS_APART)
    await ledger.hurry()
    await ledger.settle()
    await _until_archived(peopled)
    await _destroy(peopled, volumes=True)
    took = await _restore(peopled)
    assert await _books(peopled, ledger, load) == RIGHT
    assert await _register(peopled) == "good"
    repeated = _repeated(peopled)
    facts = {"lost": 0, "doubled": 0, "commands": load.done, "mails repeated": repeated, "seconds": round(took)}
    scorecard.note("O5", "database and broker destroyed under what was archived", 1, **facts)


async def test_database_is_restored_to_an_earlier_moment(peopled: Composed, load: Load) -> None:
    """It crashed, and what was done in the last seconds is not wanted back: it is gone in every service alike."""
    async with load.running():
        await asyncio.sleep(2)
        await peopled.project.script("deploy/backup")
        await asyncio.sleep(5)
        moment = await _now(peopled)
        await asyncio.sleep(8)
    await _until_archived(peopled, switch=True)
    await _destroy(peopled, volumes=False)
    took = await _restore(peopled, "latest", moment)
    ledger = Ledger(peopled, IN_HANDS_APART)
    gone = await _gone(ledger, load)
    assert gone.designations, "inconclusive: everything is there"
    await ledger.believe(load)
    books = await _books(peopled, ledger, load)
    assert replace(books, doubled=0) == RIGHT
    assert "tail-cut" in await _register(peopled)
    await compose.docker("exec", (await peopled.project.containers("audit"))[0], *ASIDE)
    await until_it_can(lambda: _sealed(peopled))
    assert await _register(peopled) == "good"
    facts = {"designations undone": gone.designations, "removals undone": gone.removals, "commands": load.done}
    facts |= {"mails about what is gone": books.doubled, "mails repeated": _repeated(peopled), "seconds": round(took)}
    scorecard.note("O5", "database crashed, restored to a moment 8 s before", 1, **facts)


@dataclass(frozen=True)
class Gone:
    """What was answered and is no more."""

    designations: int = 0
    removals: int = 0


async def _gone(ledger: Ledger, load: Load) -> Gone:
    """Compare what was answered with what is there: of each pair the beginning must be the same."""
    there = await ledger.rights()
    gone: Counter[str] = Counter()
    for pair, wanted in load.rights.items():
        found = there.get(pair, [])
        gone["designations"] += len(wanted) - len(found)
        gone["removals"] += sum(now and not then for now, then in zip(found, wanted, strict=False))
        assert len(found) <= len(wanted)
        assert found[:-1] == wanted[: len(found)][:-1]
    return Gone(**gone)


async def _destroy(system: Composed, *, volumes: bool) -> None:
    """Kill the database; with `volumes`, its data, and the broker's, are lost with it."""
    project = system.project
    lost = ("postgres", "rabbitmq") if volumes else ("postgres",)
    await project.compose("kill", *lost)
    if volumes:
        await project.compose("rm", "--force", *lost)
        await compose.docker("volume", "rm", *(f"{project.name}_{name}" for name in lost))


async def _restore(system: Composed, *words: str) -> float:
    """Restore, and give after how many seconds everything answered again."""
    begun = time.monotonic()
    await system.project.script("deploy/restore", *words, seconds=600)
    await system.find()
    await until_it_can(lambda: _answers(system))
    took = time.monotonic() - begun
    await system.sign_in()
    return took


async def _books(system: Composed, ledger: Ledger, load: Load) -> Books:
    """Read the books once everything was said again."""
    await ledger.hurry()
    await ledger.settle()
    return await ledger.close(load)


def _repeated(system: Composed) -> int:
    """Count the mails that came once more under the same Message-ID."""
    return sum(count - 1 for count in system.sink.copies.values())


async def _register(system: Composed) -> str:
    """Have the register checked: `good`, or what was said."""
    try:
        await system.project.operate("verify")
    except compose.Failed as error:
        return str(error)
    return "good"


async def _sealed(system: Composed) -> None:
    """Wait until the register goes on."""
    connection = await asyncpg.connect(system.addresses["audit"])
    try:
        if not await connection.fetchval(SEALED):
            raise OSError("not everything is sealed")
    finally:
        await connection.close()


async def _now(system: Composed) -> str:
    connection = await asyncpg.connect(system.addresses["identity"])
    try:
        return str(await connection.fetchval("select clock_timestamp()"))
    finally:
        await connection.close()


async def _until_archived(system: Composed, *, switch: bool = False) -> None:
    """Wait until the log of now is in the archive, as it is after a minute at most, or at once."""
    connection = await asyncpg.connect(system.addresses["postgres"])
    try:
        segment = await connection.fetchval("select pg_walfile_name(pg_current_wal_lsn())")
        begun = time.monotonic()
        while not await connection.fetchval(ARCHIVED, segment):
            assert time.monotonic() - begun < 150, "the log is not archived in time"
            await connection.execute("select pg_logical_emit_message(true, 'x', 'y')")
            if switch:
                await connection.execute("select pg_switch_wal()")
            await asyncio.sleep(1)
    finally:
        await connection.close()


async def _answers(system: Composed) -> None:
    for path in ("/identity/.well-known/jwks.json", "/delegation/v1/services"):
        answer = await system.world.anonymous.call("GET", path)
        if answer.status != 200:
            raise OSError(f"{path}: {answer.status}")
