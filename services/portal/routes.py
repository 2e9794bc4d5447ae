"""THE TABLE OF PAGES, area by area; each area's part stands at the end of its module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.portal.pages import activity, cadastre, choice, delegation, entrance, identifier, password, requests

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
)

WITHOUT_LANGUAGE = ("/", "/verify", "/reset", "/file/{number}")
"""Addresses of letters, and of people who type: they lead to the page in the language that the browser asks for."""
