"""Bank details: what is asked for and answered. What was typed stands in no answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.accounts.rules import bank
from shared.web.routing import Input, Output


def _told(code: str, read: Callable[[str], str]) -> AfterValidator:
    """Validate by a rule, and tell under a code of its own what is wrong."""

    def check(typed: str) -> str:
        try:
            return read(typed)
        except ValueError as error:
            raise PydanticCustomError(code, "not acceptable") from error

    return AfterValidator(check)


Typed = StringConstraints(max_length=60)
Proof = Annotated[str, Field(min_length=1, max_length=4000)]


class NewBankDetails(Input):
    """Where money for the account goes; `proof` is that the password was just typed again (identity)."""

    institution: Annotated[str, Typed, _told("institution", bank.institution)]
    transit: Annotated[str, Typed, _told("transit", bank.transit)]
    account_number: Annotated[str, Typed, _told("bank_account", bank.account_number)]
    holder: Annotated[str, StringConstraints(max_length=400), _told("line_of_text", bank.holder)]
    proof: Proof


class Removal(Input):
    """The proof that the password was just typed again."""

    proof: Proof


class BankDetails(Output):
    """Bank details as they are shown: but for the last digits, transit and account number are hidden."""

    institution: str
    transit: str
    account_number: str
    holder: str
    changed_at: datetime
