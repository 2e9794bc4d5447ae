"""Mandat as cadastre sees it: decisions of delegation, reports and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.connected import client

if TYPE_CHECKING:
    from uuid import UUID

    import aiohttp

    from examples.cadastre.settings import Settings


class Mandat(client.Client):
    """The calls that cadastre needs."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        super().__init__(settings, http)
        self._decisions = f"{settings.delegation_url}/delegation/access/v1/evaluation"

    async def ensure_allowed(self, performer: UUID, surveyor: UUID, action: str) -> None:
        """Return when the performer may do this for the surveyor now; `refused` or `temporarily-unavailable` otherwise.

        The question goes to the owner of delegations each time (AuthZEN §6): no answer, no act.
        """
        answer = await self.post(
            self._decisions,
            {
                "subject": {"type": "user", "id": str(performer)},
                "action": {"name": action},
                "resource": {"type": "surveyor", "id": str(surveyor)},
            },
        )
        if answer.get("decision") is not True:
            raise client.refused(answer.get("context", {}))
