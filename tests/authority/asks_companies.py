"""The requests about business accounts: Jean's, of which another person is a member."""

from __future__ import annotations

import asyncio
from typing import Any

from services import client
from shared import ids
from tests.authority.asks import Ask, Asked, always, asks
from tests.authority.asks_others import CSV, ONE_AT_A_TIME

ADDRESS = {"street": "110, avenue Laurier Ouest", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
ONE = "/accounts/v1/accounts/{account_id}"
HEADER = "number,kind,legal_name,phone,email,street,city,province,postal_code\r\n"
ONCE = asyncio.Lock()
MADE: dict[str, dict[str, str]] = {}
"""The account of each Jean, with its member: nobody may try PINs as often as there are cells."""

always(Ask(), "GET /accounts/v1/accounts", "GET /accounts/.well-known/authzen-configuration")
always(
    Ask(),
    *(f"GET /accounts/v1/{path}" for path in ("takeovers", "takeovers/mine", "claims", "directory")),
)
always(Ask(json={"pin": "ZZZ-ZZZ-ZZZ"}), "POST /accounts/v1/accounts/join")
always(Ask(json={"pin": "ZZZ-ZZZ-ZZZ", "reason": "Essai"}), "POST /accounts/v1/takeovers")
always(Ask(json={"token": "T" * 43}), "POST /accounts/v1/contests", "POST /accounts/v1/objections")
always(Ask(params={"name": "essai"}), "GET /accounts/v1/companies")


def details() -> dict[str, Any]:
    """Give what a registration form says."""
    name = f"Essai {ids.uuid7().hex[-10:]} inc."
    contact = {"phone": "613 555-0123", "email": "essai@mandat.example.com", "address": ADDRESS}
    return {"kind": "contractor", "legal_name": name, **contact}


async def account(asked: Asked) -> str:
    """Have Jean register an account."""
    jean = asked.cast.owners["delegator"].caller
    made = await client.until(lambda: jean.post("/accounts/v1/accounts", details(), expect=201), "the account")
    return str(made["id"])


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


@asks(f"POST {ONE}/takeovers")
async def take_over(asked: Asked) -> Ask:
    return Ask({"account_id": (await with_member(asked))["account_id"]}, json={"reason": "Essai"})


@asks("DELETE /accounts/v1/takeovers/{takeover_id}")
async def withdraw(asked: Asked) -> Ask:
    return Ask({"takeover_id": str(ids.uuid7())})


@asks("POST /accounts/v1/takeovers/{takeover_id}/decision")
async def decide_takeover(asked: Asked) -> Ask:
    return Ask({"takeover_id": str(ids.uuid7())}, json={"decision": "approve", "reason": "Essai"})


@asks("POST /accounts/v1/takeovers/{takeover_id}/confirmation")
async def confirm_takeover(asked: Asked) -> Ask:
    return Ask({"takeover_id": str(ids.uuid7())}, json={"decision": "confirm", "reason": "Essai"})


@asks("POST /accounts/v1/claims/{claim_id}/decision")
async def decide_claim(asked: Asked) -> Ask:
    return Ask({"claim_id": str(ids.uuid7())}, json={"decision": "uphold", "reason": "Essai"})


@asks(f"POST {ONE}/notice")
async def issue_pin(asked: Asked) -> Ask:
    """Import an account that nobody has claimed."""
    number = f"E-{ids.uuid7().hex[-9:]}".upper()
    row = f"{number},contractor,Essai,613 555-0123,e@mandat.example.com,1 rue Elgin,Ottawa,ON,K1N 5Y6\r\n"
    async with ONE_AT_A_TIME:
        path = f"/accounts/v1/imports/{ids.uuid7()}"
        answer = await asked.cast.operator.call("PUT", path, data=(HEADER + row).encode(), headers=CSV)
    assert answer.body["created"] == 1, answer
    found = await asked.cast.operator.get("/accounts/v1/directory", number=number)
    return Ask({"account_id": str(found["accounts"][0]["id"])})
