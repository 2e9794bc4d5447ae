"""Every text of the pages is in the catalogues, translated, and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.portal.catalogues import fitted, words
from shared.contracts.people import Language
from tests.support import catalogues

VALUES = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_catalogue_has_each_text_that_it_needs_and_no_other(language: str) -> None:
    known = {key for _, key, _ in catalogues.entries(language)}
    needed = set(catalogues.wanted(language))
    assert needed - known == set(), "run `make words`, then translate what it names"
    assert known - needed == set(), "run `make words`: nobody says these any more"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_text_is_left_untranslated_or_loses_a_value(language: str) -> None:
    for area, key, translation in catalogues.entries(language):
        assert all(translation), f"{area}: {key} is not translated"
        for text, other in zip(key, translation, strict=True):
            assert set(VALUES.findall(text)) == set(VALUES.findall(other)), f"{area}: {text}"


def test_no_text_stands_in_two_catalogues() -> None:
    keys = [key for _, key, _ in catalogues.entries("en")]
    assert len(keys) == len(set(keys))


def test_text_that_is_new_or_unused_is_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text('{{ _("Tout neuf") }} {{ number("un", "deux", n) }}')
    (tmp_path / "page.py").write_text('words = marked("Ancien") + visit.text("Nouveau")\n')
    found = {key for key, _ in catalogues.texts(tmp_path)}
    assert {("Tout neuf",), ("un", "deux"), ("Ancien",), ("Nouveau",)} == found


def test_every_word_of_a_template_goes_through_the_catalogues() -> None:
    """What stands between tags is a value, a text of the catalogues, or the name of the product or of a language."""
    paths = (catalogues.PORTAL / "templates").rglob("*.html")
    for path in sorted(path for path in paths if path.parent.name != "macros"):  # macros give attributes too
        source = re.sub(r"\{% block width %\}.*?\{% endblock %\}", "", path.read_text())
        source = re.sub(r"\{[{%#].*?[}%#]\}", "", source, flags=re.DOTALL)
        left = re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", source))
        assert set(left) <= {"Mandat", "English", "Français"}, f"{path.name}: {left}"


def test_sentence_that_ends_with_an_abbreviation_has_one_full_stop() -> None:
    text = "Vous gérez %(name)s. Jusqu’au %(until)s."
    for name, until, said in (
        ("LMS inc.", "10:39 a.m.", "Vous gérez LMS inc. Jusqu’au 10:39 a.m."),
        ("LMS", "10 h 39", "Vous gérez LMS. Jusqu’au 10 h 39."),
    ):
        values = {"name": name, "until": until}
        assert fitted(text, values) % values == said


def test_french_de_is_elided_before_a_vowel() -> None:
    for name, said in (
        ("Édith", "Session d’Édith"),
        ("Odile", "Session d’Odile"),
        ("Luc", "Session de Luc"),
        ("", "Session de "),
    ):
        assert fitted("Session de %(name)s", {"name": name}) % {"name": name} == said


def test_french_gets_its_spaces_and_its_forms_of_number() -> None:
    french, english = words(Language.FR), words(Language.EN)
    assert french.text("Erreur :") == "Erreur\u00a0:"
    one, many = "%(count)d non lu", "%(count)d non lus"
    assert [one, one, many] == [french.number(one, many, count) for count in (0, 1, 2)]
    assert english.text("Erreur :") == "Error:"
    forms = ("Un renseignement est à corriger", "Des renseignements sont à corriger")
    assert english.number(*forms, 1) == "One entry needs correcting"
    assert english.number(*forms, 0) == "Some entries need correcting"
