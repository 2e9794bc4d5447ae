"""Delegation over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.delegation import commands, queries, rules, schemas, store
from services.delegation.settings import Catalogue
from shared import clock, ids
from shared.contracts import authzen
from shared.contracts.audiences import ACCESS_TOKEN
from shared.contracts.problems import delegation as problems
from shared.messaging import outbox
from shared.web import idempotency, throttle
from shared.web.routing import Call, Written

if TYPE_CHECKING:
    from services.delegation.app import Deps
    from shared.contracts.events.delegation import DelegateAdded


async def list_services(call: Call[Deps]) -> Catalogue:
    """List the services that surveyors use, with those that are never delegated (Q9, Q10)."""
    return call.deps.catalogue


async def find_me(call: Call[Deps]) -> schemas.Me:
    """Say what the caller is here, for whom he may act, and in whose name to start (Q17, Q18, Q20)."""
    principal = call.principal
    return await queries.find_me(call.deps.pool, principal.user_id, principal.password_changed_at)


async def search_candidate(call: Call[Deps], body: schemas.CandidateSearch) -> schemas.Candidate:
    """Find the person of exactly this user name or e-mail address (Q25–Q27, decision 8)."""
    deps, caller = call.deps, call.principal.user_id
    async with deps.pool.connection() as connection:
        await commands.ensure_delegator(connection, caller)
    limit = throttle.Limit(deps.settings.searches_per_hour, 3600)
    await throttle.spend(deps.pool, f"candidate-search:{caller}", limit)
    async with deps.pool.transaction() as connection:
        found = await commands.search_candidate(connection, caller, body.by, body.value)
    if found is None:
        raise problems.CandidateNotFound
    return schemas.Candidate.model_validate(dict(found))


async def add_delegate(call: Call[Deps], body: schemas.NewDelegate) -> schemas.Delegate:
    """Designate a delegate; both are told by e-mail (Q24, Q28)."""
    principal = call.principal
    added = await commands.add_delegate(
        call.connection, principal.user_id, body.delegate, principal.password_changed_at
    )
    return _delegate(added)


async def add_delegate_with_others(
    call: Call[Deps], key: idempotency.Key | None, body: schemas.NewDelegate
) -> Written[schemas.Delegate] | None:
    """Designate in one statement with what else waits to be, when nothing is in the way."""
    deps, caller = call.deps, call.principal.user_id
    standing = await deps.standings.ask((caller, body.delegate))
    added = commands.delegation_of(standing, caller, body.delegate)
    if added is None or standing.facts.licence is None:
        return None
    answer = _delegate(added).model_dump_json().encode()
    said, kept = outbox.row(added, sequence=1), idempotency.row(key, 201, answer)
    done = await deps.designations.ask(store.Designation(added, standing.facts.licence, said, kept))
    return Written(answer) if done else None


def _delegate(added: DelegateAdded) -> schemas.Delegate:
    person = added.delegate
    return schemas.Delegate(
        id=added.id,
        delegate=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        username=person.username,
        email=person.email,
        since=added.added_at,
    )


async def list_delegates(call: Call[Deps], query: schemas.Then) -> schemas.Delegates:
    """List the caller’s delegates by name, of now or of a moment in the past (Q23)."""
    return await queries.list_delegates(call.deps.pool, call.principal.user_id, query)


async def remove_delegate(call: Call[Deps], delegation_id: UUID) -> None:
    """End a delegation of the caller’s: once this is answered, nothing is allowed by it any more (Q7, Q29)."""
    await commands.remove_delegate(call.connection, call.principal.user_id, delegation_id)


async def list_delegators(call: Call[Deps], query: schemas.Then) -> schemas.Delegators:
    """List those for whom the caller may act, or might at a moment in the past, by name (Q20, Q21)."""
    return await queries.list_delegators(call.deps.pool, call.principal.user_id, query)


async def exchange_token(call: Call[Deps], body: schemas.TokenRequest) -> schemas.Token:
    """Exchange one’s own access token for one that acts for a delegator, for a minute (RFC 8693)."""
    principal = call.principal
    presented = call.request.headers.get("Authorization", "").partition(" ")[2].strip()
    fault = rules.token_request_fault({name: value or None for name, value in body}, presented)
    if fault:
        raise problems.InvalidTokenRequest(fault.error, fault.parameter)
    async with call.deps.pool.transaction() as connection:
        grant = await commands.begin_acting(connection, principal.user_id, UUID(body.delegator))
    now = int(clock.now())
    expires = rules.token_expiry(now, principal.claims["exp"])
    act = {"sub": str(principal.user_id), "name": principal.name}
    claims = rules.acting_claims(grant, act, body.audience) | {
        "iss": f"{call.deps.settings.public_url}/delegation",
        "lang": call.language,
        "iat": now,
        "exp": expires,
        "jti": str(ids.uuid7()),
    }
    token = await call.deps.keys.sign(claims)
    return schemas.Token(access_token=token, issued_token_type=ACCESS_TOKEN, expires_in=expires - now)


async def publish_keys(call: Call[Deps]) -> schemas.KeySet:
    """Publish the keys that verify acting tokens (RFC 7517)."""
    return schemas.KeySet.model_validate(await call.deps.keys.jwks())


async def describe_decisions(call: Call[Deps]) -> authzen.Metadata:
    """Say where decisions are asked for (AuthZEN 1.0, Policy Decision Point Metadata)."""
    home = f"{call.deps.settings.public_url}/delegation"
    return authzen.Metadata(
        policy_decision_point=home,
        access_evaluation_endpoint=f"{home}/access/v1/evaluation",
        access_evaluations_endpoint=f"{home}/access/v1/evaluations",
    )


async def decide(call: Call[Deps], body: authzen.Evaluation) -> Written[authzen.Decision]:
    """Answer whether a person may use a service in a surveyor’s name now, or might as of a moment (AuthZEN 1.0)."""
    answer = await queries.decide(call.deps.facts, call.deps.then, call.deps.services, body)
    return Written(answer.json)


async def decide_all(call: Call[Deps], body: authzen.Evaluations) -> Written[authzen.Answer]:
    """Answer a batch of such questions; without `evaluations` it is a single one (AuthZEN 1.0)."""
    answers = await queries.decide_all(call.deps.facts, call.deps.then, call.deps.services, body)
    return Written(authzen.written(body, answers))
