"""Mandat as a connected application sees it: a token of its own, decisions, reports and alerts over HTTP."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import aiohttp

from shared import requests
from shared.contracts.problems import common

if TYPE_CHECKING:
    from examples.cadastre.settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=5)
MARGIN = 30.0
"""A token is renewed this many seconds before it expires."""


class Mandat:
    """The four calls that a connected application needs."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._settings, self._http = settings, http
        self._token, self._expires = "", 0.0
        self._renewing = asyncio.Lock()

    async def ensure_allowed(self, performer: UUID, surveyor: UUID, action: str) -> None:
        """Return when the performer may do this for the surveyor now; `refused` or `temporarily-unavailable` otherwise.

        The question goes to the owner of delegations each time (AuthZEN §6): no answer, no act.
        """
        answer = await self._post(
            f"{self._settings.delegation_url}/delegation/access/v1/evaluation",
            {
                "subject": {"type": "user", "id": str(performer)},
                "action": {"name": action},
                "resource": {"type": "surveyor", "id": str(surveyor)},
            },
        )
        if answer.get("decision") is not True:
            raise _refused(answer.get("context", {}))

    async def report(self, activities: list[dict[str, Any]]) -> dict[str, str]:
        """Report activities; give the outcome of each key."""
        url = f"{self._settings.audit_url}/audit/v1/activities"
        answer = await self._post(url, {"activities": activities})
        return {result["key"]: result["outcome"] for result in answer["results"]}

    async def alert(self, alerts: list[dict[str, Any]]) -> dict[str, str]:
        """Raise file alerts (Q11); give the outcome of each key."""
        url = f"{self._settings.notifications_url}/notifications/v1/alerts"
        answer = await self._post(url, {"alerts": alerts})
        return {result["key"]: result["outcome"] for result in answer["results"]}

    async def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {await self._access_token()}"}
        if correlation := requests.current().correlation_id:
            headers["X-Correlation-Id"] = correlation
        try:
            async with self._http.post(url, json=body, headers=headers, timeout=TIMEOUT) as answer:
                if answer.status == 401:
                    self._expires = 0.0
                if answer.status != 200:
                    raise common.TemporarilyUnavailable(retry_after=2)
                document: dict[str, Any] = await answer.json()
                return document
        except (aiohttp.ClientError, TimeoutError) as error:
            raise common.TemporarilyUnavailable(retry_after=2) from error

    async def _access_token(self) -> str:
        """Give a token by client credentials (RFC 6749 §4.4), renewed in time."""
        async with self._renewing:
            if time.monotonic() > self._expires:
                self._token, lifetime = await self._renew()
                self._expires = time.monotonic() + lifetime - MARGIN
        return self._token

    async def _renew(self) -> tuple[str, float]:
        secret = await asyncio.to_thread((self._settings.secrets / "cadastre.secret").read_text)
        try:
            async with self._http.post(
                f"{self._settings.identity_url}/identity/v1/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": aiohttp.encode_basic_auth(self._settings.client_id, secret.strip())},
                timeout=TIMEOUT,
            ) as answer:
                if answer.status != 200:
                    raise common.TemporarilyUnavailable(retry_after=2)
                document = await answer.json()
                return document["access_token"], float(document["expires_in"])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise common.TemporarilyUnavailable(retry_after=2) from error


def _refused(context: dict[str, Any]) -> common.Refused:
    """Say why, and the step that would change it, in both languages."""
    said = {
        language: " ".join(
            f"{text.rstrip('.')}." for part in ("reason", "next_step") if (text := context.get(part, {}).get(language))
        )
        for language in ("fr", "en")
    }
    return common.Refused(reason_fr=said["fr"], reason_en=said["en"])
