"""What a company says of itself: forgiving in, uniform in store (O9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import companies, company_rows, paging, rosters
from shared import ids
from shared.contracts.problems import common


@pytest.mark.item("O9")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("6135550123", "+16135550123"),
        ("(613) 555-0123", "+16135550123"),
        ("613.555.0123", "+16135550123"),
        ("1 613 555 0123", "+16135550123"),
        ("+1-613-555-0123", "+16135550123"),
        ("613\N{NO-BREAK SPACE}555\N{NON-BREAKING HYPHEN}0123", "+16135550123"),
        ("６１３ ５５５ ０１２３", "+16135550123"),
        ("613 555-0123 poste 12", "+16135550123;ext=12"),
        ("613-555-0123 ext. 4567", "+16135550123;ext=4567"),
        ("613 555 0123 x9", "+16135550123;ext=9"),
        ("613 555 0123 #12", "+16135550123;ext=12"),
        ("+16135550123;ext=12", "+16135550123;ext=12"),
        ("+33 1 42 68 53 00", "+33142685300"),
        ("011 44 20 7946 0018", "+442079460018"),
    ],
)
def test_phone_however_typed_is_kept_one_way(typed, kept):
    assert kept == companies.phone(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "555-0123", "613 555-012", "013 555 0123", "613 155 0123", "six one three", "+1 613", "6+135550123", "9" * 40],
)
def test_phone_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="telephone"):
        companies.phone(typed)


@given(st.text(max_size=40))
def test_phone_of_any_text_is_kept_one_way_or_refused(typed):
    try:
        kept = companies.phone(typed)
    except ValueError:
        return
    assert kept == companies.phone(kept)


@pytest.mark.item("O9")
@pytest.mark.parametrize(
    "typed", ["K1P1J1", "k1p 1j1", " K1P-1J1 ", "klp iji".replace("i", "1").replace("l", "1"), "KIP 1J1"]
)
def test_postal_code_however_typed_is_kept_one_way(typed):
    assert companies.postal_code(typed) == "K1P 1J1"


@pytest.mark.parametrize(
    "typed", ["", "K1P", "D1P 1J1", "K1P 1J", "11P 1J1", "Z1P 1J1", "K1O 1J1", "90210", "K1P 1J1 1"]
)
def test_postal_code_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="postal"):
        companies.postal_code(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("on", "ON"),
        ("Ontario", "ON"),
        ("Québec", "QC"),
        ("quebec", "QC"),
        ("Colombie-Britannique", "BC"),
        ("Île-du-Prince-Édouard", "PE"),
        ("Q.C.", "QC"),
        ("T.N.-O.", "NT"),
    ],
)
def test_province_by_name_in_either_language_or_letters_is_kept_as_two_letters(typed, kept):
    assert kept == companies.province(typed)


@pytest.mark.parametrize("typed", ["", "XX", "New York", "Ontari"])
def test_province_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="province"):
        companies.province(typed)


@pytest.mark.parametrize(
    ("typed", "kept"), [("b-12345", "B12345"), (" 12345 ", "12345"), ("", None), ("hb 1234", "HB1234")]
)
def test_tarion_number_is_kept_without_what_parts_it(typed, kept):
    assert kept == companies.tarion_number(typed)


@pytest.mark.parametrize("typed", ["", "  ", "a" * 201, "LMS\u202e", "=?utf-8?q?x?=", "a\0b"])
def test_line_that_is_empty_long_or_hides_something_is_refused(typed):
    with pytest.raises(ValueError, match=r"length|hidden"):
        companies.line_of_text(typed, 200)


def test_line_is_composed_and_its_blanks_joined():
    assert companies.line_of_text("  E\u0301lectricite\u0301 \t Roy ", 200) == "Électricité Roy"


@given(st.text(max_size=100))
def test_search_words_of_any_text_are_a_query_of_word_beginnings_or_nothing(typed):
    words = companies.search_words(typed)
    assert words is None or all(one.endswith(":*") and one[:-2].isalnum() for one in words.split(" & "))


def read(**changes):
    values = {
        "number": "e-1001",
        "kind": "Entrepreneur",
        "legal_name": "LMS Corp.",
        "phone": "613 555 0177",
        "email": "Info@lmscorp.example.com",
        "street": "1, rue Elgin",
        "city": "Ottawa",
        "province": "Ontario",
        "postal_code": "k1n5y6",
        "contacts": "a@lms.example.com | b@lms.example.com|a@lms.example.com",
        "references": "A1|A2||A1",
    }
    return company_rows.read_row(3, values | changes)


@pytest.mark.item("O3")
def test_row_of_an_import_is_read_as_forgivingly_as_the_form():
    row = read()
    assert ("E-1001", "contractor", "+16135550177", "K1N 5Y6") == (row.number, row.kind, row.phone, row.postal_code)
    assert (("a@lms.example.com", "b@lms.example.com"), ("A1", "A2")) == (row.contacts, row.references)


@pytest.mark.item("O3")
@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("number", "é!", "number"),
        ("kind", "arpenteur", "kind"),
        ("phone", "555", "phone"),
        ("email", "x", "email"),
        ("province", "Texas", "province"),
        ("postal_code", "90210", "postal_code"),
        ("tarion_number", "??", None),
        ("tarion_number", "ABCDE", "tarion_number"),
        ("language", "es", "language"),
        ("contacts", "a@b.example.com|nobody", "email"),
        ("references", "|".join(f"A{n}" for n in range(60)), "many"),
    ],
)
def test_row_with_a_wrong_cell_names_line_column_and_reason(column, value, code):
    if code is None:
        assert read(**{column: value}).tarion_number is None
        return
    with pytest.raises(rosters.RowFault) as caught:
        read(**{column: value})
    assert (3, column, code) == (caught.value.line, caught.value.column, caught.value.code)
    assert code in rosters.FAULTS


@given(st.text(max_size=50))
def test_place_in_a_list_comes_back_as_it_was_written(value):
    row = ids.uuid7()
    if "\0" in value:
        return
    assert (value, row) == paging.read_place(paging.write_place("name", value, row), "name")


@pytest.mark.parametrize("place", ["", "x", "e30", "W10", "W251bGwsMSwyXQ", "é"])
def test_place_of_nobodys_making_is_refused(place):
    with pytest.raises(common.ValidationFailed):
        paging.read_place(place, "name")
