"""The requests about fees, payments and bank details: of Jean's account, which a connected application has pay."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services import client
from shared import ids
from tests.authority.asks import Ask, Asked, always, asks
from tests.authority.asks_companies import details
from tests.journeys.world import Somebody

ONE = "/accounts/v1/accounts/{account_id}"
BANK = f"{ONE}/bank-details"
NUMBERS = {"institution": "815", "transit": "30123", "account_number": "0012345678", "holder": "Essai inc."}
FEE = {"reference": "P-1", "label_fr": "Permis", "label_en": "Permit", "amount_cents": 12_500, "due_on": "2030-01-31"}
PROVIDER = "/permits/provider"
ONCE = asyncio.Lock()
MADE: dict[str, str] = {}
"""The account of each Jean."""
STARTED: dict[str, asyncio.Future[dict[str, Any]]] = {}
"""A payment of each account, of which nobody says anything."""

always(Ask(), "GET /accounts/v1/fees", "GET /accounts/v1/payments")
always(Ask(params={"key": "personne"}), "GET /accounts/v1/fees/posted")
always(Ask(json={"keys": ["personne"]}), "POST /accounts/v1/fees/withdrawals")


async def company(asked: Asked) -> str:
    """Give Jean's account that owes."""
    async with ONCE:
        jean = asked.cast.owners["delegator"]
        if jean.id not in MADE:
            made = await client.until(lambda: jean.caller.post("/accounts/v1/accounts", details()), "the account")
            MADE[jean.id] = made["id"]
        return MADE[jean.id]


def fee_body(account: str) -> dict[str, Any]:
    """Give a fee to post."""
    return {"fees": [FEE | {"key": str(ids.uuid7()), "account": account}]}


async def fee(asked: Asked) -> str:
    """Have Jean's account owe another fee."""
    body = fee_body(await company(asked))
    return str((await asked.cast.application.post("/accounts/v1/fees", body))["results"][0]["fee"])


async def payment(asked: Asked) -> dict[str, Any]:
    """Have Jean start a payment."""
    body = {"fees": [await fee(asked)]}
    started: dict[str, Any] = await asked.cast.owners["delegator"].caller.post("/accounts/v1/payments", body)
    return started


async def under_way(asked: Asked) -> dict[str, Any]:
    """Give a payment of Jean's of which nobody says anything."""
    account = await company(asked)
    if account not in STARTED:
        STARTED[account] = asyncio.ensure_future(payment(asked))
    return await STARTED[account]


def order(started: dict[str, Any]) -> dict[str, str]:
    """Give what the link to the provider's page carries."""
    return dict(parse_qsl(urlsplit(started["redirect_url"]).query))


async def prove(person: Somebody) -> str:
    """Have a person type the password again."""
    body = {"password": person.passphrase, "purpose": "bank-details"}
    return str((await person.caller.post("/identity/v1/reauthentications", body))["token"])


async def proof(asked: Asked) -> str:
    """Give a proof of the caller's; nobody and applications have none."""
    return await prove(asked.person) if asked.actor in asked.cast.people else "aucune"


@asks("POST /accounts/v1/fees")
async def post(asked: Asked) -> Ask:
    return Ask(json=fee_body(await company(asked)))


@asks("POST /accounts/v1/payments")
async def start(asked: Asked) -> Ask:
    return Ask({"fee": await fee(asked)}, json={"fees": ["{fee}"]})


@asks("GET /accounts/v1/payments/{payment_id}")
async def show_payment(asked: Asked) -> Ask:
    return Ask({"payment_id": (await under_way(asked))["id"]})


@asks("POST /accounts/v1/payments/notices")
async def notice(asked: Asked) -> Ask:
    facts = {"id": str(ids.uuid7()), "payment": (await under_way(asked))["id"], "state": "paid"}
    return Ask(json=facts | {"amount_cents": 12_500, "currency": "CAD", "occurred_at": "2026-11-26T12:00:00Z"})


@asks(f"GET {BANK}")
async def show_bank(asked: Asked) -> Ask:
    return Ask({"account_id": await with_bank_details(asked)})


async def with_bank_details(asked: Asked) -> str:
    """Give Jean's account with bank details."""
    account, jean = await company(asked), asked.cast.owners["delegator"]
    async with ONCE:
        path = BANK.format(account_id=account)
        if (await jean.caller.call("GET", path)).status == 404:
            answer = await jean.caller.call("PUT", path, json=NUMBERS | {"proof": await prove(jean)})
            assert answer.status == 200, answer
    return account


@asks(f"PUT {BANK}")
async def change_bank(asked: Asked) -> Ask:
    return Ask({"account_id": await company(asked)}, json=NUMBERS | {"proof": await proof(asked)})


@asks(f"POST {BANK}/removal")
async def remove_bank(asked: Asked) -> Ask:
    return Ask({"account_id": await with_bank_details(asked)}, json={"proof": await proof(asked)})


@asks(f"GET {ONE}/name")
async def show_name(asked: Asked) -> Ask:
    return Ask({"account_id": await company(asked)})


@asks("GET /accounts/v1/people/{person_id}/accounts")
async def accounts_of(asked: Asked) -> Ask:
    return Ask({"person_id": asked.cast.owners["delegator"].id})


@asks(f"GET {PROVIDER}/pay")
async def page(asked: Asked) -> Ask:
    return Ask(params=order(await under_way(asked)))


@asks(f"POST {PROVIDER}/pay")
async def decide(asked: Asked) -> Ask:
    return Ask(data=order(await payment(asked)) | {"choice": "decline"})


@asks(f"POST {PROVIDER}/standing")
async def standing(asked: Asked) -> Ask:
    return Ask(json={"payment": (await under_way(asked))["id"]})


@asks(f"POST {PROVIDER}/refunds")
async def refund(asked: Asked) -> Ask:
    started = await payment(asked)
    body = order(started) | {"choice": "pay"}
    await asked.cast.world.anonymous.call("POST", f"{PROVIDER}/pay", data=body, allow_redirects=False)
    return Ask({"payment": started["id"]}, json={"payment": "{payment}"})
