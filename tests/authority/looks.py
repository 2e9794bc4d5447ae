"""What an operator's look may do: every route, asked with its token."""

from __future__ import annotations

import re

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


async def begin(cast: Cast, person: Somebody) -> client.Caller:
    """Have the operator look at a person's screens; give the look as it calls."""
    operator = cast.people["operator"]
    body = a_look(Asked(cast, "operator", "–")) | {"username": person.username}
    look = await operator.caller.post("/identity/v1/looks", body, expect=201)
    token = await operator.caller.post(f"/identity/v1/looks/{look['id']}/token", expect=200)
    return cast.world.anonymous.with_token(token["access_token"])


async def wrongly_answered(cast: Cast, look: client.Caller) -> list[str]:
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
