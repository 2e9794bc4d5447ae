"""Reads of bank details, masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_bank, store_members
from services.accounts.commands import bank as commands
from services.accounts.rules import bank as rules
from services.accounts.rules import members
from services.accounts.schemas import bank as schemas
from shared.contracts.events.companies import Right
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.crypto.keyring import Keyring
    from shared.db.pool import Pool

SHOWN_OF_TRANSIT, SHOWN_OF_ACCOUNT = 2, 3


async def find(pool: Pool, keyring: Keyring, account_id: UUID, person: UUID) -> schemas.BankDetails:
    """Give an account's bank details to who may pay for it (O13); `not-found` when there are none."""
    members.ensure_right(await store_members.find_member(pool, account_id, person), Right.PAY)
    row = await store_bank.find_bank_detail(pool, account_id)
    if row is None:
        raise common.NotFound
    return masked(keyring, row)


def masked(keyring: Keyring, row: Record) -> schemas.BankDetails:
    """Show bank details, their numbers hidden but for the last digits."""
    details = commands.unseal(keyring, row["account_id"], row["sealed"])
    return schemas.BankDetails(
        institution=details["institution"],
        transit=rules.masked(details["transit"], SHOWN_OF_TRANSIT),
        account_number=rules.masked(details["account_number"], SHOWN_OF_ACCOUNT),
        holder=details["holder"],
        changed_at=row["changed_at"],
    )
