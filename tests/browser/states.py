"""THE PAGES AND THEIR STATES: where each is found, by whom, and what is done there before it is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

Doing = Callable[["Page"], Awaitable[None]]


async def _send_empty(page: Page) -> None:
    await page.locator("main form button:not([type=button]):visible").last.click()
    await page.locator(".summary").wait_for()


async def _search_nobody(page: Page) -> None:
    await page.locator("[name=value]").fill("personne-du-tout")
    await _send_empty(page)


async def _open_help(page: Page) -> None:
    await page.locator(".help summary").click()


async def _open_window(page: Page) -> None:
    await page.locator("a[data-dialog]").last.click()
    await page.locator("dialog[open] h1").wait_for()


@dataclass(frozen=True)
class State:
    """One page in one state. `{me}`, `{jean}`, `{file}`, `{delegation}` in the paths are filled by the test."""

    name: str
    fr: str
    en: str
    who: str = ""
    do: Doing | None = None

    def path(self, language: str) -> str:
        """Give the address in a language."""
        return f"/{language}{self.fr if language == 'fr' else self.en}"


JEAN, JEAN_EN = "/pour/{jean}", "/for/{jean}"
DELEGATES, DELEGATES_EN = f"{JEAN}/delegation/delegataires", f"{JEAN_EN}/delegation/delegates"
SERVICES, SERVICES_EN = f"{JEAN}/cadastre/services", f"{JEAN_EN}/cadastre/services"
FIRM, FIRM_EN = "/professionnels", "/professionals"
STATE, STATE_EN = "/exploitation", "/operations"
NOBODY = "?matricule_cherche=0"
LIST, LIST_EN = f"{JEAN}/delegation/activites", f"{JEAN_EN}/delegation/activities"

STATES: tuple[State, ...] = (
    State("welcome", "", ""),
    State("sign-in", "/connexion", "/sign-in"),
    State("sign-in wrong", "/connexion", "/sign-in", do=_send_empty),
    State("sign-in ended", "/connexion?fin=1", "/sign-in?fin=1"),
    State("register", "/identifiant", "/account"),
    State("register wrong", "/identifiant", "/account", do=_send_empty),
    State("registered", "/identifiant/courriel", "/account/e-mail"),
    State("verify again", "/verification/lien", "/verification/link"),
    State("verify", "/verification", "/verification"),
    State("verified", "/verification/faite", "/verification/done"),
    State("forgotten name", "/nom-oublie", "/forgotten-name"),
    State("forgotten password wrong", "/mot-de-passe-oublie", "/forgotten-password", do=_send_empty),
    State("recovered", "/courriel-en-route", "/e-mail-on-its-way"),
    State("reset without a link", "/nouveau-mot-de-passe", "/new-password"),
    State("reset done", "/nouveau-mot-de-passe/fait", "/new-password/done"),
    State("contact", "/nous-joindre", "/contact"),
    State("accessibility", "/accessibilite", "/accessibility"),
    State("privacy", "/confidentialite", "/privacy"),
    State("missing", "/nulle-part", "/nowhere"),
    State("no access", "/acces", "/access", "marie"),
    State("choose none", "/delegation/selection", "/delegation/selection", "marie"),
    State("choose", "/delegation/selection", "/delegation/selection", "edith"),
    State("choose wrong", "/delegation/selection", "/delegation/selection", "edith", _send_empty),
    State("delegates", DELEGATES, DELEGATES_EN, "jean"),
    State("delegates window", DELEGATES, DELEGATES_EN, "jean", _open_window),
    State("delegates of somebody else", DELEGATES, DELEGATES_EN, "edith"),
    State("delegate search wrong", f"{DELEGATES}/ajout", f"{DELEGATES_EN}/new", "jean", _search_nobody),
    State("password", "/mot-de-passe?premier=1", "/password?premier=1", "jean", _open_help),
    State("password wrong", "/mot-de-passe", "/password", "jean", _send_empty),
    State("activities", LIST, LIST_EN, "jean"),
    State("activities filtered", f"{LIST}?file=1&all=1", f"{LIST_EN}?file=1&all=1", "edith"),
    State("activities none", "/delegation/activites?file=0", "/delegation/activities?file=0", "marie"),
    State("files", f"{JEAN}/cadastre", f"{JEAN_EN}/cadastre", "jean"),
    State("files of a delegator", f"{JEAN}/cadastre", f"{JEAN_EN}/cadastre", "edith"),
    State("survey files", f"{JEAN}/arpentage", f"{JEAN_EN}/survey", "edith"),
    State("file", f"{JEAN}/cadastre/dossiers/{{file}}", f"{JEAN_EN}/cadastre/files/{{file}}", "edith"),
    State("services", SERVICES, SERVICES_EN, "edith"),
    State("service wrong", f"{SERVICES}/product-order", f"{SERVICES_EN}/product-order", "edith", _send_empty),
    State("deposit", f"{SERVICES}/update-request-deposit", f"{SERVICES_EN}/update-request-deposit", "edith"),
    State("requests", f"{JEAN}/cadastre/demandes", f"{JEAN_EN}/cadastre/requests", "edith"),
    State("companies none", FIRM, FIRM_EN, "marie"),
    State("companies wrong", FIRM, FIRM_EN, "marie", _send_empty),
    State("company wrong", f"{FIRM}/inscription", f"{FIRM_EN}/registration", "marie", _send_empty),
    State("actions none", "/actions", "/actions", "marie"),
    State("applications none", "/demandes", "/applications", "marie"),
    State("application wrong", "/demandes/nouvelle", "/applications/new", "marie", _send_empty),
    State("fees none", "/frais", "/fees", "marie"),
    State("payments none", "/paiements", "/payments", "marie"),
    State("services’ state", STATE, STATE_EN, "operator"),
    State("import wrong", f"{STATE}/importations", f"{STATE_EN}/imports", "operator", _send_empty),
    State("licences", f"{STATE}/permis", f"{STATE_EN}/licences", "operator"),
    State("licences none", f"{STATE}/permis{NOBODY}", f"{STATE_EN}/licences{NOBODY}", "operator"),
    State("directory none", f"{STATE}/comptes?nom=personne", f"{STATE_EN}/accounts?nom=personne", "operator"),
    State("e-mails", f"{STATE}/courriels", f"{STATE_EN}/e-mails", "operator"),
    State("look wrong", f"{STATE}/regard", f"{STATE_EN}/look", "operator", _send_empty),
    State("context of a stranger", f"{JEAN}/cadastre", f"{JEAN_EN}/cadastre", "claire"),
)
