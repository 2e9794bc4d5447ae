"""The connected applications whose pages the portal shows: which contract each follows, and what an operator lists."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from shared.contracts.audiences import CLIENT_ID, MANDAT
from shared.contracts.people import Language
from shared.settings import Url


class Contract(StrEnum):
    """The interface that an application follows, and so which pages show it (`docs/connecting.md`)."""

    DELEGATION = "delegation"
    """As `examples/cadastre`: files and services of a surveyor, with acting tokens, in the context of a surveyor."""
    ACCOUNTS = "accounts"
    """As `examples/permits`: applications of clients and companies, in one’s own name."""


class Service(StrEnum):
    """What an application of contract `delegation` may offer: the services of delegation’s catalogue, by id."""

    CADASTRE_FILE_TRACKING = "cadastre-file-tracking"
    SURVEY_FILE_TRACKING = "survey-file-tracking"
    LOT_RESERVATION = "lot-reservation"
    LOT_CORRECTION_VERIFICATION = "lot-correction-verification"
    PRODUCT_ORDER = "product-order"
    UPDATE_REQUEST_PREVALIDATION = "update-request-prevalidation"
    UPDATE_REQUEST_DEPOSIT = "update-request-deposit"


TAKEN = frozenset(
    {
        MANDAT,
        "accounts",
        "audit",
        "cadastre",
        "delegation",
        "identity",
        "notifications",
        "permits",
        "portal",
        "provider",
    }
)
"""Names that no further application may have: those of the services, of all of them together, and of the examples."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")
]


class Name(BaseModel):
    """The name of an application in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: Words
    en: Words

    def __getitem__(self, language: Language | str) -> str:
        """Give the name in one language."""
        return self.en if language == Language.EN else self.fr


class Application(BaseModel):
    """One connected application. `slug` stands in addresses, and is the client id by which identity knows it.

    `services`: beyond its files, what it offers in a surveyor’s context; all of the catalogue when left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern=CLIENT_ID)
    contract: Contract
    name: Name
    services: frozenset[Service] = Field(default=None, validate_default=True)

    @field_validator("services", mode="before")
    @classmethod
    def _all_unless_said(cls, given: Any, info: ValidationInfo) -> Any:
        own = info.data.get("contract") is Contract.ACCOUNTS
        if own and given:
            raise ValueError("only an application of contract delegation offers services of the catalogue")
        if given is None:
            return frozenset() if own else frozenset(Service)
        return given

    @property
    def further(self) -> bool:
        """Whether an operator listed it, beyond the two whose pages stand at the top."""
        return self.slug not in TAKEN

    def page(self, name: str) -> str:
        """Name one of the pages of its contract as this application’s own."""
        return f"{name}@{self.slug}" if self.further else name

    def offers(self, service: str) -> bool:
        """Tell whether it offers a service of the catalogue; a catalogue’s own services belong to nobody here."""
        return service in self.services


class Listed(Application):
    """One line of the setting: an application and where it answers; `/v1/…` of its contract follows `url`."""

    url: Url

    @field_validator("slug")
    @classmethod
    def _free(cls, slug: str) -> str:
        if slug in TAKEN:
            raise ValueError(f"{slug} is the name of a service of Mandat: choose another slug")
        return slug


CADASTRE = Application(slug="cadastre", contract=Contract.DELEGATION, name=Name(fr="Cadastre", en="Cadastre"))
PERMITS = Application(slug="permits", contract=Contract.ACCOUNTS, name=Name(fr="Permis", en="Permits"))
EXAMPLES = (CADASTRE, PERMITS)


def following(contract: Contract, applications: Sequence[Application]) -> tuple[Application, ...]:
    """Give the applications that follow a contract, in their order."""
    return tuple(one for one in applications if one.contract is contract)
