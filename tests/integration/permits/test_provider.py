"""The payment provider for trials: a page for the payer, one decision for each order, and a merchant who is told."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web as aioweb

from examples.permits.provider import commands
from shared.contracts.payments import Notice, Order
from shared.contracts.people import Language
from shared.crypto import signatures
from tests.integration.permits.conftest import Served
from tests.support import web

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Merchant:
    """Takes notices, or not, as a test wants it."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[tuple[str | None, bytes]] = []

    async def take(self, request: aioweb.Request) -> aioweb.Response:
        self.heard.append((request.headers.get(signatures.HEADER), await request.read()))
        return aioweb.Response(status=self.status)

    def notices(self, signer: signatures.Signer) -> list[Notice]:
        for header, body in self.heard:
            signer.check(header, body)
        return [Notice.model_validate_json(body) for _, body in self.heard]


@pytest.fixture
async def merchant() -> AsyncIterator[tuple[Merchant, str]]:
    made, app = Merchant(), aioweb.Application()
    app.router.add_post("/notices", made.take)
    async with web.serving(app, "/shop") as url:
        yield made, f"{url}/notices"


def link(served: Served, notify: str = "http://127.0.0.1:1/notices", **more: Any) -> dict[str, str]:
    facts = {"payment": uuid4(), "amount_cents": 12_500, "currency": "CAD", "label": "Permis <b>de piscine</b>"}
    facts |= {"language": Language.FR, "return_url": "http://mandat.example.com/payments/1", "notify_url": notify}
    order = Order.model_validate(facts | {"expires": int(time.time()) + 600} | more)
    body = order.model_dump_json().encode()
    coded = base64.urlsafe_b64encode(body).decode().rstrip("=")
    return {"request": coded, "signature": served.deps.signer.sign(body)}


async def call(served: Served, method: str, **more: Any) -> tuple[int, str, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"{served.base}/provider/pay", allow_redirects=False, **more) as answer,
    ):
        return answer.status, await answer.text(), dict(answer.headers)


async def choose(served: Served, order: dict[str, str], choice: str) -> tuple[int, str | None]:
    status, _, headers = await call(served, "POST", data=order | {"choice": choice})
    return status, headers.get("Location")


async def tell(served: Served) -> int:
    await served.pool.execute("update notice set next_at = now()")
    return await commands.tell_due(served.pool, served.deps.http, served.deps.signer)


def payment(order: dict[str, str]) -> UUID:
    coded = order["request"]
    return Order.model_validate_json(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))).payment


async def test_page_shows_the_order_and_lets_nothing_else_in(served: Served) -> None:
    status, text, headers = await call(served, "GET", params=link(served))
    assert (200, True, True) == (status, "125,00\xa0$" in text, "Permis &lt;b&gt;de piscine&lt;/b&gt;" in text)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert re.search(r'<html lang="fr">', text)
    _, english, _ = await call(served, "GET", params=link(served, language=Language.EN))
    assert "$125.00" in english


async def test_payer_who_pays_goes_back_and_the_merchant_is_told_signed(served: Served, merchant: Any) -> None:
    shop, url = merchant
    order = link(served, url)
    assert (303, "http://mandat.example.com/payments/1") == await choose(served, order, "pay")
    assert (1, 0) == (await tell(served), await tell(served))
    (notice,) = shop.notices(served.deps.signer)
    assert (payment(order), "paid", 12_500, "CAD") == (
        notice.payment,
        notice.state,
        notice.amount_cents,
        notice.currency,
    )


async def test_order_is_decided_once_whatever_is_clicked(served: Served, merchant: Any) -> None:
    shop, url = merchant
    order = link(served, url)
    for choice in ("decline", "pay", "cancel"):
        assert 303 == (await choose(served, order, choice))[0]
    await tell(served)
    assert ["failed"] == [one.state for one in shop.notices(served.deps.signer)]
    status, _, headers = await call(served, "GET", params=order)
    assert (303, "http://mandat.example.com/payments/1") == (status, headers["Location"])


async def test_merchant_is_told_again_under_the_same_id_until_he_takes_it(served: Served, merchant: Any) -> None:
    shop, url = merchant
    await choose(served, link(served, url), "pay")
    for shop.status in (503, 404, 500):
        assert 0 == await tell(served)
    shop.status = 200
    assert 1 == await tell(served)
    assert (4, 1) == (len(shop.heard), len({one.id for one in shop.notices(served.deps.signer)}))


async def test_link_that_is_forged_changed_or_at_its_end_is_not_taken(served: Served) -> None:
    good = link(served)
    stranger = signatures.Signer([b"x" * 32])
    body = base64.urlsafe_b64decode(good["request"] + "==").replace(b"12500", b"1")
    cheaper = base64.urlsafe_b64encode(body).decode().rstrip("=")
    for bad in (
        good | {"request": cheaper},
        good | {"signature": stranger.sign(base64.urlsafe_b64decode(good["request"] + "=="))},
        good | {"request": "é", "signature": ""},
        link(served, expires=int(time.time()) - 1),
    ):
        assert 422 == (await call(served, "GET", params=bad))[0]
        assert 422 == (await call(served, "POST", data=bad | {"choice": "pay"}))[0]
    status, text, _ = await call(served, "GET", params=good | {"signature": ""}, headers={"Accept": "text/html"})
    assert (422, True) == (status, "<p>Retournez à vos frais impayés" in text)
    assert 0 == await served.count("charge")


async def test_refund_gives_back_once_what_was_paid_and_is_told(served: Served, merchant: Any) -> None:
    shop, url = merchant
    paid, failed = link(served, url), link(served, url)
    await choose(served, paid, "pay")
    await choose(served, failed, "decline")
    replies = [
        await served.reviewer.post("/provider/refunds", {"payment": str(one)})
        for one in (payment(paid), payment(paid), payment(failed), uuid4())
    ]
    assert [204, 409, 409, 409] == [reply.status for reply in replies]
    await tell(served)
    told = [one.state for one in shop.notices(served.deps.signer) if one.payment == payment(paid)]
    assert ["paid", "refunded"] == sorted(told)


async def test_merchant_asks_how_an_order_stands_and_nobody_else_does(served: Served) -> None:
    order = link(served)
    question = f'{{"payment":"{payment(order)}"}}'.encode()

    async def ask(signature: str) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", signatures.HEADER: signature}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{served.base}/provider/standing", data=question, headers=headers) as answer,
        ):
            return answer.status, (await answer.json()).get("state")

    assert (200, "unknown") == await ask(served.deps.signer.sign(question))
    await choose(served, order, "pay")
    assert (200, "paid") == await ask(served.deps.signer.sign(question))
    assert (401, None) == await ask(signatures.Signer([b"x" * 32]).sign(question))
