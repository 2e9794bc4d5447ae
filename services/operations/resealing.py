"""Sealing again, with the key in use, what older keys of the rings sealed: PINs, bank details, signing keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from services.accounts import pins
from services.accounts.commands import bank
from services.operations import store
from shared.crypto import signing
from shared.crypto.keyring import Keyring
from shared.db.pool import Connection, Pool

BATCH = 500
Seal = Callable[[Connection, Any], Awaitable[bool]]


async def signing_keys(pool: Pool, folder: Path, service: str) -> int:
    """Seal a service's signing keys again; give how many it concerned."""
    ring = Keyring.load(folder, service)

    async def seal(connection: Connection, row: Any) -> bool:
        if ring.is_current(row["sealed"]):
            return False
        context = signing.context(row["id"])
        await store.update_signing_key(connection, row["id"], ring.seal(ring.open(row["sealed"], context), context))
        return True

    return await _all(pool, store.list_signing_keys, "", seal)


async def licence_pins(pool: Pool, folder: Path) -> int:
    """Seal and digest the PINs of licences again; give how many it concerned."""
    return await _pins(pool, folder, store.list_licence_pins, store.update_licence_pin)


async def account_pins(pool: Pool, folder: Path) -> int:
    """Seal and digest the PINs of accounts again; give how many it concerned."""
    return await _pins(pool, folder, store.list_account_pins, store.update_account_pin)


async def bank_details(pool: Pool, folder: Path) -> int:
    """Seal bank details again; give how many it concerned."""
    return await bank.reseal(pool, Keyring.load(folder, "bank"))


async def _pins(pool: Pool, folder: Path, listing: store.Listing, update: store.Updating) -> int:
    ring = Keyring.load(folder, "pin")

    async def seal(connection: Connection, row: Any) -> bool:
        if ring.is_current(row["sealed"]):
            return False
        pin = ring.open(row["sealed"], pins.PURPOSE)
        digest = ring.digest(pin.decode().replace("-", ""), pins.PURPOSE)
        await update(connection, row["id"], digest, ring.seal(pin, pins.PURPOSE))
        return True

    return await _all(pool, listing, store.FIRST, seal)


async def _all(pool: Pool, listing: store.Listing, begin: Any, seal: Seal) -> int:
    changed, last = 0, begin
    while True:
        async with pool.transaction() as connection:
            rows = await listing(connection, last, BATCH)
            for row in rows:
                changed += await seal(connection, row)
        if len(rows) < BATCH:
            return changed
        last = rows[-1]["id"]
