"""What delegation says. Both persons are named, so that every reader can say who did what for whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event
from shared.contracts.people import Person


class Delegation(Event):
    """The state every delegation event carries; not an event itself. `matricule` is the delegator's."""

    aggregate: ClassVar[str] = "delegation"

    id: UUID
    delegator: Person
    matricule: str
    delegate: Person
    added_at: datetime
    removed_at: datetime | None = None


class DelegateAdded(Delegation):
    """A surveyor designated a delegate (Q28); both are told by e-mail."""

    type: ClassVar[str] = "delegation.delegate.added.v1"


class DelegateRemoved(Delegation):
    """A surveyor ended a delegation (Q29); both are told by e-mail (decision 3)."""

    type: ClassVar[str] = "delegation.delegate.removed.v1"


class ActingStarted(Delegation):
    """The delegate began to act for the delegator, after 30 minutes or more without."""

    type: ClassVar[str] = "delegation.acting.started.v1"


class AttestationIssued(Event):
    """Somebody was given an attestation of who could act for a surveyor; the event's id is its reference."""

    type: ClassVar[str] = "delegation.attestation.issued.v1"
    aggregate: ClassVar[str] = "attestation"

    id: UUID
    delegator_id: UUID
    delegate_id: UUID | None
    as_of: datetime


class SearchField(StrEnum):
    """By what a candidate was searched (Q25)."""

    USERNAME = "username"
    EMAIL = "email"


class DelegateSearched(Event):
    """A surveyor searched for a candidate (decision 8); what he typed is not repeated."""

    type: ClassVar[str] = "delegation.delegate.searched.v1"
    aggregate: ClassVar[str] = "delegator"
    identified_by: ClassVar[str] = "delegator_id"

    delegator_id: UUID
    by: SearchField
    found: bool
