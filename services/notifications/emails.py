"""THE E-MAIL TABLE: which event makes which e-mail, to whom, with what in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.notifications import facts
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, applications, audit, companies, delegation, fees, identity
from shared.contracts.people import Language, Person
from shared.contracts.secrets import LinkSecret, PinSecret, ResetSecret, VerificationSecret


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an e-mail goes to; `id` is absent for addresses of the roster."""

    id: UUID | None
    name: str
    address: str
    language: Language


Named = Recipient | UUID
To = Callable[[Any], "Named | Sequence[Named] | None"]
"""Names the recipients: one or several, complete or by user id to be looked up, or nobody."""
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


def each(to: Named | Sequence[Named] | None) -> Sequence[Named]:
    """Give the recipients one by one."""
    if to is None:
        return ()
    return (to,) if isinstance(to, Recipient | UUID) else to


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


def those_who_may_pay(data: fees.FeePosted) -> Sequence[UUID]:
    """Write to everyone who may pay for the account."""
    return data.told


def the_payer(data: fees.Payment) -> Recipient:
    """Write to the member who paid, or tried to."""
    return _person(data.payer)


def the_responsible(about: str) -> To:
    """Write to who is responsible for a file, or follows an application."""
    return lambda data: data.responsible if data.about == about else None


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


EMAILS: tuple[Email, ...] = (
    Email(identity.UserRegistered, "verification", the_user, facts.of_username, VerificationSecret),
    Email(identity.VerificationRequested, "verification", the_address_to_prove, facts.of_username, VerificationSecret),
    Email(identity.RegistrationRepeated, "registration-repeated", the_user, facts.of_username),
    Email(identity.UsernameRequested, "username-reminder", the_user, facts.of_username),
    Email(identity.PasswordResetRequested, "password-reset", the_user, facts.of_username, ResetSecret),
    Email(identity.PasswordChanged, "password-changed", the_user, facts.of_username),
    Email(identity.EmailChanged, "email-changed", the_former_address, facts.of_email),
    Email(accounts.LicenceImported, "pin-notice", the_roster, facts.of_licence, PinSecret, bulk=True),
    Email(accounts.PinIssued, "pin-notice", the_roster, facts.of_licence, PinSecret),
    Email(accounts.LicenceGranted, "licence-granted", the_holder, facts.of_licence),
    Email(accounts.LicenceSuspended, "licence-suspended", the_holder, facts.of_licence),
    Email(accounts.LicenceReinstated, "licence-reinstated", the_holder, facts.of_licence),
    Email(companies.AccountChanged, "account-changed", the_managers, facts.of_company, urgent=False),
    Email(companies.AccountImported, "account-pin-notice", the_account, facts.of_company, PinSecret, bulk=True),
    Email(companies.AccountOrphaned, "account-orphaned", the_account, facts.of_company),
    Email(companies.AccountPinIssued, "account-pin-notice", the_account, facts.of_company, PinSecret),
    Email(companies.AccountPinRotated, "account-pin-rotated", the_managers, facts.of_company, urgent=False),
    Email(companies.ClaimAnnounced, "claim-announced", the_contact, facts.of_claim, LinkSecret),
    Email(companies.ClaimContested, "claim-contested", the_claimer, facts.of_claim),
    Email(companies.ClaimContested, "operator-wanted", the_operators, facts.of_wanted),
    Email(companies.ContestDismissed, "contest-dismissed", the_claimer, facts.of_claim),
    Email(companies.ContestUpheld, "account-pin-notice", the_account, facts.of_company, PinSecret),
    Email(companies.ContestUpheld, "contest-upheld", the_claimer, facts.of_claim),
    Email(companies.GuessingDetected, "guessing-detected", the_operators, facts.when),
    Email(companies.MemberChanged, "member-changed", the_member, facts.of_member, urgent=False),
    Email(companies.MemberJoined, "member-joined", the_other_managers, facts.of_member),
    Email(companies.MemberRemoved, "member-removed", the_member, facts.of_member),
    Email(companies.SuccessorNamed, "successor-named", the_successor, facts.of_company, urgent=False),
    Email(companies.SuccessorPromoted, "successor-promoted", the_member, facts.of_member),
    Email(companies.TakeoverAnnounced, "takeover-announced", the_contact, facts.of_takeover, LinkSecret),
    Email(companies.TakeoverApproved, "operator-wanted", the_operators, facts.of_wanted),
    Email(companies.TakeoverApproved, "takeover-step", the_asker, facts.of_takeover),
    Email(companies.TakeoverCompleted, "takeover-step", the_asker, facts.of_takeover),
    Email(companies.TakeoverObjected, "takeover-step", the_asker, facts.of_takeover),
    Email(companies.TakeoverRefused, "takeover-step", the_asker, facts.of_takeover),
    Email(companies.TakeoverRequested, "operator-wanted", the_operators, facts.of_wanted),
    Email(companies.TakeoverRequested, "takeover-step", the_asker, facts.of_takeover),
    Email(companies.TakeoverWithdrawn, "takeover-step", the_asker, facts.of_takeover),
    Email(delegation.DelegateAdded, "delegate-added-delegator", the_delegator, facts.of_delegation),
    Email(delegation.DelegateAdded, "delegate-added-delegate", the_delegate, facts.of_delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegator", the_delegator, facts.of_delegation),
    Email(delegation.DelegateRemoved, "delegate-removed-delegate", the_delegate, facts.of_delegation),
    Email(audit.ExportReady, "export-ready", lambda data: data.asked_by, facts.of_export),
    Email(fees.FeePosted, "fee-due", those_who_may_pay, facts.of_fee, bulk=True),
    Email(fees.PaymentReceived, "payment-received", the_payer, facts.of_payment),
    Email(fees.PaymentFailed, "payment-failed", the_payer, facts.of_payment),
    Email(fees.PaymentRefunded, "payment-refunded", the_payer, facts.of_payment),
    Email(fees.BankDetailsChanged, "bank-details-changed", the_managers, facts.of_bank),
    Email(fees.BankDetailsRemoved, "bank-details-removed", the_managers, facts.of_bank),
    Email(
        applications.AlertRaised,
        "application-alert",
        the_responsible("application"),
        facts.of_alert,
        urgent=False,
        bulk=True,
        merge=lambda data: f"application-alert:{data.responsible}:{data.file_number}",
    ),
    Email(
        applications.AlertRaised,
        "file-alert",
        the_responsible("file"),
        facts.of_alert,
        urgent=False,
        bulk=True,
        merge=lambda data: f"file-alert:{data.responsible}:{data.file_number}",
    ),
)

SECRETS: dict[str, type[BaseModel]] = {row.template: row.secret for row in EMAILS if row.secret}
TEMPLATES = tuple(dict.fromkeys(row.template for row in EMAILS))
