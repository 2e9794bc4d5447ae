"""The port to the provider on whose page fees are paid: a signed link there, signed notices back, and a question.

No request waits for the provider: the link is made here, and what became of it comes as a notice, or is
asked for when the link has ended. The payer's browser only carries the link; its return says nothing.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import structlog
from pydantic import ValidationError

from shared.contracts.payments import Order, Question, Standing
from shared.contracts.problems import fees as problems
from shared.crypto import signatures

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from services.accounts.settings import Settings

log = structlog.get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=5)
SECRET = "payment"  # noqa: S105 - the name of its file


class Provider:
    """A provider that keeps `shared.contracts.payments`."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, signer: signatures.Signer) -> None:
        self._settings, self._http, self._signer = settings, http, signer

    def link(self, payment: Record, label: str) -> str:
        """Give the address of the page on which a payment is made."""
        settings = self._settings
        order = Order(
            payment=payment["id"],
            amount_cents=payment["amount_cents"],
            currency=payment["currency"],
            label=label,
            language=payment["language"],
            return_url=f"{settings.public_url}{settings.payment_return.format(payment=payment['id'])}",
            notify_url=f"{settings.notify_url}/accounts/v1/payments/notices",
            expires=int(payment["expires_at"].timestamp()),
        )
        body = order.model_dump_json().encode()
        request = base64.urlsafe_b64encode(body).decode().rstrip("=")
        return f"{settings.provider_page}?{urlencode({'request': request, 'signature': self._signer.sign(body)})}"

    def ensure_signed(self, header: str | None, body: bytes) -> None:
        """Return when the provider signed this just now; `notice-not-accepted` otherwise."""
        try:
            self._signer.check(header, body)
        except signatures.NotSigned as error:
            raise problems.NoticeNotAccepted from error

    async def ask(self, payment: UUID) -> Standing | None:
        """Ask what became of a payment; None when the provider does not say."""
        body = Question(payment=payment).model_dump_json().encode()
        headers = {"Content-Type": "application/json", signatures.HEADER: self._signer.sign(body)}
        url = f"{self._settings.provider_url}/standing"
        try:
            async with self._http.post(url, data=body, headers=headers, timeout=TIMEOUT) as answer:
                return Standing.model_validate_json(await answer.read()) if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            log.warning("the payment provider does not answer", error=type(error).__name__)
            return None
