"""Mandat's public interface as a connected application calls it: with client credentials, and nothing else of ours."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from shared import requests
from shared.contracts.problems import common

if TYPE_CHECKING:
    from collections.abc import Collection

    from examples.connected.settings import ConnectedSettings

TIMEOUT = aiohttp.ClientTimeout(total=5)
MARGIN = 30.0
"""A token is renewed this many seconds before it expires."""
AWAY = 2
"""Seconds after which to try again when Mandat does not answer."""
MISSING = frozenset({404})
NOT_TAKEN = {400: "unreadable", 413: "unreadable", 422: "unreadable", 500: "failed"}
"""What it means for one that is said alone that Mandat answers so: it cannot read it, or fails at it."""


class Client:
    """Calls with a token of its own, fetched when needed; whatever is not the answer is `temporarily-unavailable`."""

    def __init__(self, settings: ConnectedSettings, http: aiohttp.ClientSession) -> None:
        self._settings, self._http = settings, http
        self._token, self._expires = "", 0.0
        self._renewing = asyncio.Lock()

    async def report(self, activities: list[dict[str, Any]]) -> dict[str, str]:
        """Report activities to audit; give the outcome of each key."""
        return await self.say(f"{self._settings.audit_url}/audit/v1/activities", "activities", activities)

    async def alert(self, alerts: list[dict[str, Any]]) -> dict[str, str]:
        """Raise alerts with notifications (Q11); give the outcome of each key."""
        return await self.say(f"{self._settings.notifications_url}/notifications/v1/alerts", "alerts", alerts)

    async def say(self, url: str, name: str, items: list[dict[str, Any]]) -> dict[str, str]:
        """Say a batch and give the outcome of each key; one that is `unreadable`, or `failed`, is so alone.

        Mandat takes a batch whole or not at all: one that is not taken is said in halves.
        """
        status, answer = await self._call("POST", url, NOT_TAKEN, json={name: items})
        if answer is not None:
            return {result["key"]: result["outcome"] for result in answer["results"]}
        if len(items) == 1:
            return {items[0]["key"]: NOT_TAKEN[status]}
        middle = len(items) // 2
        return await self.say(url, name, items[:middle]) | await self.say(url, name, items[middle:])

    async def post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send JSON and give the answer."""
        _, answer = await self._call("POST", url, json=body)
        assert answer is not None
        return answer

    async def find(self, url: str, params: list[tuple[str, str]] | None = None) -> dict[str, Any] | None:
        """Read; None when there is no such thing."""
        _, answer = await self._call("GET", url, MISSING, params=params or [])
        return answer

    async def _call(
        self, method: str, url: str, nothing: Collection[int] = (), **body: Any
    ) -> tuple[int, dict[str, Any] | None]:
        """Give the status and the answer, None for these statuses; anything else is `temporarily-unavailable`."""
        headers = {"Authorization": f"Bearer {await self._access_token()}"}
        if correlation := requests.current().correlation_id:
            headers["X-Correlation-Id"] = correlation
        try:
            async with self._http.request(method, url, headers=headers, timeout=TIMEOUT, **body) as answer:
                if answer.status == 401:
                    self._expires = 0.0
                if answer.status in nothing:
                    return answer.status, None
                if answer.status != 200:
                    raise common.TemporarilyUnavailable(retry_after=AWAY)
                return answer.status, await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise common.TemporarilyUnavailable(retry_after=AWAY) from error

    async def _access_token(self) -> str:
        """Give a token by client credentials (RFC 6749 §4.4), renewed in time."""
        async with self._renewing:
            if time.monotonic() > self._expires:
                self._token, lifetime = await self._renew()
                self._expires = time.monotonic() + lifetime - MARGIN
        return self._token

    async def _renew(self) -> tuple[str, float]:
        secret = await asyncio.to_thread((self._settings.secrets / f"{self._settings.client_id}.secret").read_text)
        try:
            async with self._http.post(
                f"{self._settings.identity_url}/identity/v1/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": aiohttp.encode_basic_auth(self._settings.client_id, secret.strip())},
                timeout=TIMEOUT,
            ) as answer:
                if answer.status != 200:
                    raise common.TemporarilyUnavailable(retry_after=AWAY)
                document = await answer.json()
                return document["access_token"], float(document["expires_in"])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise common.TemporarilyUnavailable(retry_after=AWAY) from error


def refused(context: dict[str, Any]) -> common.Refused:
    """Say why a decision was no, and the step that would change it, in both languages."""
    said = {
        language: " ".join(
            f"{text.rstrip('.')}." for part in ("reason", "next_step") if (text := context.get(part, {}).get(language))
        )
        for language in ("fr", "en")
    }
    return common.Refused(reason_fr=said["fr"], reason_en=said["en"])
