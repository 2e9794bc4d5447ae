"""Decisions: may this person do this on behalf of that account, or might he then? From the owner's rows (design §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.accounts.rules import members
from shared import clock
from shared.contracts import authzen, moments
from shared.contracts.events.companies import Right
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from datetime import datetime

    from shared.db.coalesce import Coalescer

    Found = members.Member | None
    Facts = Coalescer[tuple[UUID, UUID], Found]
    Then = Callable[[Sequence[tuple[UUID, UUID, datetime]]], Awaitable[Sequence[Found]]]


class Asked(NamedTuple):
    """Whether a person may do something for an account; with a `moment`, whether he might have done it then."""

    person: UUID
    account: UUID
    right: Right
    moment: datetime | None = None


async def decide(facts: Facts, then: Then, evaluation: authzen.Evaluation) -> authzen.Settled:
    """Answer one question from a statement that begins after it was asked."""
    asked = read(evaluation)
    if not isinstance(asked, Asked):
        return REFUSED[asked]
    if asked.moment:
        return _answer(asked, (await then([(asked.person, asked.account, asked.moment)]))[0])
    return _answer(asked, await facts.ask(asked[:2]))


async def decide_all(facts: Facts, then: Then, batch: authzen.Evaluations) -> list[authzen.Settled]:
    """Answer a batch; what lacks a subject, an action or a resource is denied with an error (AuthZEN, Errors)."""
    questions = [read(one) if one else None for one in authzen.completed(batch)]
    asked = [one for one in questions if isinstance(one, Asked)]
    now = iter(await facts.ask_all([one[:2] for one in asked if not one.moment]))
    past = iter(await then([(one.person, one.account, one.moment) for one in asked if one.moment]))
    answers = [_settle(one, past if isinstance(one, Asked) and one.moment else now) for one in questions]
    return authzen.until_settled(answers, batch.options.evaluations_semantic)


def _settle(question: Asked | type[problems.Refusal] | None, found: Iterator[Found]) -> authzen.Settled:
    if question is None:
        return authzen.INCOMPLETE
    return _answer(question, next(found)) if isinstance(question, Asked) else REFUSED[question]


def read(evaluation: authzen.Question) -> Asked | type[problems.Refusal]:
    """Read who would do what for which account, or say why it is refused as it stands."""
    subject, resource = evaluation.subject, evaluation.resource
    if evaluation.action.name not in RIGHTS:
        return problems.UnknownRight
    try:
        people = UUID(subject.id), UUID(resource.id)
    except ValueError:
        return problems.UnknownMember
    if (subject.type, resource.type) != ("user", "account") or _acts(evaluation):
        return problems.UnknownMember
    return _asked(*people, RIGHTS[evaluation.action.name], (evaluation.context or {}).get("as_of"))


def _asked(person: UUID, account: UUID, right: Right, as_of: object) -> Asked | type[problems.Refusal]:
    moment = moments.read(as_of)
    if as_of is not None and (moment is None or moment > clock.moment()):
        return problems.AccountMomentNotPast
    return Asked(person, account, right, moment)


def _acts(evaluation: authzen.Question) -> bool:
    """Tell whether somebody would act in the person's name: memberships are never delegated (Q4)."""
    places = (evaluation.context or {}, evaluation.subject.properties or {})
    return any(place.get(name) for place in places for name in ("actor", "act", "acting"))


def _answer(asked: Asked, member: Found) -> authzen.Settled:
    if refusal := members.refusal(member, asked.right):
        return REFUSED[refusal]
    return ALLOWED


RIGHTS = {right.value: right for right in Right}
DENIALS = {refusal: authzen.denial(refusal) for refusal in problems.Refusal.__subclasses__()}
REFUSED = {refusal: authzen.settled(denial) for refusal, denial in DENIALS.items()}
ALLOWED = authzen.settled(authzen.Decision(decision=True, context=authzen.Reason(rule="O13")))
