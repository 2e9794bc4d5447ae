"""What accounts says. Each event about a licence carries the licence as it is after it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event
from shared.contracts.people import Language


class LicenceStatus(StrEnum):
    """Unclaimed: imported, nobody holds it. Active: its holder is a surveyor. Suspended: frozen (decision 11)."""

    UNCLAIMED = "unclaimed"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Licence(Event):
    """The state every licence event carries; not an event itself. `holder` is a user's id."""

    aggregate: ClassVar[str] = "licence"

    id: UUID
    matricule: str
    first_name: str
    last_name: str
    email: str
    office: str
    language: Language
    status: LicenceStatus
    holder: UUID | None


class LicenceImported(Licence):
    """A licence of the roster is new; `sealed` opens to `PinSecret` for notifications only (O3, decision 11)."""

    type: ClassVar[str] = "accounts.licence.imported.v1"
    sealed: str


class PinIssued(Licence):
    """A licence got another PIN; the former one is dead; `sealed` opens to `PinSecret` (O15)."""

    type: ClassVar[str] = "accounts.pin.issued.v1"
    sealed: str


class LicenceChanged(Licence):
    """The roster corrected names, e-mail or office."""

    type: ClassVar[str] = "accounts.licence.changed.v1"


class LicenceReleased(Licence):
    """The licence has no holder any more, as his identifier ended; it waits for another PIN."""

    type: ClassVar[str] = "accounts.licence.released.v1"


class LicenceGranted(Licence):
    """A registered person claimed the licence with its PIN and is a surveyor from now on."""

    type: ClassVar[str] = "accounts.licence.granted.v1"


class LicenceSuspended(Licence):
    """An operator suspended the licence: its delegations freeze at once."""

    type: ClassVar[str] = "accounts.licence.suspended.v1"
    reason: str


class LicenceReinstated(Licence):
    """An operator lifted the suspension: the delegations are as before."""

    type: ClassVar[str] = "accounts.licence.reinstated.v1"
    reason: str
