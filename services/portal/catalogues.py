"""The words of the pages: French stands in the code, English in `locale/en`, forms of plurals in both.

The catalogues are one file per area, so that areas change apart; they are compiled at the start.
"""

from __future__ import annotations

import functools
import gettext
import io
import re
from importlib import resources
from typing import TYPE_CHECKING

from babel.messages import mofile, pofile

from shared import typography
from shared.contracts.people import Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable


FULL_STOP = re.compile(r"%\((\w+)\)s\.")
ELIDED = re.compile(r"\b([dD])e %\((\w+)\)s")
VOWELS = frozenset("AEIOUÀÂÉÈÊËÎÏÔÙÛ")


def fitted(text: str, values: Mapping[str, object]) -> str:
    """Fit a text to the values that it is filled with: “d’Édith”, and one full stop after “inc.” and “a.m.”."""
    ending, elided = _fittings(text)
    for name in ending:
        if str(values[name]).endswith("."):
            text = text.replace(f"%({name})s.", f"%({name})s")
    if not elided:
        return text
    return ELIDED.sub(lambda found: f"{found[1]}’%({found[2]})s" if _elides(values[found[2]]) else found[0], text)


@functools.cache
def _fittings(text: str) -> tuple[tuple[str, ...], bool]:
    """Name the values that a text ends a sentence with, and tell whether it elides before one."""
    return tuple(FULL_STOP.findall(text)), ELIDED.search(text) is not None


def _elides(value: object) -> bool:
    return str(value)[:1].upper() in VOWELS


def files(language: Language) -> list[Traversable]:
    """List the catalogues of a language."""
    folder = resources.files("services.portal") / "locale" / language.value
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".po")), key=lambda entry: entry.name)


class Words:
    """The texts of one language; French gets its spaces and apostrophes."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = _compiled(language)
        self.text = functools.cache(self._text)
        self._typeset = functools.cache(typography.french if language is Language.FR else str)

    def _text(self, french: str) -> str:
        return self._typeset(self._catalogue.gettext(french))

    def number(self, one: str, many: str, count: int) -> str:
        """Give the form that a number asks for; French takes the first for 0 and 1."""
        return self._typeset(self._catalogue.ngettext(one, many, count))


def _compiled(language: Language) -> gettext.GNUTranslations:
    whole: gettext.GNUTranslations | None = None
    for entry in files(language):
        with entry.open("rb") as source:
            catalogue = pofile.read_po(source, locale=language.value)
        binary = io.BytesIO()
        mofile.write_mo(binary, catalogue)
        binary.seek(0)
        part = gettext.GNUTranslations(binary)
        if whole is not None:
            part.add_fallback(whole)
        whole = part
    assert whole is not None
    return whole


@functools.cache
def words(language: Language) -> Words:
    """Give the texts of a language, compiled once."""
    return Words(language)


def marked(text: str) -> str:
    """Mark a text for the catalogues where it stands, to be translated where it is shown."""
    return text
