"""Members of an account: what is asked for and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.accounts.rules.members import Outcome
from shared.contracts.events.companies import Right
from shared.web.routing import Input, Output


def _each_once(people: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(people))


People = Annotated[list[UUID], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class RightsChange(Input):
    """Which rights some members get and lose, all of them or none (O19)."""

    members: People
    grant: frozenset[Right] = frozenset()
    withdraw: frozenset[Right] = frozenset()

    @model_validator(mode="after")
    def _something_and_no_contradiction(self) -> Self:
        if not self.grant | self.withdraw or self.grant & self.withdraw:
            raise PydanticCustomError("rights", "grant or withdraw, and no right both")
        return self


class Removal(Input):
    """Who is removed, all of them or none (O19)."""

    members: People


class Result(Output):
    """What it came to for one member; `rights` are those after it."""

    member: UUID
    outcome: Outcome
    rights: tuple[Right, ...]


class Results(Output):
    """What it came to, in the order asked."""

    results: list[Result]


class Member(Output):
    """One member (O12). `suspended`: his claim is contested. `gone`: the last manager, whose identifier ended."""

    id: UUID
    first_name: str
    last_name: str
    username: str
    email: str
    rights: tuple[Right, ...]
    suspended: bool
    gone: bool
    since: datetime
    via: Literal["registered", "pin", "claim", "takeover"]


class Members(Output):
    """Members of an account, and how many there are in all."""

    members: list[Member]
    total: int
    next: str | None


class Sorting(Input):
    """In which order, after which place, how many; by a right, those who have it stand first."""

    sort: Literal[
        "name",
        "-name",
        "manage",
        "-manage",
        "submit",
        "-submit",
        "pay",
        "-pay",
        "inspect",
        "-inspect",
        "upload",
        "-upload",
        "templates",
        "-templates",
    ] = "name"
    after: str | None = Field(default=None, max_length=1000)
    size: int = Field(default=50, ge=1, le=200)


class Successor(Input):
    """The member who follows when the last manager is gone; null names nobody."""

    member: UUID | None
