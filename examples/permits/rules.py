"""What may be done with an application, which right it takes, and how it is reported; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.problems import permits as problems

PLACE = ZoneInfo("America/Toronto")
FILES = 50
"""Files an application may have."""
AHEAD = timedelta(days=365)
"""How far ahead an inspection may be asked for."""


class Right(StrEnum):
    """What accounts decides on, for a person and a company (O13)."""

    SUBMIT = "submit"
    PAY = "pay"
    INSPECT = "inspect"
    UPLOAD = "upload"
    TEMPLATES = "templates"


class State(StrEnum):
    """How an application stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    REFUSED = "refused"
    CLOSED = "closed"


class Needed(StrEnum):
    """What the city asks for [Actions requises]; each is settled by the act of its kind."""

    ANSWER = "answer"
    UPLOAD = "upload"
    PAY = "pay"
    INSPECT = "inspect"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is done: the right it takes, the kind of activity it is reported as, what it settles."""

    right: Right
    activity: str
    settles: Needed | None = None


SUBMIT = Act(Right.SUBMIT, "permit-application.submitted")
CONTACT = Act(Right.SUBMIT, "contact-company.named")
NO_CONTACT = Act(Right.SUBMIT, "contact-company.removed")
ANSWER = Act(Right.SUBMIT, "permit-message.sent", Needed.ANSWER)
INSPECT = Act(Right.INSPECT, "inspection.requested", Needed.INSPECT)
UPLOAD = Act(Right.UPLOAD, "document.added", Needed.UPLOAD)
REMOVE = Act(Right.UPLOAD, "document.removed")
TEMPLATE = Act(Right.TEMPLATES, "template.changed")

FOLLOWING: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.IN_REVIEW, State.REFUSED, State.CLOSED}),
    State.IN_REVIEW: frozenset({State.APPROVED, State.REFUSED, State.CLOSED}),
    State.APPROVED: frozenset({State.CLOSED}),
    State.REFUSED: frozenset({State.IN_REVIEW, State.CLOSED}),
    State.CLOSED: frozenset(),
}


def ensure_following(state: State, following: State) -> None:
    """Let an application go from one state to the next; `state-not-possible`."""
    if following not in FOLLOWING[state]:
        raise problems.StateNotPossible


def ensure_open(state: State) -> None:
    """Let something be done on an application that is not over; `application-closed`."""
    if state is State.CLOSED:
        raise problems.ApplicationClosed


def ensure_inspectable(state: State, wanted_on: date, now: datetime) -> None:
    """Let an inspection be asked for once the permit is issued, on a coming day; `not-approved`, `day-not-possible`."""
    if state is not State.APPROVED:
        raise problems.NotApproved
    today = now.astimezone(PLACE).date()
    if not today <= wanted_on <= today + AHEAD:
        raise problems.DayNotPossible


def ensure_room(files: int) -> None:
    """Let an application have one more file; `too-many-files`."""
    if files >= FILES:
        raise problems.TooManyFiles(most=FILES)


def is_told(reasons: set[str], allowed: set[str]) -> bool:
    """Tell whether somebody may know of an application: who has any right, or lost them to a contest he knows of."""
    return bool(allowed) or not reasons <= {"not-a-member", "right-missing", "account-unknown"}
