"""What an operator's look may do: every route, asked with its token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from services import client
from shared import ids
from shared.contracts import permissions
from shared.contracts.permissions import Permission
from tests.authority.asks import Asked
from tests.authority.asks_identity import a_look
from tests.authority.cast import Cast
from tests.authority.matrix import ROUTES
from tests.journeys.world import Somebody

REFUSED = "look-read-only"
UNTOUCHED = frozenset({"GET /accounts/provider/pay"})
"""Pages of others that only pass by under our address."""


@dataclass(frozen=True)
class Look:
    """An operator's look, which asks for a token for each call, as the portal does for each page."""

    cast: Cast
    id: str

    async def call(self, method: str, path: str, **more: Any) -> client.Answer:
        """Call with its token."""
        return await (await self._caller()).call(method, path, **more)

    async def get(self, path: str) -> Any:
        """Read with its token."""
        return await (await self._caller()).get(path)

    async def _caller(self) -> client.Caller:
        operator = self.cast.people["operator"].caller
        token = await operator.post(f"/identity/v1/looks/{self.id}/token", expect=200)
        return self.cast.world.anonymous.with_token(token["access_token"])


async def begin(cast: Cast, person: Somebody) -> Look:
    """Have the operator look at a person's screens."""
    body = a_look(Asked(cast, "operator", "–")) | {"username": person.username}
    look = await cast.people["operator"].caller.post("/identity/v1/looks", body, expect=201)
    return Look(cast, look["id"])


async def wrongly_answered(cast: Cast, look: Look) -> list[str]:
    """Ask for everything; name what was let through and should not have been, and the other way round."""
    wrong = []
    for name, route in ROUTES.items():
        method, path = name.split(" ")
        answer = await look.call(method, re.sub(r"\{\w+\}", str(ids.uuid7()), path), allow_redirects=False)
        if (answer.slug == REFUSED) == may(method, route.permission) and name not in UNTOUCHED:
            wrong.append(f"{name}: {answer.status} {answer.slug}")
    return wrong


def may(method: str, permission: Permission) -> bool:
    """Tell what a look may: read what the person's screens read, and what anybody reads."""
    return method == "GET" and (permission in permissions.SHOWN or permission.scope == "anyone")
