"""Fees and their payment in tests: LMS Architects owes, Vivian pays, and a provider says what a test wants."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import aiohttp
from aiohttp import web as aioweb

from services.accounts import provider, settings, workers
from services.accounts.provider import Provider
from shared import ids
from shared.contracts.payments import Notice, Order
from shared.crypto import signatures
from tests.integration.accounts import firms
from tests.support import web

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.accounts.conftest import World

FEE: dict[str, Any] = {
    "reference": "P-2026-000123",
    "label_fr": "Permis de piscine",
    "label_en": "Pool permit",
    "amount_cents": 12_500,
    "due_on": "2027-01-31",
}
POSTED, PAID = "accounts.fee.posted.v1", "accounts.fee.paid.v1"
STARTED, RECEIVED = "accounts.payment.started.v1", "accounts.payment.received.v1"
FAILED, EXPIRED = "accounts.payment.failed.v1", "accounts.payment.expired.v1"
REFUNDED, GIVEN_BACK = "accounts.payment.refunded.v1", "accounts.fee.refunded.v1"
WITHDRAWN = "accounts.fee.withdrawn.v1"
MONEY = (PAID, GIVEN_BACK, RECEIVED, FAILED, EXPIRED, REFUNDED)


@dataclass
class Till:
    """The provider at the other end: what it answers, and how it tells."""

    world: World
    signer: signatures.Signer
    provider: Provider = field(init=False)
    standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: bool = False
    asked: int = 0

    async def stand(self, request: aioweb.Request) -> aioweb.Response:
        body = await request.read()
        self.signer.check(request.headers[signatures.HEADER], body)
        self.asked += 1
        payment = (await request.json())["payment"]
        if self.away:
            raise aioweb.HTTPBadGateway
        return aioweb.json_response({"payment": payment, "state": "unknown"} | self.standings.get(payment, {}))

    def notice(self, payment: str, state: str, amount: int = 12_500, **more: Any) -> bytes:
        """Make a notice; give one again by its bytes."""
        facts = {"id": ids.uuid7(), "payment": payment, "state": state, "amount_cents": amount, "currency": "CAD"}
        facts |= {"occurred_at": "2026-11-26T12:00:00Z"} | more
        return Notice.model_validate(facts).model_dump_json().encode()

    async def tell(self, body: bytes, signature: str | None = None) -> web.Reply:
        """Send a notice, signed now unless another signature is given."""
        headers = {
            "Content-Type": "application/json",
            signatures.HEADER: self.signer.sign(body) if signature is None else signature,
        }
        return await web.Api(self.world.base).call("POST", "/v1/payments/notices", data=body, headers=headers)

    async def says(self, payment: str, state: str, amount: int = 12_500) -> web.Reply:
        """Tell of a payment."""
        reply = await self.tell(self.notice(payment, state, amount))
        assert reply.status == 204, reply
        return reply

    async def time_passes(self) -> int:
        """Let the time of all payments pass, and have the provider asked."""
        await self.world.pool.execute("update payment set ask_at = now(), expires_at = now() - interval '2 minutes'")
        return await workers.ask_about_silent(self.world.pool, self.provider)

    async def money(self) -> list[str]:
        """Give what was said about money, without where it was started."""
        return [one.type for one in await self.world.said(*MONEY)]


@asynccontextmanager
async def till(world: World, folder: Path) -> AsyncIterator[Till]:
    """Serve a provider, and give what asks it."""
    signer = signatures.Signer.load(folder, provider.SECRET)
    made = Till(world, signer)
    app = aioweb.Application()
    app.router.add_post("/standing", made.stand)
    async with aiohttp.ClientSession() as http, web.serving(app, "/provider") as url:
        told = settings.Settings(
            public_url="http://mandat.example.com", secrets=folder, database_url=world.pool.dsn, provider_url=url
        )
        made.provider = Provider(told, http, signer)
        yield made


def order(started: dict[str, Any], signer: signatures.Signer) -> Order:
    """Read the order of a link as the provider does."""
    query = parse_qs(urlsplit(started["redirect_url"]).query)
    body = base64.urlsafe_b64decode(query["request"][0] + "==")
    signer.check(query["signature"][0], body)
    return Order.model_validate_json(body)


async def post(world: World, *fees: dict[str, Any], client: str = "permits") -> web.Reply:
    """Post fees as a connected application."""
    api = web.Api(world.base, world.issuer.application(client))
    return await api.post("/v1/fees", {"fees": list(fees)})


async def owe(world: World, account: str, count: int = 1, **more: Any) -> list[str]:
    """Have an account owe so many fees; give their ids."""
    fees = [FEE | {"key": str(ids.uuid7()), "account": account} | more for _ in range(count)]
    reply = await post(world, *fees)
    assert (200, {"accepted"}) == (reply.status, {one["outcome"] for one in reply.json["results"]})
    return [one["fee"] for one in reply.json["results"]]


async def start(world: World, person: UUID, fees: Sequence[str], **more: Any) -> web.Reply:
    """Start a payment."""
    return await world.as_(person).post("/v1/payments", {"fees": list(fees)}, **more)


async def started(world: World, person: UUID, fees: Sequence[str]) -> dict[str, Any]:
    """Start a payment that can be."""
    reply = await start(world, person, fees)
    assert reply.status == 201, reply
    return reply.json


async def state(world: World, person: UUID, payment: str) -> str:
    """Give how a payment stands, as its page shows it."""
    reply = await world.as_(person).get(f"/v1/payments/{payment}")
    assert reply.status == 200, reply
    return str(reply.json["state"])


async def states(world: World, fees: Sequence[str]) -> list[str]:
    """Give how fees stand."""
    rows = await world.pool.fetch("select id::text, state from fee")
    found = {row["id"]: row["state"] for row in rows}
    return [found[fee] for fee in fees]


async def owing(world: World, count: int = 1) -> tuple[UUID, str, list[str]]:
    """Let there be an account that owes: its manager, its id, its fees."""
    vivian = await world.person()
    account = await firms.register(world, vivian)
    return vivian, account["id"], await owe(world, account["id"], count)
