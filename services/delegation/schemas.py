"""Bodies of delegation's HTTP interface; those of decisions are in `shared.contracts.authzen`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.events.delegation import SearchField
from shared.contracts.moments import Moment
from shared.contracts.texts import Text
from shared.web.routing import Input, Output


class After(Input):
    """A page after the one that ended with this `next`."""

    after: UUID | None = None
    size: int = Field(default=50, ge=1, le=100)


class Then(After):
    """A page, as it was at a moment of the past when one is named."""

    as_of: Moment | None = None


class Surveyor(Output):
    """The caller’s own licence. With `password_change_required`, adding a delegate waits for that first (Q24)."""

    licence: UUID
    matricule: str
    first_name: str
    last_name: str
    suspended: bool
    password_change_required: bool


class Delegator(Output):
    """A surveyor for whom the caller may act (Q20); `frozen` while the licence is not active (decision 11)."""

    delegation: UUID
    id: UUID
    first_name: str
    last_name: str
    matricule: str
    since: datetime
    frozen: bool


class Delegators(Output):
    """A page of delegators, by name; `next` goes into `after` and is null at the end."""

    delegators: list[Delegator]
    next: UUID | None


class Me(Output):
    """What the caller is here. Without `access`, `message` says what has to happen first (Q17).

    `default_context` is the user id of the surveyor in whose name to start, oneself included; None
    means to choose. `delegators` are the first hundred; `more_delegators` tells of others.
    """

    surveyor: Surveyor | None
    delegators: list[Delegator]
    more_delegators: bool
    access: bool
    default_context: UUID | None
    message: Text | None


class CandidateSearch(Input):
    """Whom to look for: the whole user name or e-mail address, in any case (Q25, decision 8)."""

    by: SearchField = SearchField.USERNAME
    value: str = Field(min_length=1, max_length=254)


class Candidate(Output):
    """The person found (Q26)."""

    id: UUID
    last_name: str
    first_name: str
    username: str
    email: str


class NewDelegate(Input):
    """Whom to designate, by the id that the search gave."""

    delegate: UUID


class Delegate(Output):
    """A delegate of the caller (Q23); `id` is the delegation’s, `delegate` the person’s."""

    id: UUID
    delegate: UUID
    first_name: str
    last_name: str
    username: str
    email: str
    since: datetime


class Delegates(Output):
    """A page of delegates, by name; `next` goes into `after` and is null at the end."""

    delegates: list[Delegate]
    next: UUID | None


class TokenRequest(Output):
    """A token exchange (RFC 8693 §2.1); parameters not named here are ignored (RFC 6749 §3.2).

    `subject_token` is the delegate’s own access token, the one of `Authorization`;
    `delegator`, which is ours, is the user id of the surveyor to act for.
    """

    model_config = ConfigDict(extra="ignore")

    grant_type: str | None = Field(default=None, max_length=200)
    subject_token: str | None = Field(default=None, max_length=8192)
    subject_token_type: str | None = Field(default=None, max_length=200)
    delegator: str | None = Field(default=None, max_length=100)
    requested_token_type: str | None = Field(default=None, max_length=200)
    actor_token: str | None = Field(default=None, max_length=8192)
    audience: str | None = Field(default=None, max_length=500)
    resource: str | None = Field(default=None, max_length=500)
    scope: str | None = Field(default=None, max_length=500)


class Token(Output):
    """An acting token (RFC 8693 §2.2.1): `sub` is the delegator, `act.sub` the delegate; `expires_in` in seconds."""

    access_token: str
    issued_token_type: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class KeySet(Output):
    """The keys that verify acting tokens (RFC 7517 §5)."""

    keys: list[dict[str, Any]]
