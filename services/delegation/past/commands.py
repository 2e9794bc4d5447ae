"""Attests who could act for whom at a moment of the past."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.delegation import rules as present
from services.delegation import store as people
from services.delegation.past import rules, schemas, store
from services.delegation.settings import Catalogue
from shared.contracts.events import delegation as events
from shared.contracts.problems import common
from shared.contracts.problems import delegation as problems
from shared.messaging import forgetting, outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection

MOST = 200
"""Delegates that are read at once."""


def ensure_concerned(wanted: schemas.Wanted, caller: UUID, *, operator: bool) -> None:
    """Let the surveyor, the delegate himself, and operators ask; anybody else is answered `not-found`."""
    if not operator and caller not in (wanted.delegator, wanted.delegate):
        raise common.NotFound


async def attest(
    connection: Connection, catalogue: Catalogue, wanted: schemas.Wanted, caller: UUID
) -> schemas.Attestation:
    """Write down what was the case, and say that it was attested (`not-found`, `moment-not-past`)."""
    now = await people.read_clock(connection)
    if wanted.as_of > now:
        raise problems.MomentNotPast
    content = await _content(connection, catalogue, wanted, caller, now)
    plain = content.model_dump(mode="json")
    reference = rules.reference(plain)
    await store.insert_attestation(connection, reference, plain)
    issued = events.AttestationIssued(
        id=reference, delegator_id=wanted.delegator, delegate_id=wanted.delegate, as_of=wanted.as_of
    )
    await outbox.emit(connection, issued, sequence=1, event_id=reference)
    return schemas.Attestation(reference=reference, content=content)


async def forget(connection: Connection, person: UUID) -> None:
    """Take the name of a person who is no more out of what was attested (Law 25, s. 23).

    What was the case stays, under the reference that was given; it is made of the content as it was then.
    """
    for row in await store.list_attestations_naming(connection, person):
        content = forgetting.redacted(row["content"], str(person))
        await store.update_attestation(connection, row["reference"], content)


async def _delegates(connection: Connection, wanted: schemas.Wanted) -> list[Record]:
    """Read all of them: one that is left out would be attested not to have been a delegate."""
    found: list[Record] = []
    after = None
    while page := await store.list_delegates_at(connection, wanted.delegator, wanted.as_of, after, MOST):
        found += page
        after = page[-1]["id"]
    return found


async def _content(
    connection: Connection, catalogue: Catalogue, wanted: schemas.Wanted, caller: UUID, now: datetime
) -> schemas.Content:
    rows = await _delegates(connection, wanted)
    periods = [row for row in rows if wanted.delegate in (None, row["delegate_id"])]
    known = await people.find_people(connection, wanted.delegator, caller)
    if wanted.delegator not in known:
        raise common.NotFound
    asked = present.Asked(caller, wanted.delegator, acted=False, moment=wanted.as_of)
    (facts,) = await store.list_facts_at(connection, [asked])

    def named(person: UUID) -> schemas.Named:
        row = known.get(person)
        return schemas.Named(id=person, name=f"{row['first_name']} {row['last_name']}".strip() if row else "")

    return schemas.Content(
        as_of=wanted.as_of,
        issued_at=now,
        issued_to=named(caller),
        delegator=named(wanted.delegator),
        matricule=facts.matricule,
        licence=facts.status,
        delegates=[
            schemas.Period(
                delegate=schemas.Named(id=row["delegate_id"], name=f"{row['first_name']} {row['last_name']}".strip()),
                since=row["added_at"],
                until=row["removed_at"],
            )
            for row in periods
        ],
        services=[one.name for one in catalogue.services if not one.reserved],
        reserved=[one.name for one in catalogue.services if one.reserved],
    )
