"""THE E-MAIL TABLE: which event makes which e-mail, to whom, with what in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, applications, delegation, identity
from shared.contracts.people import Language, Person
from shared.contracts.secrets import PinSecret, ResetSecret, VerificationSecret


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an e-mail goes to; `id` is absent for addresses of the roster."""

    id: UUID | None
    name: str
    address: str
    language: Language


To = Callable[[Any], "Recipient | UUID | None"]
"""Names the recipient: complete, or by user id to be looked up, or nobody."""
Facts = Callable[[Any, Envelope], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Email:
    """One line of the table.

    `secret`: what the sealed part opens to, if any. `urgent`: never delayed by limits. `bulk`: comes in
    thousands, and goes after what people wait for.
    """

    event: type[Event]
    template: str
    to: To
    facts: Facts
    secret: type[BaseModel] | None = None
    urgent: bool = True
    merge: Callable[[Any], str] | None = None
    bulk: bool = False


def the_user(data: identity.User) -> Recipient:
    """Write to the user the event is about."""
    return Recipient(data.id, f"{data.first_name} {data.last_name}", data.email, data.language)


def the_address_to_prove(data: identity.VerificationRequested) -> Recipient:
    """Write to the address that is to be proved."""
    return Recipient(data.id, f"{data.first_name} {data.last_name}", data.sent_to, data.language)


def the_former_address(data: identity.EmailChanged) -> Recipient:
    """Write to the address that was the user's until now."""
    return Recipient(data.id, f"{data.first_name} {data.last_name}", data.former_email, data.language)


def the_roster(data: accounts.Licence) -> Recipient:
    """Write to the address of the roster."""
    return Recipient(None, f"{data.first_name} {data.last_name}", data.email, data.language)


def the_holder(data: accounts.Licence) -> Recipient | UUID:
    """Write to the surveyor, at his own address once he holds the licence."""
    return data.holder or the_roster(data)


def the_delegator(data: delegation.Delegation) -> Recipient:
    """Write to the delegator."""
    return _person(data.delegator)


def the_delegate(data: delegation.Delegation) -> Recipient:
    """Write to the delegate."""
    return _person(data.delegate)


def _person(person: Person) -> Recipient:
    return Recipient(person.id, person.name, person.email, person.language)


def _when(data: Any, envelope: Envelope) -> dict[str, Any]:
    del data
    return {"when": envelope.time.isoformat()}


def _username(data: identity.User, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {"username": data.username}


def _email(data: identity.EmailChanged, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {"username": data.username}


def _licence(data: accounts.Licence, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {"matricule": data.matricule, "reason": getattr(data, "reason", "")}


def _delegation(data: delegation.Delegation, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {
        "delegator": data.delegator.name,
        "matricule": data.matricule,
        "delegate": data.delegate.name,
        "delegate_username": data.delegate.username,
        "delegate_email": data.delegate.email,
    }


def _alert(data: applications.AlertRaised, envelope: Envelope) -> dict[str, Any]:
    del envelope
    return {"when": data.occurred_at.isoformat(), "file_number": data.file_number, "kind": data.kind, "count": 1}


EMAILS: tuple[Email, ...] = (
    Email(identity.UserRegistered, "verification", the_user, _username, VerificationSecret),
    Email(identity.VerificationRequested, "verification", the_address_to_prove, _username, VerificationSecret),
    Email(identity.RegistrationRepeated, "registration-repeated", the_user, _username),
    Email(identity.UsernameRequested, "username-reminder", the_user, _username),
    Email(identity.PasswordResetRequested, "password-reset", the_user, _username, ResetSecret),
    Email(identity.PasswordChanged, "password-changed", the_user, _username),
    Email(identity.EmailChanged, "email-changed", the_former_address, _email),
    Email(accounts.LicenceImported, "pin-notice", the_roster, _licence, PinSecret, bulk=True),
    Email(accounts.PinIssued, "pin-notice", the_roster, _licence, PinSecret),
    Email(accounts.LicenceGranted, "licence-granted", the_holder, _licence),
    Email(accounts.LicenceSuspended, "licence-suspended", the_holder, _licence),
    Email(accounts.LicenceReinstated, "licence-reinstated", the_holder, _licence),
    Email(delegation.DelegateAdded, "delegate-added-delegator", the_delegator, _delegation),
    Email(delegation.DelegateAdded, "delegate-added-delegate", the_delegate, _delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegator", the_delegator, _delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegate", the_delegate, _delegation),
    Email(
        applications.AlertRaised,
        "file-alert",
        lambda data: data.responsible,
        _alert,
        urgent=False,
        bulk=True,
        merge=lambda data: f"file-alert:{data.responsible}:{data.file_number}",
    ),
)

SECRETS: dict[str, type[BaseModel]] = {row.template: row.secret for row in EMAILS if row.secret}
TEMPLATES = tuple(dict.fromkeys(row.template for row in EMAILS))
