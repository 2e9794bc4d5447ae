"""The Idempotency-Key: a repeated request gets the first answer, written in the transaction of the first effect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shared.contracts.problems import common
from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

SQL = queries.load("shared.web")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Key:
    """One request by its caller, its route and the key he gave it; `request` tells other requests apart."""

    caller: str
    route: str
    key: str
    request: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer."""

    status: int
    body: bytes


class Row(NamedTuple):
    """A key with its answer as a row, for a statement that writes more than that; without a key, all is None."""

    caller: str | None = None
    route: str | None = None
    key: str | None = None
    request: bytes | None = None
    status: int | None = None
    answer: bytes | None = None


def row(key: Key | None, status: int, answer: bytes) -> Row:
    """Make the row that keeps an answer."""
    return Row(key.caller, key.route, key.key, key.request, status, answer) if key else Row()


def key_of(caller: str, route: str, header: str | None, path: str, body: bytes) -> Key | None:
    """Read the header; a key that is empty, longer than 200 signs or not printable ASCII is `validation-failed`."""
    if header is None:
        return None
    if not 1 <= len(header) <= LONGEST or not header.isascii() or not header.isprintable():
        raise common.ValidationFailed(errors=[{"pointer": "#Idempotency-Key", "code": "string_pattern_mismatch"}])
    return Key(caller, route, header, hashlib.sha256(path.encode() + b"\0" + body).digest())


async def begin(connection: Connection, key: Key) -> Kept | None:
    """Claim the key in this transaction, waiting for a twin that runs; give its answer if there is one.

    `idempotency-key-reused` when the key stands for another request.
    """
    if await connection.fetchval(SQL["claim_key"], key.caller, key.route, key.key, key.request):
        return None
    row = await connection.fetchrow(SQL["find_kept"], key.caller, key.route, key.key)
    if row is None:
        raise common.TemporarilyUnavailable(retry_after=1)
    if row["request"] != key.request:
        raise common.KeyReused
    return Kept(row["status"], row["answer"])


async def keep(connection: Connection, key: Key, status: int, body: bytes) -> None:
    """Write the answer beside the claim."""
    await connection.execute(SQL["keep_answer"], key.caller, key.route, key.key, status, body)


async def clean(pool: Pool) -> None:
    """Forget answers older than 24 hours."""
    await pool.execute(SQL["forget_answers"])
