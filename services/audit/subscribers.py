"""What audit hears: every event, each as one activity by somebody and for somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit import commands, store
from services.audit.schemas import Report
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, applications, audit, companies, delegation, fees, identity, notifications
from shared.service import Received, Subscription

if TYPE_CHECKING:
    from shared.db.pool import Connection

Who = Callable[[Envelope, Any], UUID | None]


def actor(envelope: Envelope, data: Event) -> UUID | None:
    """Name the person who asked for it; nobody when it was the system, an application or a caller not signed in."""
    del data
    kind, _, text = envelope.actor.partition(":")
    return UUID(text) if kind == "user" else None


def the_user(envelope: Envelope, data: identity.User) -> UUID:
    """Name the user the event is about."""
    del envelope
    return data.id


def the_holder(envelope: Envelope, data: accounts.Licence) -> UUID | None:
    """Name the surveyor who holds the licence."""
    del envelope
    return data.holder


def the_delegator(envelope: Envelope, data: delegation.Delegation) -> UUID:
    """Name the delegator: adding and removing are by and for him (Q36)."""
    del envelope
    return data.delegator.id


def the_delegate(envelope: Envelope, data: delegation.Delegation) -> UUID:
    """Name the delegate."""
    del envelope
    return data.delegate.id


def the_attested(envelope: Envelope, data: delegation.AttestationIssued) -> UUID:
    """Name the surveyor whose delegations were attested."""
    del envelope
    return data.delegator_id


def the_searcher(envelope: Envelope, data: delegation.DelegateSearched) -> UUID:
    """Name the surveyor who searched."""
    del envelope
    return data.delegator_id


def the_recipient(envelope: Envelope, data: notifications.Email) -> UUID | None:
    """Name the recipient of an e-mail."""
    del envelope
    return data.recipient


def the_member(envelope: Envelope, data: companies.Member) -> UUID:
    """Name the member of an account the event is about."""
    del envelope
    return data.member.id


def the_claimer(envelope: Envelope, data: companies.AccountClaimed | companies.Claim) -> UUID:
    """Name the person who claimed the account."""
    del envelope
    return data.claimer.id


def the_asker(envelope: Envelope, data: companies.Takeover) -> UUID:
    """Name the person who asked to take over the account."""
    del envelope
    return data.asked_by.id


def the_account(envelope: Envelope, data: companies.Account) -> UUID:
    """Name the account itself: it is about no member."""
    del envelope
    return data.id


def the_exporter(envelope: Envelope, data: audit.ExportReady) -> UUID:
    """Name who asked for the file."""
    del envelope
    return data.asked_by


def the_owing(envelope: Envelope, data: fees.Fee) -> UUID:
    """Name the account that owes the fee."""
    del envelope
    return data.account


def the_payer(envelope: Envelope, data: fees.Payment) -> UUID:
    """Name the member who pays."""
    del envelope
    return data.payer.id


def the_fee_payer(envelope: Envelope, data: fees.FeePaid) -> UUID:
    """Name the member who paid the fee."""
    del envelope
    return data.payer


def nobody(envelope: Envelope, data: Event) -> None:
    """Name nobody."""
    del envelope, data


RECORDED: tuple[tuple[type[Event], str, Who, Who], ...] = (
    (audit.ExportReady, "list.exported", the_exporter, the_exporter),
    (accounts.LicenceChanged, "licence.changed", actor, the_holder),
    (accounts.LicenceGranted, "licence.granted", actor, the_holder),
    (accounts.LicenceImported, "licence.imported", actor, the_holder),
    (accounts.LicenceReinstated, "licence.reinstated", actor, the_holder),
    (accounts.LicenceReleased, "licence.released", actor, the_holder),
    (accounts.LicenceSuspended, "licence.suspended", actor, the_holder),
    (accounts.PinIssued, "pin.issued", actor, the_holder),
    (companies.AccountChanged, "account.changed", actor, the_account),
    (companies.AccountClaimed, "account.claimed", actor, the_claimer),
    (companies.AccountImported, "account.imported", actor, the_account),
    (companies.AccountOrphaned, "account.orphaned", actor, the_account),
    (companies.AccountPinIssued, "account-pin.issued", actor, the_account),
    (companies.AccountPinRotated, "account-pin.rotated", actor, the_account),
    (companies.AccountRegistered, "account.registered", actor, actor),
    (companies.ClaimAnnounced, "claim.announced", actor, the_claimer),
    (companies.ClaimContested, "claim.contested", actor, the_claimer),
    (companies.ContestDismissed, "contest.dismissed", actor, the_claimer),
    (companies.ContestUpheld, "contest.upheld", actor, the_claimer),
    (companies.GuessingDetected, "guessing.detected", actor, nobody),
    (companies.LastManagerRefused, "last-manager.refused", actor, the_account),
    (companies.MemberChanged, "member.changed", actor, the_member),
    (companies.MemberJoined, "member.joined", actor, the_member),
    (companies.MemberLeft, "member.left", actor, the_member),
    (companies.MemberRemoved, "member.removed", actor, the_member),
    (companies.SuccessorNamed, "successor.named", actor, the_account),
    (companies.SuccessorPromoted, "successor.promoted", actor, the_member),
    (companies.TakeoverAnnounced, "takeover.announced", actor, the_asker),
    (companies.TakeoverApproved, "takeover.approved", actor, the_asker),
    (companies.TakeoverCompleted, "takeover.completed", actor, the_asker),
    (companies.TakeoverObjected, "takeover.objected", actor, the_asker),
    (companies.TakeoverRefused, "takeover.refused", actor, the_asker),
    (companies.TakeoverRequested, "takeover.requested", actor, the_asker),
    (companies.TakeoverWithdrawn, "takeover.withdrawn", actor, the_asker),
    (delegation.ActingStarted, "acting.started", the_delegate, the_delegator),
    (delegation.AttestationIssued, "attestation.issued", actor, the_attested),
    (delegation.DelegateAdded, "delegate.added", the_delegator, the_delegator),
    (delegation.DelegateRemoved, "delegate.removed", the_delegator, the_delegator),
    (delegation.DelegateSearched, "delegate.searched", the_searcher, the_searcher),
    (fees.BankDetailsChanged, "bank-details.changed", actor, the_account),
    (fees.BankDetailsRemoved, "bank-details.removed", actor, the_account),
    (fees.FeePaid, "fee.paid", the_fee_payer, the_owing),
    (fees.FeePosted, "fee.posted", actor, the_owing),
    (fees.FeeRefunded, "fee.refunded", actor, the_owing),
    (fees.FeeWithdrawn, "fee.withdrawn", actor, the_owing),
    (fees.PaymentExpired, "payment.expired", actor, the_payer),
    (fees.PaymentFailed, "payment.failed", actor, the_payer),
    (fees.PaymentReceived, "payment.received", the_payer, the_payer),
    (fees.PaymentRefunded, "payment.refunded", actor, the_payer),
    (fees.PaymentStarted, "payment.started", the_payer, the_payer),
    (identity.EmailChanged, "email.changed", the_user, the_user),
    (identity.LookBegun, "screens.viewed", actor, the_user),
    (identity.PasswordChanged, "password.changed", the_user, the_user),
    (identity.PasswordResetRequested, "reset.requested", actor, the_user),
    (identity.RegistrationRepeated, "registration.repeated", actor, the_user),
    (identity.UserChanged, "user.changed", actor, the_user),
    (identity.UserRegistered, "user.registered", the_user, the_user),
    (identity.UserRemoved, "user.removed", actor, the_user),
    (identity.UserVerified, "user.verified", the_user, the_user),
    (identity.UsernameRequested, "username.requested", actor, the_user),
    (identity.VerificationRequested, "verification.requested", actor, the_user),
    (notifications.EmailFailed, "email.failed", actor, the_recipient),
    (notifications.EmailSent, "email.sent", actor, the_recipient),
)
"""Event, kind of activity, performed by, performed for."""


BY_TYPE = {event.type: (kind, by, for_) for event, kind, by, for_ in RECORDED}


async def on_events(connection: Connection, received: Sequence[Received[Any]]) -> None:
    """Record what came together."""
    await commands.record_heard(connection, [_heard(one.envelope, one.data) for one in received])


def _heard(envelope: Envelope, data: Event) -> commands.Heard:
    if isinstance(data, applications.ActivityReported):
        return _reported(envelope, data)
    kind, by, for_ = BY_TYPE[envelope.type]
    news, managers = None, None
    if isinstance(data, identity.UserRemoved):
        news = store.Named(data.id, "", envelope.sequence)
    elif isinstance(data, identity.User):
        news = store.Named(data.id, f"{data.first_name} {data.last_name}", envelope.sequence)
    if isinstance(data, companies.Account):
        news, managers = store.Named(data.id, data.legal_name, envelope.sequence, company=True), data.managers
    return commands.Heard(
        event_id=envelope.id,
        kind=kind,
        performed_by=by(envelope, data),
        performed_for=for_(envelope, data),
        file_number=data.reference if isinstance(data, fees.Fee) else None,
        account=data.id if isinstance(data, companies.Account) else None,
        occurred_at=envelope.time,
        correlation_id=envelope.correlationid,
        news=news,
        managers=managers,
        reason=data.reason if isinstance(data, identity.LookBegun) else None,
        erased=data.id if isinstance(data, identity.UserRemoved) else None,
    )


def _reported(envelope: Envelope, data: applications.ActivityReported) -> commands.Heard:
    """Read what an application said on the bus as strictly as what it says over HTTP."""
    report = Report.model_validate(data, from_attributes=True)
    return commands.Heard(
        event_id=envelope.id,
        application=envelope.actor.removeprefix("application:"),
        key=report.key,
        kind=report.kind,
        file_number=report.file_number,
        performed_by=report.performed_by,
        performed_for=report.performed_for,
        occurred_at=report.occurred_at,
        correlation_id=envelope.correlationid,
    )


SUBSCRIPTIONS = (
    *(Subscription(event, together=on_events) for event, *_ in RECORDED),
    Subscription(applications.ActivityReported, together=on_events),
)
