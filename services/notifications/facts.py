"""What e-mails say of an event: the values that their templates name."""

from __future__ import annotations

from typing import Any

from shared import ids
from shared.contracts.envelope import Envelope
from shared.contracts.events import accounts, applications, audit, companies, delegation, fees, identity


def when(data: Any, envelope: Envelope) -> dict[str, Any]:
    """Say when it happened."""
    del data
    return {"when": envelope.time.isoformat()}


def of_username(data: identity.User, envelope: Envelope) -> dict[str, Any]:
    """Say whose account it is."""
    return when(data, envelope) | {"username": data.username}


def of_email(data: identity.EmailChanged, envelope: Envelope) -> dict[str, Any]:
    """Say whose address changed."""
    return when(data, envelope) | {"username": data.username}


def of_licence(data: accounts.Licence, envelope: Envelope) -> dict[str, Any]:
    """Say which licence, and why."""
    return when(data, envelope) | {"matricule": data.matricule, "reason": getattr(data, "reason", "")}


def of_delegation(data: delegation.Delegation, envelope: Envelope) -> dict[str, Any]:
    """Say who delegates to whom."""
    return when(data, envelope) | {
        "delegator": data.delegator.name,
        "matricule": data.matricule,
        "delegate": data.delegate.name,
        "delegate_username": data.delegate.username,
        "delegate_email": data.delegate.email,
    }


def of_company(data: companies.Account, envelope: Envelope) -> dict[str, Any]:
    """Say which account, and why."""
    return when(data, envelope) | {"company": data.legal_name, "reason": getattr(data, "reason", "")}


def of_member(data: companies.Member, envelope: Envelope) -> dict[str, Any]:
    """Say which member, and his rights."""
    member = {"member": data.member.name, "member_username": data.member.username, "member_email": data.member.email}
    changed = {name: list(getattr(data, name, ())) for name in ("granted", "withdrawn")}
    return of_company(data, envelope) | member | changed | {"rights": list(data.rights)}


def of_claim(data: companies.Claim, envelope: Envelope) -> dict[str, Any]:
    """Say who claims which account."""
    until = {"until": data.until.isoformat()} if isinstance(data, companies.ClaimAnnounced) else {}
    return of_company(data, envelope) | {"claimer": data.claimer.name} | until


def of_takeover(data: companies.Takeover, envelope: Envelope) -> dict[str, Any]:
    """Say who takes over which account, and how far it is."""
    step = data.type.split(".")[2]
    more = {"asker": data.asked_by.name, "ground": data.ground, "until": data.due_at.isoformat(), "step": step}
    return of_company(data, envelope) | more


def of_wanted(data: companies.Claim | companies.Takeover, envelope: Envelope) -> dict[str, Any]:
    """Say what waits for an operator's decision."""
    if isinstance(data, companies.Claim):
        return of_claim(data, envelope) | {"asker": data.claimer.name, "step": "contested"}
    return of_takeover(data, envelope)


def alert(data: applications.AlertRaised, application: str) -> dict[str, Any]:
    """Give what an alert's e-mail says, and which application raised it."""
    when = data.occurred_at.isoformat()
    return {"when": when, "file_number": data.file_number, "kind": data.kind, "count": 1, "application": application}


def of_alert(data: applications.AlertRaised, envelope: Envelope) -> dict[str, Any]:
    """Say what arrived on which file."""
    return alert(data, envelope.actor.removeprefix("application:"))


def of_fee(data: fees.Fee, envelope: Envelope) -> dict[str, Any]:
    """Say what is owed."""
    names = {"account_name", "reference", "label_fr", "label_en", "amount_cents", "due_on"}
    return when(data, envelope) | data.model_dump(mode="json", include=names)


def of_payment(data: fees.Payment, envelope: Envelope) -> dict[str, Any]:
    """Say what was paid, for what."""
    items = [one.model_dump(mode="json", exclude={"id", "account"}) for one in data.fees]
    facts = {"amount_cents": data.amount_cents, "items": items, "payment": ids.short(data.id)}
    return when(data, envelope) | facts | {"surplus": getattr(data, "surplus", False)}


def of_bank(data: fees.BankDetails, envelope: Envelope) -> dict[str, Any]:
    """Say whose bank details changed, by whom."""
    return when(data, envelope) | {"account_name": data.legal_name, "changed_by": data.changed_by.name}


def of_export(data: audit.ExportReady, envelope: Envelope) -> dict[str, Any]:
    """Say which file is ready."""
    return when(data, envelope) | {
        "export": str(data.id),
        "format": EXPORT_FORMATS.get(data.format, data.format),
        "rows": data.rows,
        "until": data.expires_at.isoformat(),
    }


EXPORT_FORMATS = {"xlsx": "Excel", "pdf": "PDF", "csv": "CSV", "jsonl": "JSON Lines"}
