"""What connected applications are told of accounts and people."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.contracts.events.companies import Right
from shared.contracts.moments import Moment
from shared.web.routing import Input, Output


class Page(Input):
    """After which account; as it was at a moment of the past when one is named."""

    after: UUID | None = None
    size: int = Field(default=200, ge=1, le=200)
    as_of: Moment | None = None


class AccountOfPerson(Output):
    """An account in which a person has rights."""

    id: UUID
    legal_name: str
    rights: tuple[Right, ...]


class AccountsOfPerson(Output):
    """The accounts in which a person has or had any right; `next` is what to list after."""

    accounts: list[AccountOfPerson]
    next: UUID | None = None


class Name(Output):
    """An account by name; `listed` when it lets itself be found as contact company (O16)."""

    id: UUID
    legal_name: str
    listed: bool
