"""Finds every text of the portal, and keeps its catalogues: `python -m tests.support.catalogues` adds what is new."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog

PORTAL = Path(__file__).resolve().parents[2] / "services/portal"
AREAS = {
    "entrance": "public",
    "identifier": "public",
    "licence": "public",
    "password": "public",
    "proof": "public",
    "choice": "delegation",
    "requests": "cadastre",
    "application": "permits",
    **dict.fromkeys(("looks", "oversight"), "operators"),
    **dict.fromkeys(("bank", "company", "company_forms", "fees", "protection", "staff"), "companies"),
}
"""Modules of pages whose catalogue has another name."""
KEYWORDS = {"_": None, "text": None, "marked": None, "number": (1, 2)}
OPTIONS = {"silent": "false", "extensions": "jinja2.ext.do"}
Key = tuple[str, ...]


def area_of(path: Path) -> str:
    """Name the catalogue in which the texts of a file stand."""
    relative = path.relative_to(PORTAL)
    if relative.parts[0] == "pages":
        return AREAS.get(path.stem, path.stem)
    if relative.parts[0] == "templates" and len(relative.parts) > 2:
        return "common" if relative.parts[1] in ("macros", "errors") else relative.parts[1]
    return "common"


def texts(tree: Path = PORTAL) -> Iterator[tuple[Key, Path]]:
    """Give every text, one or both forms of it, with the file in which it stands."""
    for path in sorted([*tree.rglob("*.py"), *tree.rglob("*.html")]):
        kind = "python" if path.suffix == ".py" else "jinja2"
        with path.open("rb") as source:
            for _, found, _, _ in extract.extract(kind, source, KEYWORDS, options=OPTIONS):
                if key := (found,) if isinstance(found, str) else tuple(found):
                    yield key, path


def catalogue(language: str, area: str) -> Catalog:
    """Read one catalogue; an empty one when there is none yet."""
    path = PORTAL / "locale" / language / f"{area}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return pofile.read_po(source, locale=language)


def entries(language: str) -> Iterator[tuple[str, Key, Key]]:
    """Give area, text and translation of every entry of a language."""
    for path in sorted((PORTAL / "locale" / language).glob("*.po")):
        for message in catalogue(language, path.stem):
            if message.id:
                yield path.stem, _key(message.id), _key(message.string)


def _key(text: str | list[str] | tuple[str, ...]) -> Key:
    return (text,) if isinstance(text, str) else tuple(text)


def wanted(language: str, tree: Path = PORTAL) -> dict[Key, str]:
    """Give the texts that a language needs, each with its area: French only those with two forms."""
    found: dict[Key, str] = {}
    for key, path in texts(tree):
        if language == "en" or len(key) == 2:
            found.setdefault(key, area_of(path))
    return found


def update(language: str) -> list[Key]:
    """Add what is new, empty in English, and drop what nobody uses; give what is still to be translated."""
    needed = wanted(language)
    known = {key: (area, translation) for area, key, translation in entries(language)}
    areas: dict[str, Catalog] = {}
    for key, area in needed.items():
        kept_in, translation = known.get(key, (area, key if language == "fr" else tuple("" for _ in key)))
        whole = areas.setdefault(kept_in, Catalog(locale=language))
        plural = len(key) == 2
        whole.add(key if plural else key[0], string=translation if plural else translation[0])
    for area, whole in areas.items():
        path = PORTAL / "locale" / language / f"{area}.po"
        with path.open("wb") as target:
            pofile.write_po(target, whole, width=120, omit_header=True, sort_output=True, include_lineno=False)
    return [key for key in needed if not all(known.get(key, ("", ("",)))[1])] if language == "en" else []


if __name__ == "__main__":
    missing = update("en")
    update("fr")
    sys.stdout.write("".join(f"to translate: {key[0]}\n" for key in missing))
