"""What a roster's header and rows may look like."""

from __future__ import annotations

import pytest

from services.accounts.rules import licences
from services.accounts.rules import rosters as rules
from shared.contracts.people import Language

HEADER = rules.read_header(licences.LAYOUT, ["matricule", "prenom", "nom", "courriel", "bureau", "langue"])
GOOD = ["5003", "Jean", "Piette", "jpiette@mandat.example.com", "Québec", "fr"]


def row(**changes: str) -> licences.Row:
    names = ["matricule", "first_name", "last_name", "email", "office", "language"]
    return rules.read_row(
        licences.LAYOUT, 7, HEADER, [changes.get(name, cell) for name, cell in zip(names, GOOD, strict=True)]
    )


def fault(**changes: str) -> tuple[int, str, str | None]:
    with pytest.raises(rules.RowFault) as caught:
        row(**changes)
    return (caught.value.line, caught.value.code, caught.value.column)


@pytest.mark.parametrize(
    "cells",
    [
        ["matricule", "prenom", "nom", "courriel", "bureau", "langue"],
        ["Matricule", "Prénom", "NOM", "Adresse courriel", "Bureau ", "Langue"],
        ["matricule", "first_name", "last_name", "email", "office", "language"],
        ["Licence number", "First name", "Last Name", "E-mail", "Office", "Language"],
    ],
)
def test_read_header_knows_the_columns_in_both_languages(cells):
    assert ["matricule", "first_name", "last_name", "email", "office", "language"] == rules.read_header(
        licences.LAYOUT, cells
    )


def test_read_header_takes_any_order_and_leaves_out_what_does_not_concern_us():
    cells = ["bureau", "téléphone", "nom", "prénom", "", "courriel", "matricule"]
    wanted = ["office", None, "last_name", "first_name", None, "email", "matricule"]
    assert wanted == rules.read_header(licences.LAYOUT, cells)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        (["matricule", "nom", "courriel"], ["first_name", "office"]),
        (["matricule", "prenom", "nom", "courriel", "email", "bureau"], ["email"]),
        (["rien"], ["matricule", "first_name", "last_name", "email", "office"]),
    ],
)
def test_read_header_names_the_columns_that_are_missing_or_doubled(cells, wrong):
    with pytest.raises(rules.HeaderFault) as caught:
        rules.read_header(licences.LAYOUT, cells)
    assert wrong == caught.value.columns


def test_read_row_gives_the_licence():
    wanted = licences.Row(7, "5003", "Jean", "Piette", "jpiette@mandat.example.com", "Québec", Language.FR)
    assert wanted == row()


def test_read_row_trims_and_composes_what_it_reads():
    read = row(
        matricule=" 5003 ", first_name=" E\u0301dith\u00a0", last_name="Descartes ", email="e@Mandat.Example.COM "
    )
    assert ("5003", "Édith", "Descartes", "e@mandat.example.com") == (
        read.matricule, read.first_name, read.last_name, read.email,
    )  # fmt: skip


def test_read_row_keeps_the_matricule_as_it_is_written():
    assert row(matricule="0503").matricule == "0503"


@pytest.mark.parametrize(("written", "language"), [("en", "en"), ("EN", "en"), ("fr", "fr"), ("", "fr"), (" ", "fr")])
def test_read_row_reads_the_language_french_when_there_is_none(written, language):
    assert language == row(language=written).language.value


def test_read_row_of_a_file_without_languages_is_french():
    header = rules.read_header(licences.LAYOUT, ["matricule", "prenom", "nom", "courriel", "bureau"])
    assert rules.read_row(licences.LAYOUT, 2, header, GOOD[:5]).language is Language.FR


@pytest.mark.parametrize("matricule", ["12345678901", "A5003", "50 03", "-5", "5003.0", "٥٠٠٣", "²"])
def test_read_row_with_a_matricule_that_is_not_1_to_10_digits_is_a_fault(matricule):
    assert (7, "matricule", "matricule") == fault(matricule=matricule)


@pytest.mark.parametrize("column", licences.LAYOUT.required)
def test_read_row_without_a_required_value_is_a_fault(column):
    assert (7, "missing", column) == fault(**{column: "  "})


@pytest.mark.parametrize("email", ["jean", "jean@", "@mandat.example.com", "a b@mandat.example.com", "a@localhost"])
def test_read_row_with_an_address_that_is_none_is_a_fault(email):
    assert (7, "email", "email") == fault(email=email)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("language", "de", "language"),
        ("language", "fre", "long"),
        ("first_name", "x" * 101, "long"),
        ("office", "x" * 201, "long"),
        ("last_name", "Piet\x00te", "control"),
        ("last_name", "Piette\u202ex", "control"),
        ("office", "Rue\nQuébec", "control"),
        ("office", b"Qu\xe9bec".decode(errors="surrogateescape"), "encoding"),
    ],
)
def test_read_row_with_a_value_that_does_not_fit_is_a_fault_of_its_column(column, value, code):
    assert (7, code, column) == fault(**{column: value})


@pytest.mark.parametrize("cells", [GOOD[:5], [*GOOD, "autre"], []])
def test_read_row_with_another_number_of_columns_is_a_fault(cells):
    with pytest.raises(rules.RowFault) as caught:
        rules.read_row(licences.LAYOUT, 7, HEADER, cells)
    assert ("columns", None) == (caught.value.code, caught.value.column)


def test_read_row_with_blank_cells_beyond_the_header_is_good():
    assert rules.read_row(licences.LAYOUT, 7, HEADER, [*GOOD, "", " "]).matricule == "5003"


def test_faults_have_a_reason_in_both_languages():
    assert all(text.fr and text.en and text.fr != text.en for text in rules.FAULTS.values())
    assert all("'" not in text.fr for text in rules.FAULTS.values())
