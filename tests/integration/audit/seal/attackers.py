"""Who has all rights on the database, but not the key that signs: eight ways to change the past, as skilled as can be.

Each takes a connection in a transaction and a chance, changes something, and says where: the places in the log of which
one must be named, or the seq of an activity that was never in the log.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.seal import leaves, store
from shared import ids
from shared.merkle import notes, tree
from tests.integration.audit.seal.log import ENTER, NAME, PEOPLE, RECORD, START

THIEF = notes.Signer(NAME, Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
BOTH = ("activity", "entry")
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "kind": ("'user.changed'", BOTH),
    "file_number": ("'0' || coalesce(file_number, '')", BOTH),
    "performed_by": ("'00000000-0000-0000-0000-0000000000ff'::uuid", BOTH),
    "performed_for": ("'00000000-0000-0000-0000-0000000000ff'::uuid", BOTH),
    "performed_by_name": ("coalesce(performed_by_name, '') || ' jr'", ("activity",)),
    "performed_for_name": ("'Somebody Else'", ("activity",)),
    "occurred_at": ("occurred_at + interval '1 second'", BOTH),
    "recorded_at": ("recorded_at - interval '1 second'", ("activity",)),
    "personal": ("not personal", BOTH),
    "correlation_id": ("'c-2'", ("activity",)),
    "application": ("'permits'", BOTH),
    "key": ("key || 'x'", BOTH),
}


@dataclass
class Attack:
    """What an attacker works with."""

    connection: Any
    chance: random.Random
    size: int
    sizes: list[int]

    async def sql(self, statement: str, *values: Any) -> None:
        await self.connection.execute(statement, *values)

    async def rehash(self, index: int) -> None:
        """Make the hash of a leaf fit what stands in the register now, commitments included."""
        (row,) = await store.list_sealed(self.connection, index, index + 1)
        known = {str(one): key for one, key in (await store.find_keys(self.connection, PEOPLE)).items()}
        named = {role: known.get(leaves.named(row, role)) for role in leaves.ROLES}
        names = leaves.Names(
            *(
                leaves.commit(leaves.salt(named[role], row["id"], role), row[f"performed_{role}_name"])
                if named[role] and row[f"performed_{role}_name"]
                else row[f"{role}_sealed"]
                for role in leaves.ROLES
            )
        )
        hashed = leaves.hashed(leaves.facts(row, names))
        await self.sql(
            "update leaf set hash = $2, by_name = $3, for_name = $4 where index = $1",
            index,
            hashed,
            names.by,
            names.for_,
        )

    async def regrow(self) -> bytes:
        """Make all inner nodes fit the leaves; give the root."""
        edge, nodes = tree.Edge.empty(), []
        for row in await self.connection.fetch("select hash from leaf order by index"):
            nodes += edge.append(row["hash"])
        await self.sql("delete from node")
        await store.insert_nodes(self.connection, nodes)
        return edge.root()

    async def renumber(self) -> None:
        """Close the gaps between leaves."""
        await self.sql("update leaf set index = index + 10000000")
        await self.sql(
            "update leaf set index = placed.place from (select index, row_number() over (order by index) - 1 as place"
            " from leaf) as placed where placed.index = leaf.index"
        )

    async def seq_of(self, index: int) -> int:
        return int(await self.connection.fetchval("select seq from leaf where index = $1", index))

    def around(self, index: int) -> range:
        """The signed states between which a leaf is."""
        return range(
            max([0, *(one for one in self.sizes if one <= index)]), min(one for one in self.sizes if one > index)
        )


async def change_a_field(attack: Attack) -> tuple[range, int | None]:
    """Change one field, in the lists' index too; a better attacker makes leaf, or leaf and tree, fit it."""
    index, name = attack.chance.randrange(attack.size), attack.chance.choice(list(FIELDS))
    seq, (value, tables) = await attack.seq_of(index), FIELDS[name]
    for table in tables if attack.chance.random() < 0.8 else ("activity",):
        await attack.sql(f"update {table} set {name} = {value} where seq = $1", seq)
    skill = attack.chance.randrange(3)
    if skill > 0 and name != "occurred_at":
        await attack.rehash(index)
    if skill > 1:
        await attack.regrow()
    return (range(index, index + 1) if skill == 0 else attack.around(index)), seq


async def delete(attack: Attack) -> tuple[range, int | None]:
    """Delete an activity, then its entry, then its leaf, and close the gap."""
    index, skill = attack.chance.randrange(attack.size - 1), attack.chance.randrange(4)
    seq = await attack.seq_of(index)
    await attack.sql("delete from activity where seq = $1", seq)
    if skill > 0:
        await attack.sql("delete from entry where seq = $1", seq)
    if skill > 1:
        await attack.sql("delete from leaf where index = $1", index)
    if skill > 2:
        await attack.renumber()
        await attack.regrow()
    return (range(index, index + 1) if skill < 3 else attack.around(index)), seq


async def swap(attack: Attack) -> tuple[range, int | None]:
    """Swap two activities, or two leaves, whose names the tree then follows."""
    first, second = sorted(attack.chance.sample(range(attack.size), 2))
    skill = attack.chance.randrange(3)
    one, other = await attack.seq_of(first), await attack.seq_of(second)
    if skill == 0:
        for table in BOTH:
            await attack.sql(f"update {table} set seq = -1 where seq = $1", one) if table == "activity" else None
        await attack.sql("update activity set seq = $1 where seq = $2", one, other)
        await attack.sql("update activity set seq = $1 where seq = -1", other)
        return range(first, first + 1), one
    await attack.sql("update leaf set index = -index - 1 + 1000000 where index = $1", first)
    await attack.sql("update leaf set index = $1 where index = $2", first, second)
    await attack.sql("update leaf set index = $1 where index = $2", second, 1000000 - first - 1)
    if skill == 2:
        await attack.regrow()
    return attack.around(first), None


