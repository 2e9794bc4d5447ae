"""Reads: standing, lists, and decisions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from services.delegation import rules, schemas, store
from services.delegation.past import store as past
from shared import clock
from shared.contracts import authzen
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.problems import delegation as problems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from uuid import UUID

    from asyncpg import Record

    from services.delegation.settings import Service
    from shared.db.coalesce import Coalescer
    from shared.db.pool import Pool

    Facts = Coalescer[tuple[UUID, UUID], rules.Facts]
    Then = Callable[[Sequence[rules.Asked]], Awaitable[Sequence[rules.Facts]]]
    Services = Mapping[str, Service]

MANY = 100


async def find_me(pool: Pool, person: UUID, password_changed_at: datetime | None) -> schemas.Me:
    """Say what a person is here, and in whose name to start (Q17, Q18, Q20, decision 2)."""
    row = await store.find_standing(pool, person)
    page = await list_delegators(pool, person, schemas.Then(size=MANY))
    access = row["licence"] is not None or row["ever_designated"]
    able = [] if page.next else [delegator.id for delegator in page.delegators if not delegator.frozen]
    return schemas.Me(
        surveyor=_surveyor(row, password_changed_at),
        delegators=page.delegators,
        more_delegators=page.next is not None,
        access=access,
        default_context=rules.default_context(person, surveyor=row["licence"] is not None, able=able),
        message=None if access else rules.NOT_DESIGNATED,
    )


def _surveyor(row: Record, password_changed_at: datetime | None) -> schemas.Surveyor | None:
    if row["licence"] is None:
        return None
    return schemas.Surveyor(
        licence=row["licence"],
        matricule=row["matricule"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        suspended=row["status"] == LicenceStatus.SUSPENDED,
        password_change_required=rules.must_change_password(
            password_changed_at, row["now"], ever_added=row["ever_added"]
        ),
    )


async def list_delegates(pool: Pool, delegator: UUID, page: schemas.Then) -> schemas.Delegates:
    """List the delegates of a person (Q23; `moment-not-past`)."""
    if page.as_of:
        _ensure_past(page.as_of)
        rows = await past.list_delegates_at(pool, delegator, page.as_of, page.after, page.size + 1)
    else:
        rows = await store.list_delegates(pool, delegator, page.after, page.size + 1)
    delegates = [
        schemas.Delegate(
            id=row["id"],
            delegate=row["delegate_id"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            username=row["username"],
            email=row["email"],
            since=row["added_at"],
        )
        for row in rows[: page.size]
    ]
    return schemas.Delegates(delegates=delegates, next=_next(rows, page.size))


async def list_delegators(pool: Pool, delegate: UUID, page: schemas.Then) -> schemas.Delegators:
    """List those for whom a person may act, frozen ones among them (Q20; `moment-not-past`)."""
    if page.as_of:
        _ensure_past(page.as_of)
        rows = await past.list_delegators_at(pool, delegate, page.as_of, page.after, page.size + 1)
    else:
        rows = await store.list_delegators(pool, delegate, page.after, page.size + 1)
    delegators = [
        schemas.Delegator(
            delegation=row["id"],
            id=row["delegator_id"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            matricule=row["matricule"],
            since=row["added_at"],
            frozen=row["frozen"],
        )
        for row in rows[: page.size]
    ]
    return schemas.Delegators(delegators=delegators, next=_next(rows, page.size))


def _ensure_past(moment: datetime) -> None:
    if moment > clock.moment():
        raise problems.MomentNotPast


def _next(rows: Sequence[Record], size: int) -> UUID | None:
    return rows[size - 1]["id"] if len(rows) > size else None


async def decide(facts: Facts, then: Then, services: Services, evaluation: authzen.Evaluation) -> authzen.Settled:
    """Answer one question from a statement that begins after it was asked (design §6)."""
    asked = _read(services, evaluation)
    if not isinstance(asked, rules.Asked):
        return REFUSED[asked]
    if asked.moment:
        return _answer(asked, (await then([asked]))[0])
    return _answer(asked, await facts.ask((asked.performer, asked.surveyor)))


async def decide_all(facts: Facts, then: Then, services: Services, batch: authzen.Evaluations) -> list[authzen.Settled]:
    """Answer a batch; what lacks a subject, an action or a resource is denied with an error (AuthZEN, Errors)."""
    read = [_read(services, one) if one else None for one in authzen.completed(batch)]
    asked = [one for one in read if isinstance(one, rules.Asked)]
    now = iter(await facts.ask_all([(one.performer, one.surveyor) for one in asked if not one.moment]))
    past = iter(await then([one for one in asked if one.moment]))
    answers = [_settle(one, past if isinstance(one, rules.Asked) and one.moment else now) for one in read]
    return authzen.until_settled(answers, batch.options.evaluations_semantic)


def _settle(read: rules.Asked | rules.Refused | None, found: Iterator[rules.Facts]) -> authzen.Settled:
    if read is None:
        return authzen.INCOMPLETE
    return _answer(read, next(found)) if isinstance(read, rules.Asked) else REFUSED[read]


def _read(services: Services, evaluation: authzen.Question) -> rules.Asked | rules.Refused:
    service = services.get(evaluation.action.name)
    if service is None:
        return problems.UnknownService
    subject, resource = evaluation.subject, evaluation.resource
    asked = rules.read_question(
        (subject.type, subject.id, subject.properties or {}),
        (resource.type, resource.id),
        evaluation.context or {},
        reserved=service.reserved,
    )
    future = isinstance(asked, rules.Asked) and asked.moment and asked.moment > clock.moment()
    return problems.MomentNotPast if future else asked


def _answer(asked: rules.Asked, facts: rules.Facts) -> authzen.Settled:
    if refusal := rules.refusal(asked, facts):
        return REFUSED[refusal]
    context = {
        **NO_REASON,
        "rule": "Q10" if asked.reserved else "Q1" if asked.acted else "Q2",
        "licence": facts.licence,
        "matricule": facts.matricule,
        "delegation": facts.delegation,
        "version": facts.version,
    }
    return authzen.Settled(decision=True, json=orjson.dumps({"decision": True, "context": context}))


NO_REASON = dict.fromkeys(authzen.Reason.model_fields)
DENIALS = {refusal: authzen.denial(refusal) for refusal in problems.Refusal.__subclasses__()}
REFUSED = {refusal: authzen.settled(denial) for refusal, denial in DENIALS.items()}
