"""What connected applications are told of accounts and people."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.contracts.events.companies import Right
from shared.web.routing import Input, Output


class Page(Input):
    """After which account."""

    after: UUID | None = None
    size: int = Field(default=200, ge=1, le=200)


class AccountOfPerson(Output):
    """An account in which a person has rights."""

    id: UUID
    legal_name: str
    rights: tuple[Right, ...]


class AccountsOfPerson(Output):
    """The accounts in which a person has any right; `next` is what to list after."""

    accounts: list[AccountOfPerson]
    next: UUID | None = None


class Name(Output):
    """An account by name; `listed` when it lets itself be found as contact company (O16)."""

    id: UUID
    legal_name: str
    listed: bool
