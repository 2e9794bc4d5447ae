"""Bank details of an account: changed by a manager who just typed his password again, sealed for the account alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts import store_bank
from services.accounts.commands import access, speaking
from shared.contracts.events import fees as events
from shared.contracts.events.companies import Right
from shared.contracts.problems import common

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.schemas.bank import NewBankDetails
    from shared.crypto.keyring import Keyring
    from shared.db.pool import Connection, Pool
    from shared.web.proofs import Proof

BATCH = 200
FIELDS = ("institution", "transit", "account_number", "holder")


async def change(
    connection: Connection, keyring: Keyring, account_id: UUID, person: UUID, proof: Proof, new: NewBankDetails
) -> Record:
    """Set an account's bank details; every manager is told (`manager-required`, `reauthentication-required`)."""
    await _ensure_proved(connection, account_id, person, proof)
    sealed = seal(keyring, account_id, {name: getattr(new, name) for name in FIELDS})
    row = await store_bank.upsert_bank_detail(connection, account_id, sealed, person)
    await _say(connection, events.BankDetailsChanged, account_id, person)
    return row


async def remove(connection: Connection, account_id: UUID, person: UUID, proof: Proof) -> None:
    """Remove an account's bank details; every manager is told (`not-found` when there are none)."""
    await _ensure_proved(connection, account_id, person, proof)
    if not await store_bank.delete_bank_detail(connection, account_id):
        raise common.NotFound
    await _say(connection, events.BankDetailsRemoved, account_id, person)


async def _ensure_proved(connection: Connection, account_id: UUID, person: UUID, proof: Proof) -> None:
    await access.lock(connection, account_id, person, Right.MANAGE)
    if not await store_bank.spend_proof(connection, proof):
        raise common.ReauthenticationRequired


async def _say(connection: Connection, kind: type[events.BankDetails], account_id: UUID, person: UUID) -> None:
    await speaking.say(connection, account_id, (kind, {"changed_by": await speaking.person(connection, person)}))


def seal(keyring: Keyring, account_id: UUID, details: dict[str, str]) -> bytes:
    """Encrypt bank details, bound to their account: moved to another one they cannot be read."""
    return keyring.seal(json.dumps(details).encode(), _context(account_id))


def unseal(keyring: Keyring, account_id: UUID, sealed: bytes) -> dict[str, str]:
    """Decrypt the bank details of an account."""
    found: dict[str, str] = json.loads(keyring.open(sealed, _context(account_id)))
    return found


def _context(account_id: UUID) -> str:
    return f"bank-details:{account_id}"


async def reseal(pool: Pool, keyring: Keyring) -> int:
    """Encrypt anew what an older key encrypted, so that it can be thrown away; give how many were."""
    after, done = UUID(int=0), 0
    while rows := await store_bank.list_sealed(pool, after, BATCH):
        for row in rows:
            if not keyring.is_current(row["sealed"]):
                anew = seal(keyring, row["account_id"], unseal(keyring, row["account_id"], row["sealed"]))
                await store_bank.reseal_bank_detail(pool, row["account_id"], row["sealed"], anew)
                done += 1
        after = rows[-1]["account_id"]
    return done
