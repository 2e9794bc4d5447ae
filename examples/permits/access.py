"""Who may do what with an application: its client himself, or whoever accounts says may act for its contact company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.connected import client
from examples.permits import rules
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from examples.permits.mandat import Mandat
    from shared.contracts.problems import Problem

OWN = frozenset({rules.Right.SUBMIT, rules.Right.INSPECT, rules.Right.UPLOAD})
"""What a client does with his own application, asking nobody."""


async def rights(mandat: Mandat, application: Record | None, person: UUID) -> frozenset[rules.Right]:
    """Give what a person may do with an application; `not-found` when he has no part in it, or there is none."""
    if application is None:
        raise common.NotFound
    if application["client"] == person:
        return OWN
    if application["account"] is None:
        raise common.NotFound
    made = await mandat.decide(person, application["account"])
    if not made.told:
        raise common.NotFound
    if not made.allowed:
        raise client.refused(next(iter(made.refusals.values())))
    return made.allowed


async def ensure(mandat: Mandat, application: Record | None, person: UUID, right: rules.Right) -> None:
    """Return when a person may do this with an application now; `not-found`, `refused` otherwise."""
    if application is None:
        raise common.NotFound
    if application["client"] == person:
        return
    if application["account"] is None:
        raise common.NotFound
    await ensure_right(mandat, person, application["account"], right)


async def ensure_right(
    mandat: Mandat, person: UUID, account: UUID, *any_of: rules.Right, unknown: type[Problem] = common.NotFound
) -> None:
    """Return when a person has one of these rights for a company now; `refused`, or `unknown` for strangers."""
    made = await mandat.decide(person, account)
    if made.allowed & set(any_of):
        return
    if not made.told:
        raise unknown
    raise client.refused(made.refusals[any_of[0]])
