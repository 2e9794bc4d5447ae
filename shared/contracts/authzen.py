"""Questions and answers about what somebody may do: OpenID AuthZEN Authorization API 1.0.

The shapes and the batch semantics, for those who answer and for those who ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel

from shared.contracts.problems import common
from shared.contracts.problems.base import Refusal
from shared.contracts.texts import Text

BATCH = 100


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Said):
    """A subject or a resource (Information Model)."""

    type: str = Field(max_length=100)
    id: str = Field(max_length=200)
    properties: dict[str, Any] | None = None


class Action(_Said):
    """What would be done."""

    name: str = Field(max_length=100)
    properties: dict[str, Any] | None = None


class Evaluation(_Said):
    """The question whether the subject may do this to the resource (Access Evaluation)."""

    subject: Party
    action: Action
    resource: Party
    context: dict[str, Any] | None = None


class PartialEvaluation(_Said):
    """One evaluation of a batch; what it leaves out is taken from the top of the batch."""

    subject: Party | None = None
    action: Action | None = None
    resource: Party | None = None
    context: dict[str, Any] | None = None


class Semantic(StrEnum):
    """Where the answers to a batch end (Evaluations semantics)."""

    ALL = "execute_all"
    FIRST_DENY = "deny_on_first_deny"
    FIRST_PERMIT = "permit_on_first_permit"


class Options(BaseModel):
    """How a batch is answered; options we do not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    evaluations_semantic: Semantic = Semantic.ALL


class Evaluations(PartialEvaluation):
    """A batch of at most 100 (Access Evaluations); without `evaluations` it is a single one."""

    evaluations: tuple[PartialEvaluation, ...] = Field(default=(), max_length=BATCH)
    options: Options = Options()


class Fault(BaseModel):
    """Why one evaluation could not be made (Errors); `status` is what HTTP would say."""

    status: int
    message: str


class Reason(BaseModel):
    """What a decision rests on. A refusal says why, by which rule, who can change it and by which step."""

    slug: str | None = None
    rule: str | None = None
    reason: Text | None = None
    who_can_change: Text | None = None
    next_step: Text | None = None
    licence: UUID | None = None
    matricule: str | None = None
    delegation: UUID | None = None
    version: int | None = None
    error: Fault | None = None


class Decision(BaseModel):
    """The answer to one evaluation."""

    decision: bool
    context: Reason


class Decisions(BaseModel):
    """The answers to a batch in its order, up to the one that ended it."""

    evaluations: list[Decision]


class Answer(RootModel[Decisions | Decision]):
    """The answers to a batch, or the one to a single evaluation."""


class Metadata(BaseModel):
    """Where questions are asked (Policy Decision Point Metadata)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str


class Settled(NamedTuple):
    """An answer, and the JSON of its `Decision`: made directly it costs a fifth of what the model does."""

    decision: bool
    json: bytes


def settled(decision: Decision) -> Settled:
    """Write an answer."""
    return Settled(decision.decision, decision.model_dump_json().encode())


def denial(refusal: type[Refusal]) -> Decision:
    """Give the answer that refuses for this reason."""
    context = Reason(
        slug=refusal.slug,
        rule=refusal.rule,
        reason=refusal.title,
        who_can_change=refusal.who_can_change,
        next_step=refusal.detail,
    )
    return Decision(decision=False, context=context)


INCOMPLETE = settled(
    Decision(
        decision=False,
        context=Reason(error=Fault(status=400, message="subject, action and resource are needed, here or at the top")),
    )
)


class Complete(NamedTuple):
    """An evaluation of a batch with all its parts, which were validated with the batch."""

    subject: Party
    action: Action
    resource: Party
    context: dict[str, Any] | None


Question = Evaluation | Complete


def completed(batch: Evaluations) -> list[Complete | None]:
    """Fill each evaluation of a batch from its top (Default values); None where something is still missing."""
    return [_filled(part, batch) for part in batch.evaluations or (batch,)]


def _filled(part: PartialEvaluation, top: PartialEvaluation) -> Complete | None:
    subject, action, resource = part.subject or top.subject, part.action or top.action, part.resource or top.resource
    if subject is None or action is None or resource is None:
        return None
    return Complete(subject, action, resource, top.context if part.context is None else part.context)


def until_settled(decisions: Sequence[Settled], semantic: Semantic) -> list[Settled]:
    """Keep the answers up to the one that settles the batch."""
    if semantic is Semantic.ALL:
        return list(decisions)
    settling = semantic is Semantic.FIRST_PERMIT
    places = (place for place, answer in enumerate(decisions, 1) if answer.decision is settling)
    return list(decisions[: next(places, len(decisions))])


def written(batch: Evaluations, answers: Sequence[Settled]) -> bytes:
    """Give the JSON that answers a batch; without `evaluations` it is a single one (`validation-failed`)."""
    if batch.evaluations:
        return b'{"evaluations":[%b]}' % b",".join(answer.json for answer in answers)
    if answers[0] is INCOMPLETE:
        missing = [name for name in ("subject", "action", "resource") if getattr(batch, name) is None]
        raise common.ValidationFailed(errors=[{"pointer": f"/{name}", "code": "missing"} for name in missing])
    return answers[0].json
