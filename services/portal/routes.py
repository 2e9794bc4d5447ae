"""THE TABLE OF PAGES, area by area; each area's part stands at the end of its module."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from services.portal.routing import Page

PAGES: tuple[Page, ...] = (
    *entrance.PAGES,
    *identifier.PAGES,
    *password.PAGES,
    *delegation.PAGES,
    *choice.PAGES,
    *activity.PAGES,
    *cadastre.PAGES,
    *requests.PAGES,
    *licence.PAGES,
    *proof.PAGES,
    *permits.PAGES,
    *application.PAGES,
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
