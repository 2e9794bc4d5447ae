"""The provider over HTTP: its page for payers, its answers for the merchant."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2
from aiohttp import web
from babel import numbers

from examples.permits.provider import commands, schemas, store
from shared.contracts.payments import Order, Question, Standing
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems
from shared.crypto import signatures
from shared.web.routing import Call

if TYPE_CHECKING:
    from examples.permits.app import Deps

LOCALES = {"fr": "fr_CA", "en": "en_CA"}


@cache
def _page() -> tuple[jinja2.Template, str]:
    """Give the page, and the digest of its style for the policy."""
    loader = jinja2.PackageLoader("examples.permits.provider", "pages")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.get_template("pay.html")
    style = "".join(template.blocks["style"](template.new_context()))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return template, f"'sha256-{digest}'"


async def show(call: Call[Deps], query: schemas.Link) -> web.StreamResponse:
    """Show the page on which an order is paid; one that is decided goes back to the merchant."""
    order = _order(call, query)
    if not isinstance(order, Order):
        return order
    if await store.find_charge(call.deps.pool, order.payment):
        return _back(order)
    return _html(order, order.language, 200, request=query.request, signature=query.signature)


def _order(call: Call[Deps], link: schemas.Link) -> Order | web.Response:
    """Give the order of a link, or the page that says in words why not; programs get the problem."""
    try:
        return commands.read_order(call.deps.signer, link.request, link.signature)
    except problems.PaymentLinkWrong as problem:
        if "text/html" not in call.request.headers.get("Accept", ""):
            raise
        return _html(None, call.language, problem.status, text=problem.detail.in_(call.language))


def _html(order: Order | None, language: str, status: int, **values: str) -> web.Response:
    template, style = _page()
    amount = (
        numbers.format_currency(Decimal(order.amount_cents) / 100, order.currency, locale=LOCALES[language])
        if order
        else ""
    )
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(order.return_url)) if order else ""
    policy = (
        f"default-src 'none'; style-src {style}; form-action 'self' {origin}; frame-ancestors 'none'; base-uri 'none'"
    )
    text = template.render(order=order, language=language, amount=amount, **values)
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Content-Language": language}
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _back(order: Order) -> web.Response:
    return web.Response(status=303, headers={"Location": order.return_url})


async def decide(call: Call[Deps], body: schemas.Decision) -> web.StreamResponse:
    """Take what the payer chose, and send his browser back to the merchant."""
    order = _order(call, body)
    if not isinstance(order, Order):
        return order
    async with call.deps.pool.transaction() as connection:
        await commands.decide(connection, order, commands.CHOICES[body.choice])
    return _back(order)


async def tell_standing(call: Call[Deps], body: Question) -> Standing:
    """Tell the merchant how an order stands; the question is signed."""
    try:
        call.deps.signer.check(call.request.headers.get(signatures.HEADER), await call.request.read())
    except signatures.NotSigned as error:
        raise common.SignInRequired from error
    return await commands.standing(call.deps.pool, body.payment)


async def refund(call: Call[Deps], body: schemas.Refund) -> None:
    """Give a payment back in full."""
    await commands.refund(call.connection, body.payment)
