"""Decisions: may this person do this on behalf of that account now? From the owner's rows (design §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.rules import members
from shared.contracts import authzen
from shared.contracts.events.companies import Right
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.db.coalesce import Coalescer

    Facts = Coalescer[tuple[UUID, UUID], members.Member | None]

Asked = tuple[UUID, UUID, Right]


async def decide(facts: Facts, evaluation: authzen.Evaluation) -> authzen.Settled:
    """Answer one question from a statement that begins after it was asked."""
    asked = read(evaluation)
    if not isinstance(asked, tuple):
        return REFUSED[asked]
    return _answer(asked, await facts.ask(asked[:2]))


async def decide_all(facts: Facts, batch: authzen.Evaluations) -> list[authzen.Settled]:
    """Answer a batch; what lacks a subject, an action or a resource is denied with an error (AuthZEN, Errors)."""
    questions = [read(one) if one else None for one in authzen.completed(batch)]
    found = iter(await facts.ask_all([one[:2] for one in questions if isinstance(one, tuple)]))
    answers = [_settle(one, found) for one in questions]
    return authzen.until_settled(answers, batch.options.evaluations_semantic)


def _settle(question: Asked | type[problems.Refusal] | None, found: Iterator[members.Member | None]) -> authzen.Settled:
    if question is None:
        return authzen.INCOMPLETE
    return _answer(question, next(found)) if isinstance(question, tuple) else REFUSED[question]


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
    return (*people, RIGHTS[evaluation.action.name])


def _acts(evaluation: authzen.Question) -> bool:
    """Tell whether somebody would act in the person's name: memberships are never delegated (Q4)."""
    places = (evaluation.context or {}, evaluation.subject.properties or {})
    return any(place.get(name) for place in places for name in ("actor", "act", "acting"))


def _answer(asked: Asked, member: members.Member | None) -> authzen.Settled:
    if refusal := members.refusal(member, asked[2]):
        return REFUSED[refusal]
    return ALLOWED


RIGHTS = {right.value: right for right in Right}
DENIALS = {refusal: authzen.denial(refusal) for refusal in problems.Refusal.__subclasses__()}
REFUSED = {refusal: authzen.settled(denial) for refusal, denial in DENIALS.items()}
ALLOWED = authzen.settled(authzen.Decision(decision=True, context=authzen.Reason(rule="O13")))
