"""The requests about business accounts: Jean's, of which another person is a member."""

from __future__ import annotations

import asyncio
from typing import Any

from services import client
from shared import ids
from tests.authority.asks import Ask, Asked, always, asks

ADDRESS = {"street": "110, avenue Laurier Ouest", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
ONE = "/accounts/v1/accounts/{account_id}"
ONCE = asyncio.Lock()
MADE: dict[str, dict[str, str]] = {}
"""The account of each Jean, with its member: nobody may try PINs as often as there are cells."""

always(Ask(), "GET /accounts/v1/accounts", "GET /accounts/.well-known/authzen-configuration")
always(Ask(json={"pin": "ZZZ-ZZZ-ZZZ"}), "POST /accounts/v1/accounts/join")
always(Ask(params={"name": "essai"}), "GET /accounts/v1/companies")


def details() -> dict[str, Any]:
    """Give what a registration form says."""
    name = f"Essai {ids.uuid7().hex[-10:]} inc."
    contact = {"phone": "613 555-0123", "email": "essai@mandat.example.com", "address": ADDRESS}
    return {"kind": "contractor", "legal_name": name, **contact}


async def account(asked: Asked) -> str:
    """Have Jean register an account."""
    jean = asked.cast.owners["delegator"].caller
    return str((await jean.post("/accounts/v1/accounts", details(), expect=201))["id"])


async def with_member(asked: Asked) -> dict[str, str]:
    """Give Jean's account that has another member, and that member."""
    async with ONCE:
        jean = asked.cast.owners["delegator"]
        if jean.id not in MADE:
            made = await account(asked)
            pin = (await jean.caller.get(f"/accounts/v1/accounts/{made}/pin"))["pin"]
            await client.until(lambda: join(asked.cast.spare.caller, pin), "the member")
            MADE[jean.id] = {"account_id": made, "member": asked.cast.spare.id}
        return MADE[jean.id]


async def join(caller: client.Caller, pin: str) -> bool:
    """Join, unless we have not heard yet who it is."""
    return (await caller.call("POST", "/accounts/v1/accounts/join", json={"pin": pin})).status == 200


@asks("POST /accounts/v1/accounts")
async def register(asked: Asked) -> Ask:
    return Ask(json=details())


@asks(f"GET {ONE}", f"GET {ONE}/pin", f"GET {ONE}/members", "GET /accounts/v1/companies/{account_id}")
async def read(asked: Asked) -> Ask:
    return Ask({"account_id": (await with_member(asked))["account_id"]})


@asks(f"POST {ONE}/pin")
async def act(asked: Asked) -> Ask:
    return Ask({"account_id": await account(asked)})


@asks(f"PATCH {ONE}")
async def change(asked: Asked) -> Ask:
    return Ask({"account_id": await account(asked)}, json={"phone": "819 555-0199"})


@asks(f"PUT {ONE}/successor")
async def name_successor(asked: Asked) -> Ask:
    return Ask(await with_member(asked), json={"member": "{member}"})


@asks(f"POST {ONE}/members/rights")
async def change_rights(asked: Asked) -> Ask:
    return Ask(await with_member(asked), json={"members": ["{member}"], "grant": ["inspect"]})


def forgetting(asked: Asked, names: dict[str, str], **more: Any) -> Ask:
    """Make a request after whose success the account has no other member any more."""

    async def forget() -> None:
        del MADE[asked.cast.owners["delegator"].id]

    return Ask(names, done=forget, **more)


@asks(f"POST {ONE}/members/removals")
async def remove(asked: Asked) -> Ask:
    return forgetting(asked, await with_member(asked), json={"members": ["{member}"]})


@asks(f"DELETE {ONE}/members/me")
async def leave(asked: Asked) -> Ask:
    """Ask for the leave of one of two managers."""
    names = await with_member(asked)
    body = {"members": [names["member"]], "grant": ["manage"]}
    path = f"/accounts/v1/accounts/{names['account_id']}/members/rights"
    await asked.cast.owners["delegator"].caller.post(path, body, expect=200)
    return forgetting(asked, {"account_id": names["account_id"]})


@asks("POST /accounts/access/v1/evaluation", "POST /accounts/access/v1/evaluations")
async def decide(asked: Asked) -> Ask:
    subject = {"type": "user", "id": asked.cast.owners["delegator"].id}
    resource = {"type": "account", "id": (await with_member(asked))["account_id"]}
    return Ask(json={"subject": subject, "action": {"name": "pay"}, "resource": resource})
