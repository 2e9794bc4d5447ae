"""Business accounts: what is asked for and answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.accounts.rules import companies
from shared.contracts.events.companies import AccountKind, Address, Right
from shared.contracts.people import Language
from shared.web.routing import Input, Output


def _told(code: str, read: Callable[[str], Any]) -> AfterValidator:
    """Validate by a rule, and tell under a code of its own what is wrong."""

    def check(typed: str) -> Any:
        try:
            return read(typed)
        except ValueError as error:
            raise PydanticCustomError(code, "not acceptable") from error

    return AfterValidator(check)


def _blank_is_none(typed: Any) -> Any:
    return None if isinstance(typed, str) and not typed.strip() else typed


def _line(longest: int) -> AfterValidator:
    return _told("line_of_text", partial(companies.line_of_text, longest=longest))


LegalName = Annotated[str, StringConstraints(max_length=400), _line(200), Field(examples=["LMS Architects inc."])]
Line = Annotated[str, StringConstraints(max_length=400), _line(200)]
OperatingName = Annotated[
    str, StringConstraints(max_length=400), _told("line_of_text", partial(companies.line_or_nothing, longest=200))
]
Unit = Annotated[Annotated[str, StringConstraints(max_length=100), _line(50)] | None, BeforeValidator(_blank_is_none)]
Tarion = Annotated[
    Annotated[str, StringConstraints(max_length=40), _told("tarion_number", companies.tarion_number)] | None,
    BeforeValidator(_blank_is_none),
]
Phone = Annotated[
    str, StringConstraints(max_length=60), _told("phone", companies.phone), Field(examples=["(613) 555-0123 poste 12"])
]
Email = Annotated[str, StringConstraints(max_length=254), _told("email", companies.email)]
PostalCode = Annotated[
    str, StringConstraints(max_length=20), _told("postal_code", companies.postal_code), Field(examples=["k1p 1j1"])
]
Province = Annotated[
    str, StringConstraints(max_length=40), _told("province", companies.province), Field(examples=["Ontario"])
]


class NewAddress(Input):
    """A mailing address in Canada, typed as people do."""

    street: Line
    unit: Unit = None
    city: Line
    province: Province
    postal_code: PostalCode


class Shown(StrEnum):
    """What a company may show of itself beside its legal name (O16)."""

    OPERATING_NAME = "operating_name"
    TARION_NUMBER = "tarion_number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


class Listing(Input):
    """Whether clients find the company as contact company, and what they see beside its legal name (O16)."""

    listed: bool = True
    shows: frozenset[Shown] = frozenset({Shown.OPERATING_NAME})


class NewAccount(Input):
    """The registration form (O9): details, contact details, mailing address."""

    kind: AccountKind
    legal_name: LegalName
    operating_name: OperatingName = ""
    tarion_number: Tarion = None
    phone: Phone
    email: Email
    address: NewAddress
    language: Language = Language.FR
    listing: Listing = Listing()


class AccountChange(Input):
    """What a manager changes; what is left out stays. `version` is the one that was read: refused when it is old."""

    legal_name: LegalName | None = None
    operating_name: OperatingName | None = None
    tarion_number: Tarion = None
    phone: Phone | None = None
    email: Email | None = None
    address: NewAddress | None = None
    language: Language | None = None
    listing: Listing | None = None
    version: int | None = Field(default=None, ge=1, le=2**62)


def flat(said: NewAccount | AccountChange) -> dict[str, Any]:
    """Give what was said as the columns of the table."""
    found = {name: getattr(said, name) for name in said.model_fields_set if name not in ("address", "listing")}
    if isinstance(said, NewAccount):
        found = {name: getattr(said, name) for name in type(said).model_fields if name not in ("address", "listing")}
    else:
        found = {name: value for name, value in found.items() if value is not None or name == "tarion_number"}
    if said.address:
        found |= said.address.model_dump()
    if said.listing:
        found |= {"listed": said.listing.listed, "shows": sorted(said.listing.shows)}
    return found


class Mine(Output):
    """One of the caller’s accounts (O6), with his rights. `orphaned`: its managers are gone."""

    id: UUID
    kind: AccountKind
    legal_name: str
    operating_name: str
    phone: str
    rights: tuple[Right, ...]
    contested: bool
    orphaned: bool


class Accounts(Output):
    """The caller’s accounts; `next` goes into `after` and is null at the end."""

    accounts: list[Mine]
    next: str | None


class Account(Mine):
    """An account as a member with a right sees it; `references` are its previous applications (O3)."""

    tarion_number: str | None
    email: str
    address: Address
    language: Language
    listing: Listing
    references: list[str]
    successor: UUID | None
    version: int
    since: datetime


class Sorting(Input):
    """In which order, after which place, how many."""

    sort: Literal["name", "-name", "phone", "-phone"] = "name"
    after: str | None = Field(default=None, max_length=1000)
    size: int = Field(default=50, ge=1, le=200)


class PinOnly(Input):
    """A PIN; case, spaces and dashes do not matter (O17)."""

    pin: str = Field(max_length=200)


class Joined(Output):
    """The account that was joined, and whether as manager (O7) or without any right (O18)."""

    account: Mine
    role: Literal["manager", "member"]


class Pin(Output):
    """The PIN of an account as people read it, and since when it is the present one (O15)."""

    pin: str
    since: datetime


class Search(Input):
    """Beginnings of words of a company’s name."""

    name: str = Field(min_length=2, max_length=100)
    after: str | None = Field(default=None, max_length=1000)
    size: int = Field(default=20, ge=1, le=50)


class Company(Output):
    """A company as it shows itself to clients; what it does not show is null (O16)."""

    id: UUID
    kind: AccountKind
    legal_name: str
    operating_name: str | None = None
    tarion_number: str | None = None
    phone: str | None = None
    email: str | None = None
    address: Address | None = None


class Companies(Output):
    """Companies by name."""

    companies: list[Company]
    next: str | None
