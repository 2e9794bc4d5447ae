"""The log grows in the order of arrival, signed, outside the database too, by one process at a time."""

from __future__ import annotations

import asyncio
import base64

import pytest

from services.audit.seal import keys, outside, proofs, register, sealer, store
from shared.crypto.keyring import KeyFileWrong
from shared.merkle import notes, tree
from shared.merkle import proofs as pure
from tests.integration.audit.seal.log import NAME, Log


async def leaves(log: Log) -> list[tuple[int, int]]:
    return [(row["index"], row["seq"]) for row in await log.owner.fetch("select index, seq from leaf order by index")]


def states(log: Log) -> list[notes.Checkpoint]:
    trusted = [one.verifier for one in keys.load(log.folder / "secrets", NAME)]
    return [notes.open_checkpoint(note, trusted) for note in outside.read(log.folder)]


async def test_sealing_takes_all_in_order_of_arrival_and_signs_each_time(log: Log) -> None:
    seqs = [*await log.record(30)]
    assert 30 == await log.sealer.run()
    seqs += await log.record(7)
    assert 7 == await log.sealer.run()
    assert 0 == await log.sealer.run()
    assert list(enumerate(seqs)) == await leaves(log)
    assert [30, 37] == [state.size for state in states(log)]
    edge = tree.Edge.empty()
    for row in await log.owner.fetch("select hash from leaf order by index"):
        list(edge.append(row["hash"]))
    assert edge.root() == states(log)[-1].root
    assert (await log.check()).good


async def test_sealed_is_announced_once_for_each_state(log: Log) -> None:
    await log.seal(3, 2)
    rows = await log.owner.fetch("select subject, sequence, envelope from outbox order by id")
    assert [("register/mandat/register", 3), ("register/mandat/register", 5)] == [
        (row["subject"], row["sequence"]) for row in rows
    ]
    data = rows[-1]["envelope"]["data"]
    assert (5, list(outside.read(log.folder))[-1]) == (data["size"], data["note"])
    assert states(log)[-1].root == base64.b64decode(data["root"])


async def test_sealers_at_the_same_time_make_one_log(log: Log) -> None:
    """Negative control: without the lock the second one fails on the leaves of the first."""
    await log.record(50)
    done = await asyncio.gather(*(log.sealer.run() for _ in range(4)))
    assert 50 == sum(done)
    assert list(range(50)) == [index for index, _ in await leaves(log)]
    assert (await log.check()).good


async def test_writer_that_commits_late_is_sealed_after_and_nothing_is_left_out(log: Log) -> None:
    """The order of arrival is the order of commits: an open transaction holds back who comes after it."""
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with log.owner.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtextextended('mandat:register', 0))")
            await log._record(connection, {})
            started.set()
            await go_on.wait()

    async def quickly() -> None:
        await started.wait()
        async with log.owner.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtextextended('mandat:register', 0))")
            await log._record(connection, {})

    slow, quick = asyncio.create_task(slowly()), asyncio.create_task(quickly())
    await started.wait()
    assert 0 == await log.sealer.run()
    go_on.set()
    await asyncio.gather(slow, quick)
    assert 2 == await log.sealer.run()
    assert (await log.check()).good


async def test_signed_state_that_was_not_written_outside_is_written_the_next_time(log: Log) -> None:
    await log.seal(3, 4)
    file = log.folder / outside.FILE
    whole = file.read_text()
    file.write_text(whole[: whole.rindex("\u2014") - 20])
    await log.sealer.publish()
    assert [3, 7] == [state.size for state in states_that_count(log)]


def states_that_count(log: Log) -> list[notes.Checkpoint]:
    trusted = [one.verifier for one in keys.load(log.folder / "secrets", NAME)]
    found = []
    for note in outside.read(log.folder):
        try:
            found.append(notes.open_checkpoint(note, trusted))
        except notes.NoteWrong:
            continue
    return found


async def test_database_that_does_not_continue_what_was_signed_is_not_sealed(log: Log) -> None:
    """An old copy was restored: signing on would be a second history."""
    await log.seal(5, 5)
    for table in (
        "leaf where index >= 5",
        "checkpoint where size > 5",
        "activity where seq > 5",
        "entry where seq > 5",
    ):
        await log.sql(f"delete from {table}")
    await log.record(5)
    with pytest.raises(sealer.Forked):
        await log.sealer.run()
    assert [(5, 10)] == [(one.index, one.end) for one in (await log.check()).findings if one.what == "tail-cut"]


