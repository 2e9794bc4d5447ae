"""[Délégation ► Suivi des activités]: who did what for whom (Q30–Q36)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aiohttp import web

from services.portal import moments, pictures
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.downloads import LONGEST, hand_on
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

API = "/audit/v1/activities"
FILTERS = ("from", "to", "file", "kind", "by", "for", "mine")
SORTS = ("date", "file", "kind", "by", "for")
MANY, FEW = 100, 10
FORMS = frozenset({"csv", "xlsx", "pdf"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its words, the value of `sort`, and whether it is sorted by now."""

    words: str
    sort: str
    now: str

    @property
    def direction(self) -> str:
        """As `aria-sort` says it."""
        return {self.sort: "ascending", f"-{self.sort}": "descending"}.get(self.now, "none")

    @property
    def next(self) -> str:
        """The sorting that a click on the header asks for: dates begin with the newest."""
        first, second = (f"-{self.sort}", self.sort) if self.sort == "date" else (self.sort, f"-{self.sort}")
        return second if self.now == first else first


COLUMNS = (
    (marked("Date activité"), "date"),
    (marked("No Dossier"), "file"),
    (marked("Activité"), "kind"),
    (marked("Réalisée par"), "by"),
    (marked("Réalisée pour"), "for"),
)


async def activities(visit: Visit) -> web.Response:
    """Show a page of the list with its filters and the picture above it."""
    asked = _asked(visit)
    filters = {name: asked[name] for name in FILTERS if name in asked}
    size = MANY if "all" in asked else FEW
    query = filters | {"sort": asked.get("sort", ""), "page": asked.get("page", "")}
    try:
        found, choices, picture = await asyncio.gather(
            visit.api.get(API, size=size, **query), visit.api.get(f"{API}/filters"), _picture(visit, filters)
        )
    except Refused as refusal:
        if refusal.slug != "validation-failed":
            raise
        # Somebody typed into the address, or a value that is none: the list without it is more use than a refusal.
        return visit.go("activities", done=visit.text("Un filtre ne convenait pas ; il a été retiré."))
    now = asked.get("sort", "-date")
    return visit.show(
        "activity/activities.html",
        found=found,
        choices=choices,
        picture=picture,
        asked=asked,
        columns=[Column(words, sort, now) for words, sort in COLUMNS],
        chips=_chips(visit, asked, choices),
        numbers=page_numbers(found["page"], found["pages"]),
        link=lambda **changes: _link(visit, asked, changes),
        file=lambda form: visit.url("activities-file", form=form, **filters, sort=asked.get("sort", "")),
    )


def _asked(visit: Visit) -> dict[str, str]:
    """Read what the address asks for; what it does not know is left out."""
    query = visit.request.query
    asked = {name: query[name].strip() for name in (*FILTERS, "page", "all", "sort") if query.get(name, "").strip()}
    if asked.get("sort", "date").lstrip("-") not in SORTS:
        del asked["sort"]
    if not asked.get("page", "1").isdecimal():
        del asked["page"]
    return asked


def _link(visit: Visit, asked: dict[str, str], changes: dict[str, Any]) -> str:
    """Give the address with some parameters changed; a change of anything but the page begins at the first."""
    kept = asked if "page" in changes else {name: value for name, value in asked.items() if name != "page"}
    return visit.url("activities", **(kept | {name.rstrip("_"): value for name, value in changes.items()}))


def page_numbers(page: int | None, pages: int, around: int = 2) -> list[int | None]:
    """Give the page numbers to show, None for a gap: « ‹ 1 … 4 5 6 … 23 › »."""
    here = page or 1
    wanted = sorted({1, pages, *range(max(1, here - around), min(pages, here + around) + 1)})
    numbers: list[int | None] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def _chips(visit: Visit, asked: dict[str, str], choices: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the short ways: everything, only mine, for one delegator, by one delegate (Q33)."""
    me = str(visit.person.person)
    narrow = [name for name in ("mine", "by", "for") if name in asked]
    clear = dict.fromkeys(("mine", "by", "for"), "")
    chips: list[dict[str, Any]] = [
        {"words": visit.text("Toutes"), "on": not narrow, "to": clear},
        {"words": visit.text("Seulement les miennes"), "on": "mine" in asked, "to": clear | {"mine": "true"}},
    ]
    for name, words in (
        ("for", marked("Pour %(name)s")),
        ("by", marked("Par %(name)s")),
    ):
        for one in choices[f"performed_{name}"][:6]:
            if one["id"] not in (None, me):
                on = asked.get(name) == one["id"]
                chips.append({"words": visit.text(words, name=one["name"]), "on": on, "to": clear | {name: one["id"]}})
    return [chip | {"link": _link(visit, asked, chip["to"])} for chip in chips]


async def _picture(visit: Visit, filters: dict[str, str]) -> list[pictures.Bar]:
    """Give the picture of activity over time, filtered like the list, but for the days."""
    wanted = {name: value for name, value in filters.items() if name not in ("from", "to")}
    try:
        found = await visit.api.get(f"{API}/histogram", **wanted)
    except Refused:
        return []

    def name(bar: dict[str, Any]) -> str:
        first, last = moments.day(bar["from"], visit.language), moments.day(bar["to"], visit.language)
        return first if first == last else visit.text("du %(first)s au %(last)s", first=first, last=last)

    return pictures.bars(found["bars"], name)


async def download(visit: Visit) -> web.StreamResponse:
    """Hand the file of the table's content on: Excel, PDF or CSV (Q34); what takes long is offered for later."""
    form = visit.request.match_info["form"]
    if form not in FORMS:
        raise web.HTTPNotFound
    try:
        return await hand_on(visit, f"{API}.{form}", f"activites.{form}", lang=visit.language.value, **_wanted(visit))
    except Refused as refusal:
        if refusal.slug != "export-takes-long":
            raise
        return visit.show("activity/later.html", refusal=refusal)


def _wanted(visit: Visit) -> dict[str, str]:
    return {name: value for name, value in _asked(visit).items() if name in FILTERS or name == "sort"}


async def ask_export(visit: Visit) -> web.Response:
    """Have the file written in the background; a letter says when it is ready."""
    form = visit.request.match_info["form"]
    if form not in FORMS:
        raise web.HTTPNotFound
    wanted = _wanted(visit)
    body: dict[str, Any] = {"format": form, "lang": visit.language.value} | wanted
    made = await visit.api.post("/audit/v1/exports", body | ({"mine": True} if "mine" in wanted else {}))
    return visit.go("export", export=made["id"])


async def show_export(visit: Visit) -> web.Response:
    """Say how far a file is that is written in the background."""
    found = await visit.api.get(f"/audit/v1/exports/{_export(visit)}")
    return visit.show("activity/export.html", export=found)


async def download_export(visit: Visit) -> web.StreamResponse:
    """Hand a file on that was written in the background."""
    return await hand_on(visit, f"/audit/v1/exports/{_export(visit)}/file", "activites")


def _export(visit: Visit) -> UUID:
    try:
        return UUID(visit.param("export"))
    except ValueError as error:
        raise web.HTTPNotFound from error


PATH, PATH_EN = "/delegation/activites", "/delegation/activities"

PAGES = (
    Page("activities", PATH, PATH_EN, activities),
    Page(
        "activities-file", f"{PATH}/fichier/{{form}}", f"{PATH_EN}/file/{{form}}", download, ask_export, seconds=LONGEST
    ),
    Page("export", "/exports/{export}", "/exports/{export}", show_export),
    Page("export-file", "/exports/{export}/fichier", "/exports/{export}/file", download_export, seconds=LONGEST),
)
