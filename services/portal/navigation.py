"""The tabs and sub-tabs of Q22: what there is for this visitor, in which context each leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.portal.catalogues import marked

if TYPE_CHECKING:
    from services.portal.visits import Visit


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its words, the page it leads to, and the pages on which it is the present one."""

    words: str
    page: str
    pages: tuple[str, ...] = ()
    matricule: str | None = ""
    """In whose context it leads: the present one when empty."""
    tabs: tuple[Tab, ...] = field(default=())

    def current(self, name: str) -> bool:
        """Tell whether a page belongs to this tab."""
        return name == self.page or name in self.pages or any(tab.current(name) for tab in self.tabs)


def of(visit: Visit) -> tuple[Tab, ...]:
    """Give the tabs for a visitor who is signed in; none before."""
    if visit.session is None:
        return ()
    return tuple(tab for area in AREAS for tab in area(visit))


def business(visit: Visit) -> tuple[Tab, ...]:
    """Give the business tabs [Cadastre] and [Arpentage], in the context of a surveyor."""
    if visit.context is None:
        return ()
    return (Tab(marked("Cadastre"), "files"),)


def delegation(visit: Visit) -> tuple[Tab, ...]:
    """Give the tab [Délégation] with its sub-tabs (Q22)."""
    del visit
    return (Tab(marked("Délégation"), "choose", tabs=(Tab(marked("Sélection d’un délégant"), "choose"),)),)


AREAS: tuple[Callable[[Visit], tuple[Tab, ...]], ...] = (business, delegation)
"""Each area gives its tabs, in this order."""
