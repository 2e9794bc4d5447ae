"""THE TABLE OF PAGES, area by area; each area's part stands at the end of its module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.portal import routing
from services.portal.applications import CADASTRE, PERMITS, Contract
from services.portal.pages import (
    activity,
    application,
    bank,
    cadastre,
    choice,
    companies,
    company,
    delegation,
    entrance,
    fees,
    identifier,
    licence,
    looks,
    operators,
    oversight,
    password,
    permits,
    proof,
    protection,
    requests,
    staff,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.portal.applications import Application
    from services.portal.routing import Page

CONTRACTS: dict[Contract, tuple[tuple[Page, ...], str]] = {
    Contract.DELEGATION: ((*cadastre.PAGES, *requests.PAGES), cadastre.START),
    Contract.ACCOUNTS: ((*permits.PAGES, *application.PAGES), ""),
}
"""The pages of each contract, the same for every application that follows it, and with what their addresses begin."""


def of(one: Application) -> tuple[Page, ...]:
    """Give the pages of one application."""
    return tuple(routing.of(one, *CONTRACTS[one.contract]))


PAGES: tuple[Page, ...] = (
    *entrance.PAGES,
    *identifier.PAGES,
    *password.PAGES,
    *delegation.PAGES,
    *choice.PAGES,
    *activity.PAGES,
    *of(CADASTRE),
    *licence.PAGES,
    *proof.PAGES,
    *of(PERMITS),
    *companies.PAGES,
    *protection.PAGES,
    *company.PAGES,
    *staff.PAGES,
    *fees.PAGES,
    *bank.PAGES,
    *operators.PAGES,
    *oversight.PAGES,
    *looks.PAGES,
)

PAYMENT = "/payments/{payment:[0-9a-f-]+}"
LETTERS = ("/verify", "/reset", "/file/{number}", "/application/{number}", "/contest", "/objection", PAYMENT)
WITHOUT_LANGUAGE = ("/", *LETTERS)
"""Addresses of letters, and of people who type: they lead to the page in the language that the browser asks for."""


def pages(listed: Sequence[Application]) -> tuple[Page, ...]:
    """Give every page: those above, and those of the applications that an operator lists."""
    return (*PAGES, *(page for one in listed for page in of(one)))
