"""Who may do what on behalf of an account, and what a change of members comes to; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.events.companies import Right
from shared.contracts.problems import common, companies

if TYPE_CHECKING:
    from shared.contracts.problems.base import Problem

EVERY_RIGHT = frozenset(Right)
Rights = frozenset[Right]


class Outcome(StrEnum):
    """What a change comes to for one member, or why it does not."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    POSSIBLE = "possible"
    NOT_A_MEMBER = "not-a-member"
    LAST_MANAGER = "last-manager"
    MANAGER_HAS_ALL_RIGHTS = "manager-has-all-rights"


@dataclass(frozen=True, slots=True)
class Member:
    """One membership. Suspended: his claim is contested. Gone: his identifier ended, and he was the last manager."""

    person: UUID
    rights: Rights
    suspended: bool = False
    gone: bool = False
    stale: bool = False

    @property
    def manages(self) -> bool:
        """Tell whether he manages the account now."""
        return Right.MANAGE in self.rights and not self.suspended and not self.gone


def in_order(rights: Iterable[Right]) -> tuple[Right, ...]:
    """Give rights in the order of the screens (O12)."""
    held = set(rights)
    return tuple(right for right in Right if right in held)


def refusal(member: Member | None, right: Right) -> type[companies.Refusal] | None:
    """Decide whether a person has a right: None allows, anything else is why not (O13, O18)."""
    if member is None or member.gone:
        return companies.NotAMember
    if member.suspended:
        return companies.ClaimContested
    if right not in member.rights:
        return companies.ManagerRequired if right is Right.MANAGE else companies.RightMissing
    return None


def ensure_right(member: Member | None, right: Right) -> Member:
    """Refuse who has not a right: `manager-required`, `right-missing`, `claim-contested`; strangers get `not-found`."""
    found = refusal(member, right)
    if found is companies.NotAMember or member is None:
        raise common.NotFound
    if found:
        raise found
    return member


def ensure_any_right(member: Member | None) -> Member:
    """Refuse who has no right at all: he sees that the account exists, and nothing of it (O18)."""
    if member is None or member.gone:
        raise common.NotFound
    if member.suspended:
        raise companies.ClaimContested
    if not member.rights:
        raise companies.RightMissing
    return member


def plan_rights(
    present: Mapping[UUID, Member], wanted: Sequence[UUID], grant: Rights, withdraw: Rights
) -> dict[UUID, Rights]:
    """Give the rights each would have: for all of them, or for none.

    `members-unknown`, `manager-has-all-rights`, `last-manager` (O11, O14, decision 10). `present` holds those wanted
    and every manager. Whoever manages has every right; who does not any more keeps the others.
    """
    ensure_known(present, wanted)
    more = EVERY_RIGHT if Right.MANAGE in grant else grant
    after = {person: (present[person].rights | more) - withdraw for person in wanted}
    clash = {person for person, rights in after.items() if Right.MANAGE in rights and rights != EVERY_RIGHT}
    _ensure_none(clash, wanted, Outcome.MANAGER_HAS_ALL_RIGHTS, companies.ManagerHasAllRights)
    _ensure_managed(present, {person for person in wanted if Right.MANAGE not in after[person]}, wanted)
    return after


def ensure_removable(present: Mapping[UUID, Member], wanted: Sequence[UUID]) -> None:
    """Refuse to remove strangers (`members-unknown`) or the last manager (`last-manager`, O14)."""
    ensure_known(present, wanted)
    _ensure_managed(present, set(wanted), wanted)


def ensure_known(present: Mapping[UUID, Member], wanted: Sequence[UUID]) -> None:
    """Refuse strangers: `members-unknown` (O18)."""
    unknown = {person for person in wanted if person not in present}
    _ensure_none(unknown, wanted, Outcome.NOT_A_MEMBER, companies.MembersUnknown)


def _ensure_managed(present: Mapping[UUID, Member], losing: set[UUID], wanted: Sequence[UUID]) -> None:
    lost = {person for person in losing if present[person].manages}
    stay = {person for person, member in present.items() if member.manages} - lost
    if lost and not stay:
        _ensure_none(lost, wanted, Outcome.LAST_MANAGER, companies.LastManager)


def _ensure_none(found: set[UUID], wanted: Sequence[UUID], outcome: Outcome, problem: type[Problem]) -> None:
    if found:
        told = [
            {"member": str(person), "outcome": (outcome if person in found else Outcome.POSSIBLE).value}
            for person in wanted
        ]
        raise problem(results=told)
