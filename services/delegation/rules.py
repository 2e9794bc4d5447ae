"""Who may delegate and who may act; no I/O."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from shared.contracts import moments
from shared.contracts.audiences import ACCESS_TOKEN, JWT, MANDAT, TOKEN_EXCHANGE, is_audience
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.problems import delegation as problems
from shared.contracts.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD_AGE = timedelta(hours=24)
TOKEN_SECONDS = 60


NOT_DESIGNATED = Text(
    "Pour accéder au site, un arpenteur-géomètre doit d’abord vous désigner comme délégataire pour agir en son nom. "
    "Veuillez communiquer avec un arpenteur-géomètre et attendre le courriel de confirmation vous informant que "
    "l’arpenteur-géomètre délégant vous a désigné comme délégataire.",
    "To access the site, a land surveyor must first designate you as a delegate to act on his or her behalf. "
    "Please contact a land surveyor and wait for the confirmation e-mail telling you that the delegating land "
    "surveyor has designated you as a delegate.",
)
"""Q17."""

Refused = type[problems.Refusal]


class Facts(NamedTuple):
    """What our tables say about one person and one surveyor: the licence, and the delegation that has not ended."""

    licence: UUID | None = None
    matricule: str | None = None
    status: LicenceStatus | None = None
    delegation: UUID | None = None
    version: int | None = None


class Asked(NamedTuple):
    """Whether `performer` may do something in `surveyor`’s name; a delegation and version limit it to that one.

    With a `moment` it is whether he might have done it then.
    """

    performer: UUID
    surveyor: UUID
    acted: bool
    reserved: bool = False
    delegation: UUID | None = None
    version: int | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """That somebody may act in a delegator’s name now, and what that rests on."""

    delegator: UUID
    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a token request: the code of RFC 6749 §5.2 or RFC 8693 §2.2.2, and the parameter."""

    error: str
    parameter: str


