"""The named queries of bank details, and of used proofs, as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.db import queries

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool
    from shared.web.proofs import Proof

SQL = queries.load("services.accounts", "sql/bank.sql")


async def find_bank_detail(source: Connection | Pool, account: UUID) -> Record | None:
    """Give an account's bank details, sealed."""
    return await source.fetchrow(SQL["find_bank_detail"], account)


async def upsert_bank_detail(connection: Connection, account: UUID, sealed: bytes, person: UUID) -> Record:
    """Keep an account's bank details."""
    row = await connection.fetchrow(SQL["upsert_bank_detail"], account, sealed, person)
    assert row is not None
    return row


async def delete_bank_detail(connection: Connection, account: UUID) -> bool:
    """Forget an account's bank details; False when there are none."""
    return await connection.fetchval(SQL["delete_bank_detail"], account) is not None


async def spend_proof(connection: Connection, proof: Proof) -> bool:
    """Use a proof; False when it was used before."""
    await connection.execute(SQL["forget_proofs"])
    return await connection.fetchval(SQL["spend_proof"], proof.id, proof.expires_at) is not None


async def list_sealed(pool: Pool, after: UUID, limit: int) -> list[Record]:
    """Give some sealed bank details after an account."""
    return await pool.fetch(SQL["list_sealed"], after, limit)


async def reseal_bank_detail(pool: Pool, account: UUID, former: bytes, sealed: bytes) -> None:
    """Seal bank details anew."""
    await pool.execute(SQL["reseal_bank_detail"], account, former, sealed)
