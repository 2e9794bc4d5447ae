"""The services as one visit calls them: with the right token, renewed when it has run out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import aiohttp

from services.portal.answers import Shape, checked
from services.portal.backend import Refused, name_of
from services.portal.downloads import LONGEST
from services.portal.narrowing import without_token
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE

if TYPE_CHECKING:
    from services.portal.visits import Visit

LONG = aiohttp.ClientTimeout(total=LONGEST, connect=2, sock_read=120)
"""For files that take a while to be written, and to be taken by a slow line."""


class Api:
    """Calls in the visitor's own name, or in a delegator's with an acting token (RFC 8693).

    During a look all is read with its token, which cannot write; `own` are the operator's calls all the same.
    A connected application gets a token that it alone believes.
    """

    def __init__(self, visit: Visit, *, delegator: UUID | None = None, own: bool = False) -> None:
        self._visit, self._delegator, self._own = visit, delegator, own
        self._acting: dict[str | None, str] = {}

    async def get(self, path: str, **params: Any) -> Any:
        """Read; parameters that are None or empty are left out."""
        given = {name.rstrip("_"): str(value) for name, value in params.items() if value not in (None, "", False)}
        return await self._call("GET", path, params=given)

    async def read(self, shape: type[Shape], path: str, **params: Any) -> Shape:
        """Read what a connected application answers, in the shape of its contract (`OffContract` for any other)."""
        return checked(shape, await self.get(path, **params), name_of(path))

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send JSON, once for each form: its idempotency key goes along."""
        return await self._call("POST", path, headers=self._key(), json=body or {})

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        """Put JSON."""
        return await self._call("PUT", path, headers=self._key(), json=body)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change by JSON."""
        return await self._call("PATCH", path, headers=self._key(), json=body)

    async def delete(self, path: str) -> Any:
        """Delete."""
        return await self._call("DELETE", path, headers=self._key())

    @asynccontextmanager
    async def opened(self, path: str, **params: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open an answer to be handed on while it comes."""
        visit = self._visit
        await self._ensure_fresh()
        caller = replace(visit.caller, token=await self._token(path))
        async with visit.deps.backend.open(caller, "GET", path, params=params, timeout=LONG) as answer:
            yield answer

    async def send(
        self,
        path: str,
        chunks: AsyncIterator[bytes],
        *,
        method: str = "POST",
        kind: str = "application/octet-stream",
        seconds: float = 120.0,
        **params: str,
    ) -> Any:
        """Send a file as it comes, for `seconds` at most."""
        await self._ensure_fresh()
        more = {"data": chunks, "params": params, "timeout": aiohttp.ClientTimeout(total=seconds, connect=2)}
        return await self._once(method, path, headers=self._key() | {"Content-Type": kind}, **more)

    async def _ensure_fresh(self) -> None:
        if self._visit.session is not None and not self._visit.session.fresh:
            await self._renew()

    def _key(self) -> dict[str, str]:
        key = self._visit.form["cle"]
        return {"Idempotency-Key": key} if key else {}

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        visit = self._visit
        await self._ensure_fresh()
        try:
            return await self._once(method, path, **more)
        except Refused as refusal:
            # The token was refused before anything was done: a new one may help, once.
            if refusal.slug != "sign-in-required" or visit.session is None:
                raise
            await self._renew()
            self._acting.clear()
            visit.look_tokens.clear()
            return await self._once(method, path, **more)

    async def _once(self, method: str, path: str, **more: Any) -> Any:
        visit = self._visit
        caller = replace(visit.caller, token=await self._token(path))
        return await visit.deps.backend.call(caller, method, path, **more)

    async def _token(self, path: str) -> str | None:
        visit, audience = self._visit, self._visit.deps.settings.application_of(path)
        session = visit.session
        if session is not None and session.look is not None and not self._own:
            return await self._look_token(session.look.id, audience)
        if self._delegator is not None:
            return await self._acting_token(audience)
        if session is not None and audience is not None:
            return await visit.deps.narrowing.token(session, visit.caller, audience)
        return session.access_token if session else None

    async def _look_token(self, look: str, audience: str | None) -> str:
        visit = self._visit
        if audience not in visit.look_tokens:
            caller = replace(visit.caller, token=visit.person.access_token)
            path, params = f"/identity/v1/looks/{look}/token", {"audience": audience} if audience else {}
            try:
                answer = await visit.deps.backend.call(caller, "POST", path, params=params, json={})
            except Refused as refusal:
                if refusal.status in (403, 404):
                    # It has ended at identity: from the next page on, the operator is himself again.
                    await visit.deps.sessions.end_look(visit.person)
                raise without_token(refusal, audience) from refusal
            visit.look_tokens[audience] = str(answer["access_token"])
        return visit.look_tokens[audience]

    async def _renew(self) -> None:
        visit = self._visit
        visit.session = await visit.deps.sessions.renewed(visit.person, visit.caller)

    async def _acting_token(self, audience: str | None) -> str:
        if audience not in self._acting:
            visit = self._visit
            form = {
                "grant_type": TOKEN_EXCHANGE,
                "subject_token": visit.person.access_token,
                "subject_token_type": ACCESS_TOKEN,
                "delegator": str(self._delegator),
            }
            caller = replace(visit.caller, token=visit.person.access_token)
            more = {"audience": audience} if audience else {}
            try:
                answer = await visit.deps.backend.call(caller, "POST", "/delegation/v1/token", data=form | more)
            except Refused as refusal:
                raise without_token(refusal, audience) from refusal
            self._acting[audience] = str(answer["access_token"])
        return self._acting[audience]
