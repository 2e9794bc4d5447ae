"""A2: whoever changes the past with all rights on the database is found out, and where."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from services.audit.seal import keys, outside, register
from tests.chaos import scorecard
from tests.integration.audit.seal.attackers import KINDS, Attack
from tests.integration.audit.seal.log import NAME, Log

SIZES = (17, 30, 41, 64, 3, 20)
TIMES = 48
"""For each of nine kinds: 432 in all."""


async def attacked(log: Log, kind, seed: int) -> tuple[register.Report, range, int | None]:
    """Attack in a transaction, look at what it sees, and take all of it back."""
    trusted = [one.verifier for one in keys.load(log.folder / "secrets", NAME)]
    sizes = [sum(SIZES[: place + 1]) for place in range(len(SIZES))]
    async with log.owner.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            where, seq = await kind(Attack(connection, random.Random(seed), sum(SIZES), sizes))
            report = await register.check_on(connection, trusted, outside.read(log.folder))
        finally:
            await transaction.rollback()
    return report, where, seq


def located(report: register.Report, where: range, seq: int | None) -> bool:
    """Tell whether a finding names a place of those where it is: or the activity, which is more exact still."""
    return any(
        (seq is not None and one.seq == seq) or (one.index < where.stop and where.start < one.end)
        for one in report.findings
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_attack_is_found_and_located_each_time(log: Log, kind) -> None:
    await log.seal(*SIZES)
    assert (await log.check()).good
    missed, what = [], Counter[str]()
    for seed in range(TIMES):
        report, where, seq = await attacked(log, kind, seed)
        what.update({finding.what for finding in report.findings})
        if not located(report, where, seq):
            missed.append((seed, where, seq, report.findings[:5]))
    assert [] == missed
    assert (await log.check()).good, "all attacks were taken back"
    told = {one.value: times for one, times in sorted(what.items())}
    scorecard.note("A2", f"rows: {kind.__name__}", TIMES, missed=len(missed), **told)


async def test_attack_on_a_register_without_a_witness_can_stay_unseen(log: Log) -> None:
    """Negative control: a cut tail is visible only to who knows what was signed: the notes outside tell."""
    await log.seal(*SIZES)
    for table in ("leaf where index >= 17", "checkpoint where size > 17", "node where level > 4 or index > 0"):
        await log.sql(f"delete from {table}")
    for table in ("activity", "entry"):
        await log.sql(f"delete from {table} where seq > (select max(seq) from leaf)")
    assert (await log.check(witness=False)).good
    report = await log.check()
    assert [("tail-cut", 17, sum(SIZES))] == [(one.what, one.index, one.end) for one in report.findings]


async def test_note_changed_outside_the_database_is_named(log: Log) -> None:
    await log.seal(5, 5)
    file = log.folder / outside.FILE
    file.write_text(file.read_text().replace("\n5\n", "\n6\n", 1))
    assert ["checkpoint-forged"] == [one.what for one in (await log.check()).findings]


async def test_processes_that_check_together_find_the_same_as_one(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long is checked by several; stretches are so short here that each has some."""
    await log.seal(*SIZES)
    await log.sql("update activity set file_number = 'x' where seq = (select seq from leaf where index = 70)")
    await log.sql("delete from leaf where index in (20, 21)")
    await log.sql("update leaf set seq = 999 where index = 100")
    await log.sql("update node set hash = sha256(hash) where level = 4 and index = 6")
    monkeypatch.setattr(register, "BATCH", 16)
    one = await log.check()
    monkeypatch.setattr(register, "APART", 0)
    monkeypatch.setattr(register.os, "cpu_count", lambda: 2)
    several = await log.check()
    assert one == several
    what = {finding.what for finding in one.findings}
    assert {"activity-changed", "leaf-missing", "node-changed", "root-differs", "activity-missing"} <= what