def normal_form(text: str) -> str:
    """Give the form in which user names and e-mail addresses are compared, as identity does (reliability §C6)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).lower())


def sort_key(first_name: str, last_name: str) -> str:
    """Give the key that sorts people as French does: family name first, without accents and case."""
    plain = unicodedata.normalize("NFKD", f"{last_name}\t{first_name}")
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def ensure_delegator(status: LicenceStatus | None) -> None:
    """Refuse who holds no licence (`not-a-delegator`, Q2) or a suspended one (`licence-suspended`, decision 11)."""
    if status is LicenceStatus.SUSPENDED:
        raise problems.LicenceSuspended
    if status is not LicenceStatus.ACTIVE:
        raise problems.NotADelegator


def ensure_another(delegator: UUID, delegate: UUID) -> None:
    """Refuse a surveyor who designates himself: `cannot-delegate-to-oneself` (decision 5)."""
    if delegator == delegate:
        raise problems.CannotDelegateToOneself


def may_be_designated(delegator: UUID, delegate: UUID, status: LicenceStatus | None, *, ever_added: bool) -> bool:
    """Tell whether nothing stands in the way of a designation, so that no refusal has to be found (Q24, Q28)."""
    return status is LicenceStatus.ACTIVE and delegator != delegate and ever_added


def must_change_password(password_changed_at: datetime | None, now: datetime, *, ever_added: bool) -> bool:
    """Tell whether the first-ever delegate waits for a password change in the last 24 hours (Q24, decision 7)."""
    if ever_added:
        return False
    return password_changed_at is None or now - password_changed_at > PASSWORD_AGE


def default_context(person: UUID, *, surveyor: bool, able: list[UUID]) -> UUID | None:
    """Choose in whose name to start: one’s own (decision 2), the only delegator’s (Q18); None when to choose (Q20).

    `able` are the delegators for whom the person may act now.
    """
    if surveyor:
        return person
    return able[0] if len(able) == 1 else None


def refusal(asked: Asked, facts: Facts) -> Refused | None:
    """Decide: None allows, anything else is why not. The reserved service is looked at before all facts (Q10)."""
    if asked.reserved and asked.acted:
        return problems.ReservedService
    if facts.status is LicenceStatus.SUSPENDED:
        return problems.LicenceSuspended
    if facts.status is not LicenceStatus.ACTIVE:
        return problems.NotASurveyor
    return _refusal_to_delegate(asked, facts) if asked.acted else None


def _refusal_to_delegate(asked: Asked, facts: Facts) -> Refused | None:
    named = asked.delegation is not None
    if facts.delegation is None:
        return problems.DelegationEnded if named else problems.NoDelegation
    if named and asked.delegation != facts.delegation:
        return problems.DelegationEnded
    if asked.version is not None and asked.version > (facts.version or 0):
        return problems.DelegationEnded
    return None


def read_question(
    subject: tuple[str, str, dict[str, Any]], resource: tuple[str, str], context: dict[str, Any], *, reserved: bool
) -> Asked | Refused:
    """Read who would act in whose name from an AuthZEN question, or say why it is refused as it stands.

    `subject` is type, id and properties. Somebody acts for another when subject and resource
    differ, when an `actor` names another person, or when `acting` or `act` is set; each of
    these counts in the context and in the subject's properties alike.
    """
    performer, surveyor = _uuid(subject[1]), _uuid(resource[1])
    if performer is None or surveyor is None or (subject[0], resource[0]) != ("user", "surveyor"):
        return problems.UnknownParty
    actor, flagged = _actor(performer, subject[2], context) if subject[2] or context else (performer, False)
    if actor is None or (flagged and actor == surveyor):
        return problems.ReservedService if reserved else problems.UnknownParty
    if performer not in (surveyor, actor):
        return problems.NestedActing
    return _asked(actor, surveyor, context, reserved=reserved)


def _actor(performer: UUID, properties: dict[str, Any], context: dict[str, Any]) -> tuple[UUID | None, bool]:
    """Give who would act by what subject and context say beside the ids, and whether they say that somebody acts."""
    said = {**properties, **{name: value for name, value in context.items() if value is not None}}
    flagged = any(place.get(name) for place in (properties, context) for name in ("acting", "act"))
    return (_uuid(said["actor"]) if said.get("actor") is not None else performer), flagged


def _asked(actor: UUID, surveyor: UUID, context: dict[str, Any], *, reserved: bool) -> Asked | Refused:
    named, version = context.get("delegation"), context.get("version")
    delegation = _uuid(named)
    if (named is not None and delegation is None) or not (version is None or type(version) is int):
        return problems.ReservedService if reserved else problems.DelegationEnded
    moment = moments.read(context.get("as_of"))
    if moment is None and context.get("as_of") is not None:
        return problems.ReservedService if reserved else problems.MomentNotPast
    acted = actor != surveyor or named is not None
    return Asked(actor, surveyor, acted, reserved, delegation, version, moment)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def token_request_fault(parameters: Mapping[str, str | None], presented: str) -> Fault | None:
    """Find the first fault of a token request (RFC 8693 §2.1); `presented` is the token of `Authorization`."""
    if parameters["grant_type"] is None:
        return Fault("invalid_request", "grant_type")
    checks = (
        ("unsupported_grant_type", "grant_type", (TOKEN_EXCHANGE,)),
        ("invalid_request", "subject_token", (presented,)),
        ("invalid_request", "subject_token_type", (ACCESS_TOKEN, JWT)),
        ("invalid_request", "requested_token_type", (None, ACCESS_TOKEN)),
        ("invalid_request", "actor_token", (None,)),
        ("invalid_target", "audience", (None, parameters["audience"] if is_audience(parameters["audience"]) else None)),
        ("invalid_target", "resource", (None,)),
        ("invalid_scope", "scope", (None,)),
    )
    faults = (Fault(error, name) for error, name, allowed in checks if parameters[name] not in allowed)
    missing = Fault("invalid_request", "delegator") if _uuid(parameters["delegator"]) is None else None
    return next(faults, missing)


def token_expiry(now: int, subject_expiry: int) -> int:
    """Give the end of an acting token, in Unix seconds: a minute, and not after the token it came from."""
    return min(now + TOKEN_SECONDS, max(subject_expiry, now + 1))


def acting_claims(grant: Grant, act: dict[str, str], audience: str | None = None) -> dict[str, Any]:
    """Give the claims that say who acts for whom (RFC 8693 §4.1), by which licence and which delegation.

    With an audience they are said to that application alone.
    """
    return {
        "aud": audience or MANDAT,
        "sub": str(grant.delegator),
        "name": grant.name,
        "act": act,
        "licence": str(grant.facts.licence),
        "matricule": grant.facts.matricule,
        "dlg": str(grant.facts.delegation),
        "dlg_v": grant.facts.version,
    }
