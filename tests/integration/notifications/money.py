"""Events of fees, payments and bank details, as accounts says them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared import ids
from shared.contracts.events import fees
from shared.contracts.people import Person
from tests.integration.notifications.conftest import PIERRE

FEE: dict[str, Any] = {
    "account": UUID(int=60),
    "account_name": "LMS Architects inc.",
    "reference": "P-2026-000123",
    "label_fr": "Permis de piscine",
    "label_en": "Pool permit",
    "amount_cents": 123_450,
}
ACCOUNT: dict[str, Any] = {
    "id": UUID(int=60),
    "kind": "professional",
    "legal_name": "LMS Architects inc.",
    "operating_name": "",
    "tarion_number": None,
    "phone": "+16135550123",
    "email": "bureau@lms.example.com",
    "address": {"street": "110, Laurier", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"},
    "language": "fr",
    "claimed": True,
}


def posted(*told: UUID) -> fees.FeePosted:
    rest = {"managers": told, "application": "permits", "currency": "CAD", "due_on": "2027-01-31", "state": "unpaid"}
    return fees.FeePosted.model_validate(FEE | rest | {"id": ids.uuid7(), "told": told})


def payment(kind: type[fees.Payment], state: str, payer: Person = PIERRE, **more: Any) -> fees.Payment:
    items = [FEE | {"id": ids.uuid7()}, FEE | {"id": ids.uuid7(), "label_en": "Sign", "reference": "P-2026-000124"}]
    facts = {"id": UUID(int=70), "payer": payer, "amount_cents": 246_900, "currency": "CAD", "fees": items}
    return kind.model_validate(facts | {"state": state} | more)


def bank(kind: type[fees.BankDetails], by: Person, *managers: UUID) -> fees.BankDetails:
    return kind.model_validate(ACCOUNT | {"managers": managers, "changed_by": by})


def everything(who: Person) -> list[Any]:
    """Make every event of fees that writes, each for one person."""
    return [
        posted(who.id),
        payment(fees.PaymentReceived, "paid", who, surplus=False),
        payment(fees.PaymentFailed, "failed", who),
        payment(fees.PaymentRefunded, "refunded", who),
        bank(fees.BankDetailsChanged, who, who.id),
        bank(fees.BankDetailsRemoved, who, who.id),
    ]
