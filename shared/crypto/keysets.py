"""The public keys of one issuer, fetched when needed and kept when it does not answer."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from joserfc import jwk
from joserfc.errors import JoseError

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

FETCH_TIMEOUT = aiohttp.ClientTimeout(total=3)
LARGEST = 65_536
AT_MOST_EVERY = 5.0
STALE_AFTER = 300.0


class KeySource:
    """The JWKS at one address: asked on an unknown key id, at most every 5 s, and every 5 min otherwise.

    `answered` tells whether the last request got a key set: when it did not, an unknown key
    proves nothing about the token. `ticks` is a monotonic clock in seconds.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._url = url
        self._ticks = ticks
        self._keys: dict[str, jwk.OKPKey] = {}
        self._asked: float | None = None
        self._asking = asyncio.Lock()
        self.answered = False

    async def find(self, key_id: str) -> jwk.OKPKey | None:
        """Find a key by its id, asking the issuer when that may help."""
        if key_id not in self._keys:
            async with self._asking:
                if key_id not in self._keys and self._older_than(AT_MOST_EVERY):
                    await self._ask()
        elif self._older_than(STALE_AFTER) and not self._asking.locked():
            async with self._asking:
                await self._ask()
        return self._keys.get(key_id)

    def known(self, key_id: str) -> jwk.OKPKey | None:
        """Give a key that is in hand and fresh; None: `find` it."""
        return None if self._older_than(STALE_AFTER) else self._keys.get(key_id)

    def _older_than(self, seconds: float) -> bool:
        return self._asked is None or self._ticks() - self._asked >= seconds

    async def _ask(self) -> None:
        self._asked = self._ticks()
        try:
            self._keys = self._merged(await self._fetch())
            self.answered = True
        except (aiohttp.ClientError, TimeoutError, JoseError, ValueError, KeyError, TypeError) as error:
            self.answered = False
            log.warning("keys not fetched", url=self._url, error=type(error).__name__)

    async def _fetch(self) -> dict[str, jwk.OKPKey]:
        async with self._http.get(self._url, timeout=FETCH_TIMEOUT, allow_redirects=False) as answer:
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
            return {key["kid"]: jwk.OKPKey.import_key(key) for key in found["keys"] if is_signing_key(key)}

    def _merged(self, fetched: dict[str, jwk.OKPKey]) -> dict[str, jwk.OKPKey]:
        """Keep the objects of keys already known: a verified token is remembered together with its key."""
        same = {
            key_id: old
            for key_id, old in self._keys.items()
            if key_id in fetched and old.thumbprint() == fetched[key_id].thumbprint()
        }
        return fetched | same


def is_signing_key(key: dict[str, Any]) -> bool:
    """Tell whether a published key is one we take: public Ed25519 with an id (RFC 8037 §2)."""
    is_public_ed25519 = key.get("kty") == "OKP" and key.get("crv") == "Ed25519" and "d" not in key
    return is_public_ed25519 and isinstance(key.get("kid"), str)