async def test_register_goes_on_once_what_was_signed_is_put_aside_and_who_kept_it_sees(log: Log) -> None:
    """After a restore whose end is lost for good."""
    await log.seal(5, 5)
    heard = list(outside.read(log.folder))
    for table in (
        "leaf where index >= 5",
        "checkpoint where size > 5",
        "activity where seq > 5",
        "entry where seq > 5",
    ):
        await log.sql(f"delete from {table}")
    await log.sql("delete from outbox where sequence > 5")
    (log.folder / outside.FILE).rename(log.folder / "evidence.txt")
    await log.seal(5)
    assert (await log.check()).good
    trusted = [one.verifier for one in keys.load(log.folder / "secrets", NAME)]
    report = await register.check(log.owner, trusted, heard)
    assert {"checkpoint-forged", "root-differs"} & {one.what for one in report.findings}


async def test_key_is_rotated_while_both_are_accepted(log: Log) -> None:
    folder = log.folder / "secrets"
    old = keys.load(folder, NAME)[0].verifier
    await log.seal(3)
    keys.rotate(folder)
    new = keys.load(folder, NAME)[0].verifier
    await log.seal(3)
    both = list(outside.read(log.folder))[-1]
    assert [6, 6] == [notes.open_checkpoint(both, [key]).size for key in (old, new)]
    keys.rotate(folder)
    await log.seal(3)
    last = list(outside.read(log.folder))[-1]
    assert 9 == notes.open_checkpoint(last, [new]).size
    with pytest.raises(notes.NoteWrong):
        notes.open_checkpoint(last, [old])
    assert 3 == len(await store.list_sealing_keys(log.owner))
    assert (await log.check()).good, "the key of today vouches for those before it"


async def test_key_file_that_is_wrong_seals_nothing(log: Log) -> None:
    file = log.folder / "secrets" / keys.FILE
    await log.record(1)
    for content in ("", "AAAA\n", "not base64 at all!\n", file.read_text() * 3):
        file.chmod(0o600)
        file.write_text(content)
        with pytest.raises(KeyFileWrong):
            await log.sealer.run()
    assert [] == await leaves(log)


async def test_proofs_of_many_groups_hold_with_what_is_kept_from_one_to_the_next(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Little is kept: what many groups have in common is read once, and memory stays the same."""
    monkeypatch.setattr(proofs, "KEPT", 30)
    await log.seal(200)
    hashes = [row["hash"] for row in await log.owner.fetch("select hash from leaf order by index")]
    (last,) = states(log)
    kept: dict[tuple[int, int], bytes] = {}
    sizes = []
    for begin in range(0, 200, 10):
        groups = [list(range(begin, begin + 5)), [begin + 9, 199 - begin]]
        for some, filling in zip(groups, await proofs.fillings(log.owner, groups, last.size, kept), strict=True):
            assert last.root == pure.root_of({index: hashes[index] for index in some}, last.size, iter(filling))
        sizes.append(len(kept))
    assert max(sizes) < 80
    assert sizes[1] > sizes[0]


async def test_proofs_from_the_database_hold(log: Log) -> None:
    await log.seal(40, 60, 33)
    hashes = [row["hash"] for row in await log.owner.fetch("select hash from leaf order by index")]
    last, before = states(log)[-1], states(log)[0]
    for index in (0, 1, 39, 63, 64, 100, 132):
        proof = await proofs.inclusion(log.owner, index, last.size)
        pure.verify_inclusion(hashes[index], index, last.size, proof, last.root)
    grown = await proofs.consistency(log.owner, before.size, last.size)
    pure.verify_consistency(before.size, last.size, grown, before.root, last.root)
    groups = [[3, 4, 5, 77, 131], [0, 132]]
    for some, filling in zip(groups, await proofs.fillings(log.owner, groups, last.size), strict=True):
        assert last.root == pure.root_of({index: hashes[index] for index in some}, last.size, iter(filling))
