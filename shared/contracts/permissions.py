"""Every permission, and who holds it. Written `scope:resource:action`.

The scope says whose it is: `anyone`, `person` (signed in and acting in his own name),
`surveyor` (one of the six delegable services of Q9, in his own name or acting for a
delegator), `operator`, `application`. The deposit of a cadastre update request has no value
here (Q10): its route asks for `PERSON_SELF_ACT`, which no acting token can hold.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a caller is. An operator is also a person."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    ACTING = "acting"
    OPERATOR = "operator"
    APPLICATION = "application"
    LOOKING = "looking"
    """An operator who looks at the screens of a person: read-only, and only at what `SHOWN` names."""


class Permission(StrEnum):
    """One right that a route asks for."""

    ANYONE_ACCOUNT_PROTECT = "anyone:account:protect"
    ANYONE_ATTESTATION_CHECK = "anyone:attestation:check"
    ANYONE_CATALOGUE_READ = "anyone:catalogue:read"
    ANYONE_IDENTITY_USE = "anyone:identity:use"
    ANYONE_PAYMENT_NOTIFY = "anyone:payment:notify"
    ANYONE_PROVIDER_USE = "anyone:provider:use"
    ANYONE_SEAL_CHECK = "anyone:seal:check"
    APPLICATION_ACTIVITY_REPORT = "application:activity:report"
    APPLICATION_ALERT_RAISE = "application:alert:raise"
    APPLICATION_DECISION_ASK = "application:decision:ask"
    APPLICATION_FEE_POST = "application:fee:post"
    OPERATOR_ACCOUNT_MANAGE = "operator:account:manage"
    OPERATOR_ACTIVITY_READ = "operator:activity:read"
    OPERATOR_APPLICATION_MANAGE = "operator:application:manage"
    OPERATOR_EMAIL_MANAGE = "operator:email:manage"
    OPERATOR_FILE_MANAGE = "operator:file:manage"
    OPERATOR_LICENCE_MANAGE = "operator:licence:manage"
    OPERATOR_OPERATOR_MANAGE = "operator:operator:manage"
    OPERATOR_PARKED_MANAGE = "operator:parked:manage"
    OPERATOR_PERMIT_REVIEW = "operator:permit:review"
    OPERATOR_PERSON_ERASE = "operator:person:erase"
    OPERATOR_PERSON_LOOK = "operator:person:look"
    OPERATOR_ROSTER_IMPORT = "operator:roster:import"
    PERSON_ACCOUNT_JOIN = "person:account:join"
    PERSON_ACCOUNT_LEAVE = "person:account:leave"
    PERSON_ACCOUNT_MANAGE = "person:account:manage"
    PERSON_ACCOUNT_READ = "person:account:read"
    PERSON_ACCOUNT_REGISTER = "person:account:register"
    PERSON_ACTING_START = "person:acting:start"
    PERSON_ACTIVITY_EXPORT = "person:activity:export"
    PERSON_ACTIVITY_READ = "person:activity:read"
    PERSON_BANK_MANAGE = "person:bank:manage"
    PERSON_COMPANY_FIND = "person:company:find"
    PERSON_ATTESTATION_ASK = "person:attestation:ask"
    PERSON_DATA_READ = "person:data:read"
    PERSON_DELEGATE_ADD = "person:delegate:add"
    PERSON_DELEGATE_REMOVE = "person:delegate:remove"
    PERSON_DELEGATE_SEARCH = "person:delegate:search"
    PERSON_DELEGATION_READ = "person:delegation:read"
    PERSON_FEE_PAY = "person:fee:pay"
    PERSON_LICENCE_CLAIM = "person:licence:claim"
    PERSON_LICENCE_READ = "person:licence:read"
    PERSON_PASSWORD_CHANGE = "person:password:change"  # noqa: S105 - a right, no password
    PERSON_PIN_READ = "person:pin:read"
    PERSON_PERMIT_USE = "person:permit:use"
    PERSON_PROFILE_MANAGE = "person:profile:manage"
    PERSON_SELF_ACT = "person:self:act"
    PERSON_SESSION_MANAGE = "person:session:manage"
    PERSON_TAKEOVER_ASK = "person:takeover:ask"
    SURVEYOR_CADASTRE_FILE_FOLLOW = "surveyor:cadastre-file:follow"
    SURVEYOR_LOT_RESERVE = "surveyor:lot:reserve"
    SURVEYOR_LOT_CORRECTION_VERIFY = "surveyor:lot-correction:verify"
    SURVEYOR_PRODUCT_ORDER = "surveyor:product:order"
    SURVEYOR_SURVEY_FILE_FOLLOW = "surveyor:survey-file:follow"
    SURVEYOR_UPDATE_REQUEST_PREVALIDATE = "surveyor:update-request:prevalidate"

    @property
    def scope(self) -> str:
        """Say whose permission it is."""
        return self.value.split(":")[0]


SCOPES: dict[Kind, frozenset[str]] = {
    Kind.ANONYMOUS: frozenset({"anyone"}),
    Kind.PERSON: frozenset({"anyone", "person", "surveyor"}),
    Kind.ACTING: frozenset({"anyone", "surveyor"}),
    Kind.OPERATOR: frozenset({"anyone", "person", "surveyor", "operator"}),
    Kind.APPLICATION: frozenset({"anyone", "application"}),
    Kind.LOOKING: frozenset({"anyone"}),
}

SHOWN = frozenset(
    {
        Permission.PERSON_ACCOUNT_MANAGE,
        Permission.PERSON_ACCOUNT_READ,
        Permission.PERSON_ACTIVITY_READ,
        Permission.PERSON_DELEGATION_READ,
        Permission.PERSON_FEE_PAY,
        Permission.PERSON_LICENCE_READ,
        Permission.PERSON_PERMIT_USE,
        Permission.PERSON_TAKEOVER_ASK,
        Permission.SURVEYOR_CADASTRE_FILE_FOLLOW,
        Permission.SURVEYOR_SURVEY_FILE_FOLLOW,
    }
)
"""What a look shows of a person: what his screens read. Not his sessions, PINs, signed files nor all his data."""

DELEGABLE = frozenset(permission for permission in Permission if permission.scope == "surveyor")


def holds(kind: Kind, permission: Permission) -> bool:
    """Tell whether a caller of this kind may use a route that asks for this permission."""
    return permission.scope in SCOPES[kind] or (kind is Kind.LOOKING and permission in SHOWN)
