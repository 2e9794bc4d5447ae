"""The tabs and sub-tabs of Q22: what there is for this visitor, in which context each leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.portal import contexts
from services.portal.applications import CADASTRE, Application, Contract, Service, following
from services.portal.catalogues import marked

if TYPE_CHECKING:
    from services.portal.applications import Name
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
    name: Name | None = None
    """The name that an operator gave, in the place of words."""

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


def of(place: Place, further: Sequence[Application]) -> tuple[Tab, ...]:
    """Give the tabs for who stands at a place, among them those of further applications."""
    return tuple(tab for area in AREAS for tab in area(place, further))


def business(place: Place, further: Sequence[Application]) -> tuple[Tab, ...]:
    """Give the business tabs [Cadastre] and [Arpentage], in the present context or the one to start in (Q18).

    Beside them stands a tab of each further application in which one acts for a surveyor.
    """
    number = place.there
    if number is None:
        return ()
    return (
        Tab(marked("Cadastre"), "files", matricule=number, tabs=_files(CADASTRE, number)),
        Tab(marked("Arpentage"), "survey-files", matricule=number),
        *(_further_files(one, number) for one in following(Contract.DELEGATION, further)),
    )


def _files(one: Application, number: str) -> tuple[Tab, ...]:
    services = Tab(marked("Services"), one.page("services"), (one.page("service"),), number)
    return (
        Tab(marked("Suivi de dossiers"), one.page("files"), (one.page("file"), one.page("file-extend")), number),
        *((services,) if one.services else ()),
        Tab(marked("Demandes présentées"), one.page("requests"), (), number),
    )


def _further_files(one: Application, number: str) -> Tab:
    files, *others = _files(one, number)
    survey = Tab(marked("Dossiers d’arpentage"), one.page("survey-files"), matricule=number)
    surveys = (survey,) if one.offers(Service.SURVEY_FILE_TRACKING) else ()
    return Tab("", files.page, matricule=number, tabs=(files, *surveys, *others), name=one.name)


def delegation(place: Place, further: Sequence[Application]) -> tuple[Tab, ...]:
    """Give the tab [Délégation] with its sub-tabs (Q22); only a surveyor manages delegates, in his own name (Q2)."""
    del further
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


def dashboard(place: Place, further: Sequence[Application]) -> tuple[Tab, ...]:
    """Give the tab [Tableau de bord] with its sub-tabs (O4), always in one’s own name; then further applications."""
    del place
    below = (
        Tab(marked("Actions requises"), "actions", matricule=None),
        Tab(marked("Demandes"), "applications", ("application", "application-new"), matricule=None),
        Tab(marked("Professionnels/Entrepreneurs"), "companies", (*COMPANY, *COMPANY_MORE), matricule=None),
        Tab(marked("Frais impayés"), "fees", ("payments", "payment"), matricule=None),
    )
    own = Tab(marked("Tableau de bord"), "actions", matricule=None, tabs=below)
    return (own, *(_further_applications(one) for one in following(Contract.ACCOUNTS, further)))


def _further_applications(one: Application) -> Tab:
    on = tuple(one.page(name) for name in ("application", "application-new", "templates"))
    below = (
        Tab(marked("Actions requises"), one.page("actions"), matricule=None),
        Tab(marked("Demandes"), one.page("applications"), on, matricule=None),
    )
    return Tab("", one.page("actions"), matricule=None, tabs=below, name=one.name)


def operations(place: Place, further: Sequence[Application]) -> tuple[Tab, ...]:
    """Give the tab [Exploitation] to operators."""
    del further
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


Area = Callable[[Place, Sequence[Application]], tuple[Tab, ...]]
AREAS: tuple[Area, ...] = (business, delegation, dashboard, operations)
"""Each area gives its tabs, in this order."""
