"""The tabs and sub-tabs of Q22: what there is for this visitor, in which context each leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.portal import contexts
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


MANAGING = ("delegate-add", "delegate-confirm", "delegate-remove")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visitor stands, as delegation just said it; nothing else decides which tabs there are."""

    there: str | None
    """The matricule of the present context, or of the one to start in (Q18)."""
    own: str | None
    """His own matricule, if he is a surveyor."""
    known: bool
    """Whether delegation could be asked."""
    operator: bool


def place_of(visit: Visit) -> Place | None:
    """Say where a visitor stands; None before he signs in."""
    if visit.session is None:
        return None
    me, person = visit.known, visit.session.person
    own = contexts.own(me, person) if me else None
    there = visit.context or (contexts.first(me, person) if me else None)
    return Place(
        there=there.matricule if there else None,
        own=own.matricule if own else None,
        known=bool(me),
        operator=visit.session.operator,
    )


def of(place: Place) -> tuple[Tab, ...]:
    """Give the tabs for who stands at a place."""
    return tuple(tab for area in AREAS for tab in area(place))


def business(place: Place) -> tuple[Tab, ...]:
    """Give the business tabs [Cadastre] and [Arpentage], in the present context or the one to start in (Q18)."""
    number = place.there
    if number is None:
        return ()
    cadastre = (
        Tab(marked("Suivi de dossiers"), "files", ("file", "file-extend"), number),
        Tab(marked("Services"), "services", ("service",), number),
        Tab(marked("Demandes présentées"), "requests", (), number),
    )
    return (
        Tab(marked("Cadastre"), "files", matricule=number, tabs=cadastre),
        Tab(marked("Arpentage"), "survey-files", matricule=number),
    )


def delegation(place: Place) -> tuple[Tab, ...]:
    """Give the tab [Délégation] with its sub-tabs (Q22); only a surveyor manages delegates, in his own name (Q2)."""
    if not place.known:
        return ()
    managing = (Tab(marked("Gestion des délégataires"), "delegates", MANAGING, place.own),) if place.own else ()
    tabs = (
        *managing,
        Tab(marked("Sélection d’un délégant"), "choose"),
        Tab(marked("Suivi des activités"), "activities"),
    )
    return (Tab(marked("Délégation"), tabs[0].page, matricule=tabs[0].matricule, tabs=tabs),)


COMPANY = ("company", "company-new", "companies-leave", "company-members", "company-remove", "company-successor")
COMPANY_MORE = ("company-rotate", "company-notice", "company-payments", "company-bank", "takeover", "templates")


def dashboard(place: Place) -> tuple[Tab, ...]:
    """Give the tab [Tableau de bord] with its sub-tabs (O4), always in one’s own name."""
    del place
    below = (
        Tab(marked("Actions requises"), "actions", matricule=None),
        Tab(marked("Demandes"), "applications", ("application", "application-new"), matricule=None),
        Tab(marked("Professionnels/Entrepreneurs"), "companies", (*COMPANY, *COMPANY_MORE), matricule=None),
        Tab(marked("Frais impayés"), "fees", ("payments", "payment"), matricule=None),
    )
    return (Tab(marked("Tableau de bord"), "actions", matricule=None, tabs=below),)


def operations(place: Place) -> tuple[Tab, ...]:
    """Give the tab [Exploitation] to operators."""
    if not place.operator:
        return ()
    below = (
        Tab(marked("État des services"), "operations", matricule=None),
        Tab(marked("Importations"), "imports", ("import",), matricule=None),
        Tab(marked("Permis"), "licences", matricule=None),
        Tab(marked("Comptes d’entreprise"), "directory", matricule=None),
        Tab(marked("Litiges"), "disputes", matricule=None),
        Tab(marked("Courriels"), "emails", matricule=None),
        Tab(marked("Écrans d’une personne"), "look", matricule=None),
    )
    return (Tab(marked("Exploitation"), "operations", matricule=None, tabs=below),)


AREAS: tuple[Callable[[Place], tuple[Tab, ...]], ...] = (business, delegation, dashboard, operations)
"""Each area gives its tabs, in this order."""
