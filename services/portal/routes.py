"""THE TABLE OF PAGES, area by area; each area's part stands at the end of its module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.portal.pages import cadastre, choice, entrance, identifier

if TYPE_CHECKING:
    from services.portal.routing import Page

PAGES: tuple[Page, ...] = (
    *entrance.PAGES,
    *identifier.PAGES,
    *choice.PAGES,
    *cadastre.PAGES,
)

WITHOUT_LANGUAGE = ("/", "/verify", "/reset")
"""Addresses of letters, and of people who type: they lead to the page in the language that the browser asks for."""