async def insert(attack: Attack) -> tuple[range, int | None]:
    """Insert an activity that never was: without a leaf, with one at the end, or with one in the middle of the log."""
    person, when = attack.chance.choice(list(PEOPLE)), START
    facts = (ids.uuid7(), "cadastre", ids.uuid7().hex, "lot.reserved", "77")
    seq = await attack.connection.fetchval(ENTER, *facts, person, person, when)
    await attack.sql(RECORD, seq, *facts, person, PEOPLE[person], person, PEOPLE[person], when)
    skill = attack.chance.randrange(3)
    if skill == 0:
        await attack.sql("update activity set recorded_at = $2 where seq = $1", seq, START)
        return range(0), seq
    index = attack.size if skill == 1 else attack.chance.randrange(attack.size)
    await attack.sql("update leaf set index = index + 1000000 where index >= $1", index)
    await attack.sql("insert into leaf values ($1, $2, null, 1, $3)", index, seq, bytes(32))
    await attack.renumber()
    await attack.rehash(index)
    await attack.regrow()
    return (range(index, index + 1) if skill == 1 else attack.around(index)), seq


async def cut_the_tail(attack: Attack) -> tuple[range, int | None]:
    """Cut off the end of everything, as if it had never been."""
    keep = attack.chance.randrange(1, attack.size)
    await _cut(attack, keep)
    return range(keep, keep + 1), None


async def _cut(attack: Attack, keep: int) -> None:
    last = await attack.seq_of(keep - 1)
    await attack.sql("delete from leaf where index >= $1", keep)
    await attack.sql("delete from checkpoint where size > $1", keep)
    for table in BOTH:
        await attack.sql(f"delete from {table} where seq > $1", last)
    await attack.regrow()


async def rewrite_everything(attack: Attack) -> tuple[range, int | None]:
    """Change one activity and make all that follows fit it, signed with a stolen name and a key of one's own."""
    index = attack.chance.randrange(attack.size)
    await attack.sql("update activity set correlation_id = 'c-9' where seq = $1", await attack.seq_of(index))
    await attack.rehash(index)
    await attack.regrow()
    if attack.chance.random() < 0.5:
        await attack.sql("delete from checkpoint")
    else:
        await _sign_again(attack)
    return attack.around(index), None


async def _sign_again(attack: Attack) -> None:
    edge = tree.Edge.empty()
    for row in await attack.connection.fetch("select hash from leaf order by index"):
        list(edge.append(row["hash"]))
        if edge.size in attack.sizes:
            state = notes.Checkpoint(NAME, edge.size, edge.root(), START)
            note = notes.sign(state.text(), [THIEF])
            await attack.sql("update checkpoint set note = $2 where size = $1", edge.size, note)
    await attack.sql("insert into sealing_key values ($1)", THIEF.verifier.text)


async def restore_an_old_copy(attack: Attack) -> tuple[range, int | None]:
    """Put the database back to an earlier signed state, and perhaps let it go on from there."""
    keep = attack.chance.choice(attack.sizes[:-1])
    await _cut(attack, keep)
    if attack.chance.random() < 0.5:
        return range(keep, keep + 1), None
    await insert_many(attack, attack.size - keep)
    following = next(one for one in attack.sizes if one > keep)
    return range(keep, following), None


async def insert_many(attack: Attack, count: int) -> None:
    """Go on with other activities and leaves that fit them."""
    for _ in range(count):
        facts = (ids.uuid7(), "cadastre", ids.uuid7().hex, "lot.reserved", "78")
        seq = await attack.connection.fetchval(ENTER, *facts, None, None, START)
        await attack.sql(RECORD, seq, *facts, None, None, None, None, START)
        index = await attack.connection.fetchval("select max(index) + 1 from leaf")
        await attack.sql("insert into leaf values ($1, $2, null, 1, $3)", index, seq, bytes(32))
        await attack.rehash(index)
    await attack.regrow()


async def forge_a_checkpoint(attack: Attack) -> tuple[range, int | None]:
    """Change a signed state: a sign of it, its size, or all of it under another key."""
    size = attack.chance.choice(attack.sizes)
    note = await attack.connection.fetchval("select note from checkpoint where size = $1", size)
    skill = attack.chance.randrange(3)
    if skill == 0:
        place = attack.chance.randrange(len(note) - 1)
        note = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
    elif skill == 1:
        note = note.replace(f"\n{size}\n", f"\n{size + 1}\n", 1)
    else:
        state = notes.Checkpoint(NAME, size, bytes(range(32)), START)
        note = notes.sign(state.text(), [THIEF])
    await attack.sql("update checkpoint set note = $2 where size = $1", size, note)
    return range(size, size + 1), None


async def fake_an_erasure(attack: Attack) -> tuple[range, int | None]:
    """Take a name away, and its key, as an erasure would, without one."""
    index = await attack.connection.fetchval(
        "select index from leaf where for_name is not null order by random() limit 1"
    )
    seq = await attack.seq_of(index)
    person = await attack.connection.fetchval("select performed_for from activity where seq = $1", seq)
    await attack.connection.fetchval("select erase_subject($1)", person)
    return range(index, index + 1), seq


KINDS: tuple[Callable[[Attack], Awaitable[tuple[range, int | None]]], ...] = (
    change_a_field,
    delete,
    swap,
    insert,
    cut_the_tail,
    rewrite_everything,
    restore_an_old_copy,
    forge_a_checkpoint,
    fake_an_erasure,
)
