"""A page: its name, its address in both languages, who may see it, and the functions that show and take it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from shared.contracts.people import Language

if TYPE_CHECKING:
    from aiohttp import web

    from services.portal.applications import Application

Endpoint = Callable[..., Awaitable["web.StreamResponse"]]
ACTING = {Language.FR: "pour", Language.EN: "for"}
NAMED = re.compile(r"\{(\w+)(?::[^{}]*)?\}")


class Who(StrEnum):
    """Who may see a page."""

    ANYONE = "anyone"
    PERSON = "person"
    """Signed in; where the address names a surveyor, in that context."""
    SURVEYOR = "surveyor"
    """Signed in and in the context of a surveyor, which the address must name."""
    OWN = "own"
    """A surveyor in his own name: the address names himself."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Page:
    """One line of a table of pages. `fr` and `en` follow `/fr` and `/en`.

    Pages for `PERSON` exist with a context before them (`/fr/pour/5003…`) and without; those for `SURVEYOR` and
    `OWN` only with one. `send` takes the form of the page; `show` then shows it again with what was typed.
    `limit` is the largest form in bytes, `seconds` the longest that the page may take.
    """

    name: str
    fr: str
    en: str
    show: Endpoint | None
    send: Endpoint | None = None
    who: Who = Who.PERSON
    limit: int = 65_536
    seconds: float = 25.0
    application: Application | None = None
    """The connected application that the page shows."""

    def paths(self, language: Language) -> list[str]:
        """Give the addresses at which the page is answered."""
        path = self.fr if language is Language.FR else self.en
        with_context = f"/{language}/{ACTING[language]}/{{matricule}}{path}"
        if self.who in (Who.SURVEYOR, Who.OWN):
            return [with_context]
        return [f"/{language}{path}", with_context] if self.who is Who.PERSON else [f"/{language}{path}"]


def of(application: Application, pages: Iterable[Page], start: str) -> Iterator[Page]:
    """Give the pages of a contract as those of one application; further ones have addresses of their own.

    `start` is with what the addresses in the table may begin, and which those of a further one do without.
    """
    for page in pages:
        own = replace(page, name=application.page(page.name), application=application)
        at = f"/services/{application.slug}"
        fr, en = at + page.fr.removeprefix(start), at + page.en.removeprefix(start)
        yield replace(own, fr=fr, en=en) if application.further else own


class Addresses:
    """Makes the address of a page by its name; what is not part of the path goes into the query."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        self._pages: Mapping[str, Page] = {page.name: page for page in pages}
        self._paths = {(page.name, language): page.paths(language) for page in pages for language in Language}
        self._used = {path: frozenset(NAMED.findall(path)) for paths in self._paths.values() for path in paths}

    def url(self, name: str, language: Language, matricule: str | None = None, /, **values: Any) -> str:
        """Give the path and query of a page, in the context of the surveyor of that matricule if there is one."""
        page = self._pages[name]
        paths = self._paths[name, language]
        path = paths[-1] if matricule and page.who not in (Who.ANYONE, Who.OPERATOR) else paths[0]
        if matricule:
            values["matricule"] = matricule
        used = self._used[path]
        filled = NAMED.sub(lambda found: quote(str(values[found[1]]), safe=""), path) if used else path
        rest = {key: value for key, value in values.items() if key not in used and key != "matricule" and value}
        return filled + (f"?{urlencode(rest, doseq=True)}" if rest else "")

    def __contains__(self, name: str) -> bool:
        return name in self._pages
