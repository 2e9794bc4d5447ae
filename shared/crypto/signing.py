"""The keys a service signs its tokens with: published as JWKS, rotated without a stop (RFC 7517, RFC 8037).

A new key is published first and signs only when every verifier has had the time to fetch
it; the old one stays published until what it signed has expired.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from joserfc import jwk, jwt

from shared.db import queries
from shared.db.migrate import Area

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.crypto.keyring import Keyring
    from shared.db.pool import Connection, Pool

SQL = queries.load("shared.crypto")
AREA = Area("crypto", resources.files("shared.crypto") / "sql/migrations")

ALGORITHM = "Ed25519"
PUBLICATION = timedelta(minutes=10)
"""Longer than verifiers keep a key set without asking again (`keysets.STALE_AFTER`)."""
AFTERLIFE = timedelta(minutes=10)
"""Longer than any token we sign lives, with leeway."""
RELOAD_AFTER = 30.0


@dataclass(frozen=True, slots=True)
class _Signing:
    key: jwk.OKPKey
    loaded_at: float


class SigningKeys:
    """Signs with the current key of table `signing_key`, whose private half the keyring seals.

    `ticks` is a monotonic clock in seconds; a rotation is noticed within 30 s of it.
    """

    def __init__(self, pool: Pool, keyring: Keyring, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._keyring = keyring
        self._ticks = ticks
        self._signing: _Signing | None = None
        self._loading = asyncio.Lock()

    async def ensure(self) -> None:
        """Make the first key when there is none that may sign; safe with many starters at once."""
        async with self._pool.transaction() as connection:
            await connection.execute(SQL["lock_keys"])
            if await connection.fetchrow(SQL["find_signing_key"]) is None:
                await self._insert(connection, timedelta())

    async def sign(self, claims: dict[str, Any], *, typ: str = "at+jwt") -> str:
        """Make a compact JWS of the claims (RFC 9068)."""
        key = await self._current()
        header = {"alg": ALGORITHM, "typ": typ, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    async def jwks(self) -> dict[str, Any]:
        """Give every key that may have signed a living token, and the one that will sign next."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch(SQL["list_published_keys"])
        return {"keys": [row["public_key"] for row in rows]}

    async def rotate(self, *, delay: timedelta = PUBLICATION) -> None:
        """Publish a new key that signs after `delay`; the older ones end `AFTERLIFE` later and are then deleted."""
        async with self._pool.transaction() as connection:
            await connection.execute(SQL["lock_keys"])
            await self._replace(connection, delay)

    async def rotate_when_due(self, age: timedelta) -> bool:
        """Rotate when the newest key is older than `age`, and tell whether it was; one of many replicas does it."""
        async with self._pool.transaction() as connection:
            await connection.execute(SQL["lock_keys"])
            await connection.execute(SQL["delete_ended_keys"])
            due = bool(await connection.fetchval(SQL["is_rotation_due"], age))
            if due:
                await self._replace(connection, PUBLICATION)
        return due

    async def _replace(self, connection: Connection, delay: timedelta) -> None:
        await connection.execute(SQL["end_keys"], delay + AFTERLIFE)
        await self._insert(connection, delay)

    async def _insert(self, connection: Connection, delay: timedelta) -> None:
        key = jwk.OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM}, private=True, auto_kid=True)
        key_id = str(key.kid)
        private = json.dumps(key.as_dict(private=True)).encode()
        sealed = self._keyring.seal(private, context(key_id))
        await connection.execute(SQL["insert_key"], key_id, key.as_dict(private=False), sealed, delay)

    async def _current(self) -> jwk.OKPKey:
        if key := self._fresh():
            return key
        async with self._loading:
            if key := self._fresh():
                return key
            self._signing = _Signing(await self._load(), self._ticks())
            return self._signing.key

    def _fresh(self) -> jwk.OKPKey | None:
        known = self._signing
        return known.key if known is not None and self._ticks() - known.loaded_at < RELOAD_AFTER else None

    async def _load(self) -> jwk.OKPKey:
        async with self._pool.connection() as connection:
            row = await connection.fetchrow(SQL["find_signing_key"])
        if row is None:
            raise RuntimeError("there is no signing key: call ensure() first")
        private = self._keyring.open(row["private_key"], context(row["id"]))
        return jwk.OKPKey.import_key(json.loads(private))


def context(key_id: str) -> str:
    """Give the context under which the private half of a key is sealed."""
    return f"signing-key:{key_id}"
