"""What callers of permits send."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from examples.permits.rules import Needed, State
from examples.permits.schemas.kinds import InspectionKind, InspectionResult, Kind
from shared.web.routing import Input

Line = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
Prose = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
Said = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Size = Annotated[int, Field(ge=1, le=100)]
Cents = Annotated[int, Field(ge=1, le=100_000_000)]


class Content(Input):
    """What is asked for, and where the works are."""

    kind: Kind
    title: Line
    address: Line
    description: Prose = ""


class NewApplication(Content):
    """An application of the caller’s own, or one that he submits for a company on behalf of its client (O2).

    `contact` is the company that the caller names as contact for his own (O16); `as_account` the company
    in whose name he submits, with `client_name` the client.
    """

    contact: UUID | None = None
    as_account: UUID | None = None
    client_name: Line | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> NewApplication:
        if self.as_account is not None and (self.contact is not None or self.client_name is None):
            raise ValueError("an application for a company names its client, and no other contact")
        if self.as_account is None and self.client_name is not None:
            raise ValueError("the client is the caller")
        return self


class ImportedApplication(Content):
    """An application of before, linked to a company’s account: whoever claims that account sees it (O3)."""

    account: UUID
    client_name: Line
    state: State = State.SUBMITTED


class Contact(Input):
    """The company to name as contact [personne-ressource] (O16)."""

    account: UUID


class NewMessage(Input):
    """A message between the city’s reviewers and those who follow the application."""

    body: Said


class NewInspection(Input):
    """An inspection to be made on a day."""

    kind: InspectionKind
    wanted_on: date
    note: Prose = ""


class NewResult(Input):
    """The result of an inspection."""

    result: InspectionResult
    note: Prose = ""


class NewFee(Input):
    """A fee to collect from the contact company; amount in cents of Canadian dollars."""

    label_fr: Line
    label_en: Line
    amount_cents: Cents
    due_on: date


class NewAction(Input):
    """Something that the city asks for; it goes out as a message too. Fees make theirs by themselves."""

    kind: Needed = Field(description="answer, upload or inspect")
    detail: Said
    due_on: date | None = None

    @model_validator(mode="after")
    def _is_no_fee(self) -> NewAction:
        if self.kind is Needed.PAY:
            raise ValueError("post a fee instead")
        return self


class NewState(Input):
    """The next state, with the message that tells of it."""

    state: State
    message: Said


class Listing(Input):
    """Which of one’s applications, after which one."""

    account: UUID | None = None
    state: State | None = None
    number: str | None = Field(default=None, max_length=40)
    after: UUID | None = None
    size: Size = 25


class ReviewListing(Input):
    """Which applications, after which one."""

    state: State | None = None
    number: str | None = Field(default=None, max_length=40)
    after: UUID | None = None
    size: Size = 25


class Page(Input):
    """After which one."""

    after: UUID | None = None
    size: Size = 25


class Upload(Input):
    """The name of the file that is sent."""

    name: str = Field(min_length=1, max_length=300)


class NewTemplate(Input):
    """A model of an application, by a name that is the company’s own [Gérer les modèles]."""

    name: Line
    content: Content
