"""What surrounds a page and is the same for whoever stands at the same place: tabs, sub-tabs, the foot.

A third of a page’s rendering went into them. They are made once for each place, and say nothing that depends on
anything else: delegation is asked on every request, and its answer decides which place that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from services.portal import navigation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import jinja2

    from services.portal.applications import Application
    from services.portal.navigation import Place
    from services.portal.routing import Addresses
    from services.portal.visits import Visit
    from shared.contracts.people import Language

KEPT = 512
"""Frames of each language, of some four kilobytes each."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts around a page."""

    tabs: Markup
    subtabs: Markup
    foot: Markup


class Frames:
    """Makes the frames of one language."""

    def __init__(self, environment: jinja2.Environment, language: Language, further: Sequence[Application]) -> None:
        self._environment, self._language, self._further = environment, language, further
        self._made: Callable[[Addresses, Place | None, str, str | None], Frame] = lru_cache(KEPT)(self._make)

    def of(self, visit: Visit) -> Frame:
        """Give the frame of a visit."""
        matricule = visit.context.matricule if visit.context else None
        return self._made(visit.deps.addresses, navigation.place_of(visit), visit.page.name, matricule)

    def _make(self, addresses: Addresses, place: Place | None, page: str, matricule: str | None) -> Frame:
        def url(name: str, matricule: str | None = matricule) -> str:
            return addresses.url(name, self._language, here if matricule == "" else matricule)

        here = matricule
        tabs = navigation.of(place, self._further) if place else ()
        values = {"url": url, "page": page, "place": place, "navigation": tabs}
        return Frame(*(self._part(name, values) for name in ("tabs", "subtabs", "foot")))

    def _part(self, name: str, values: dict[str, Any]) -> Markup:
        return Markup(self._environment.get_template(f"frame/{name}.html").render(values))  # noqa: S704 - escaped there
