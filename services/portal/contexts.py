"""In whose name a page is shown: the address says the matricule, delegation says whether that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal import rules


@dataclass(frozen=True, slots=True)
class Context:
    """A surveyor in whose name the visitor acts; `own` when that is himself, `frozen` while nobody can."""

    person: UUID
    name: str
    matricule: str
    own: bool
    frozen: bool

    @property
    def hue(self) -> int:
        """The colour of a delegator."""
        return rules.hue(self.matricule)


def own(me: dict[str, Any], person: UUID) -> Context | None:
    """Give a surveyor's own context."""
    surveyor = me["surveyor"]
    if surveyor is None:
        return None
    name = f"{surveyor['first_name']} {surveyor['last_name']}"
    return Context(person, name, surveyor["matricule"], own=True, frozen=surveyor["suspended"])


def delegated(delegator: dict[str, Any]) -> Context:
    """Give the context of a delegator."""
    name = f"{delegator['first_name']} {delegator['last_name']}"
    return Context(UUID(delegator["id"]), name, delegator["matricule"], own=False, frozen=delegator["frozen"])


def find(me: dict[str, Any], person: UUID, matricule: str) -> Context | None:
    """Find the context of a matricule among those that delegation named."""
    mine = own(me, person)
    if mine is not None and mine.matricule == matricule:
        return mine
    return next((delegated(one) for one in me["delegators"] if one["matricule"] == matricule), None)


def all_of(me: dict[str, Any], person: UUID) -> list[Context]:
    """Give all contexts that delegation named, one's own first."""
    mine = own(me, person)
    return [*([mine] if mine else []), *map(delegated, me["delegators"])]


def first(me: dict[str, Any], person: UUID) -> Context | None:
    """Give the context in which a visitor starts, None when he has to choose or has none (Q18, Q20)."""
    wanted = me.get("default_context")
    if wanted == str(person):
        return own(me, person)
    return next((delegated(one) for one in me["delegators"] if one["id"] == wanted), None) if wanted else None
