"""THE E-MAIL TABLE: which event makes which e-mail, to whom, with what in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, applications, audit, companies, delegation, identity
from shared.contracts.people import Language, Person
from shared.contracts.secrets import LinkSecret, PinSecret, ResetSecret, VerificationSecret


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an e-mail goes to; `id` is absent for addresses of the roster."""

    id: UUID | None
    name: str
    address: str
    language: Language


To = Callable[[Any], "Recipient | UUID | tuple[Recipient | UUID, ...] | None"]
"""Names the recipient, or several: complete, or by user id to be looked up."""
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


def the_account(data: companies.Account) -> Recipient:
    """Write to the address of a business account."""
    return Recipient(None, data.legal_name, data.email, data.language)


def the_contact(data: companies.ClaimAnnounced | companies.TakeoverAnnounced) -> Recipient:
    """Write to one address that the account is known by."""
    return Recipient(None, data.legal_name, data.sent_to, data.language)


def the_managers(data: companies.Account) -> tuple[UUID, ...]:
    """Write to everybody who manages the account."""
    return data.managers


def the_other_managers(data: companies.Member) -> tuple[UUID, ...]:
    """Write to everybody who manages the account, but the member it is about."""
    return tuple(manager for manager in data.managers if manager != data.member.id)


def the_member(data: companies.Member) -> Recipient:
    """Write to the member it is about."""
    return _person(data.member)


def the_claimer(data: companies.Claim) -> Recipient:
    """Write to who claimed the account."""
    return _person(data.claimer)


def the_successor(data: companies.SuccessorNamed) -> tuple[Recipient, ...]:
    """Write to who was named to follow, if anybody was."""
    return (_person(data.successor),) if data.successor else ()


def the_asker(data: companies.Takeover) -> Recipient:
    """Write to who asks to take over the account."""
    return _person(data.asked_by)


def the_operators(
    data: companies.GuessingDetected
    | companies.ClaimContested
    | companies.TakeoverRequested
    | companies.TakeoverApproved,
) -> tuple[UUID, ...]:
    """Write to the operators of whom something is wanted."""
    return data.operators


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


def _company(data: companies.Account, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {"company": data.legal_name, "reason": getattr(data, "reason", "")}


def _member(data: companies.Member, envelope: Envelope) -> dict[str, Any]:
    member = {"member": data.member.name, "member_username": data.member.username, "member_email": data.member.email}
    changed = {name: list(getattr(data, name, ())) for name in ("granted", "withdrawn")}
    return _company(data, envelope) | member | changed | {"rights": list(data.rights)}


def _claim(data: companies.Claim, envelope: Envelope) -> dict[str, Any]:
    until = {"until": data.until.isoformat()} if isinstance(data, companies.ClaimAnnounced) else {}
    return _company(data, envelope) | {"claimer": data.claimer.name} | until


def _takeover(data: companies.Takeover, envelope: Envelope) -> dict[str, Any]:
    step = data.type.split(".")[2]
    more = {"asker": data.asked_by.name, "ground": data.ground, "until": data.due_at.isoformat(), "step": step}
    return _company(data, envelope) | more


def _wanted(data: companies.Claim | companies.Takeover, envelope: Envelope) -> dict[str, Any]:
    if isinstance(data, companies.Claim):
        return _claim(data, envelope) | {"asker": data.claimer.name, "step": "contested"}
    return _takeover(data, envelope)


def _alert(data: applications.AlertRaised, envelope: Envelope) -> dict[str, Any]:
    del envelope
    return {"when": data.occurred_at.isoformat(), "file_number": data.file_number, "kind": data.kind, "count": 1}


def _export(data: audit.ExportReady, envelope: Envelope) -> dict[str, Any]:
    return _when(data, envelope) | {
        "export": str(data.id),
        "format": EXPORT_FORMATS.get(data.format, data.format),
        "rows": data.rows,
        "until": data.expires_at.isoformat(),
    }


EXPORT_FORMATS = {"xlsx": "Excel", "pdf": "PDF", "csv": "CSV", "jsonl": "JSON Lines"}

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
    Email(companies.AccountChanged, "account-changed", the_managers, _company),
    Email(companies.AccountImported, "account-pin-notice", the_account, _company, PinSecret, bulk=True),
    Email(companies.AccountOrphaned, "account-orphaned", the_account, _company),
    Email(companies.AccountPinIssued, "account-pin-notice", the_account, _company, PinSecret),
    Email(companies.AccountPinRotated, "account-pin-rotated", the_managers, _company),
    Email(companies.ClaimAnnounced, "claim-announced", the_contact, _claim, LinkSecret),
    Email(companies.ClaimContested, "claim-contested", the_claimer, _claim),
    Email(companies.ClaimContested, "operator-wanted", the_operators, _wanted),
    Email(companies.ContestDismissed, "contest-dismissed", the_claimer, _claim),
    Email(companies.ContestUpheld, "account-pin-notice", the_account, _company, PinSecret),
    Email(companies.ContestUpheld, "contest-upheld", the_claimer, _claim),
    Email(companies.GuessingDetected, "guessing-detected", the_operators, _when),
    Email(companies.MemberChanged, "member-changed", the_member, _member),
    Email(companies.MemberJoined, "member-joined", the_other_managers, _member),
    Email(companies.MemberRemoved, "member-removed", the_member, _member),
    Email(companies.SuccessorNamed, "successor-named", the_successor, _company),
    Email(companies.SuccessorPromoted, "successor-promoted", the_member, _member),
    Email(companies.TakeoverAnnounced, "takeover-announced", the_contact, _takeover, LinkSecret),
    Email(companies.TakeoverApproved, "operator-wanted", the_operators, _wanted),
    Email(companies.TakeoverApproved, "takeover-step", the_asker, _takeover),
    Email(companies.TakeoverCompleted, "takeover-step", the_asker, _takeover),
    Email(companies.TakeoverObjected, "takeover-step", the_asker, _takeover),
    Email(companies.TakeoverRefused, "takeover-step", the_asker, _takeover),
    Email(companies.TakeoverRequested, "operator-wanted", the_operators, _wanted),
    Email(companies.TakeoverRequested, "takeover-step", the_asker, _takeover),
    Email(companies.TakeoverWithdrawn, "takeover-step", the_asker, _takeover),
    Email(delegation.DelegateAdded, "delegate-added-delegator", the_delegator, _delegation),
    Email(delegation.DelegateAdded, "delegate-added-delegate", the_delegate, _delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegator", the_delegator, _delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegate", the_delegate, _delegation),
    Email(audit.ExportReady, "export-ready", lambda data: data.asked_by, _export),
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
