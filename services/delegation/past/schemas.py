"""Bodies of attestations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.delegation.settings import Texts
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.moments import Moment
from shared.web.routing import Input, Output


class Wanted(Input):
    """Of which surveyor, at which moment of the past; one delegate, or all when none is named."""

    delegator: UUID
    delegate: UUID | None = None
    as_of: Moment


class Named(Output):
    """A person by the name of the day it was attested; blank when erased before or since."""

    id: UUID
    name: str


class Period(Output):
    """A delegate at that moment, from when and until when; `until` is null while it lasts."""

    delegate: Named
    since: datetime
    until: datetime | None


class Content(Output):
    """What is attested: the surveyor’s licence and delegates then, and what these could do if it was active."""

    as_of: datetime
    issued_at: datetime
    issued_to: Named
    delegator: Named
    matricule: str | None
    licence: LicenceStatus | None
    delegates: list[Period]
    services: list[Texts]
    reserved: list[Texts]


class Attestation(Output):
    """An attestation. The reference is made of the content: the first bits of the SHA-256 of its canonical JSON.

    Of the content as it was attested: a name that was erased since is missing in what is shown.

    It is also the id of the activity by which the register keeps that it was issued.
    """

    reference: UUID
    content: Content
