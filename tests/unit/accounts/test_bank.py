"""What bank details may be, whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import bank

READERS = {bank.institution: (3, 3), bank.transit: (5, 5), bank.account_number: (7, 12)}
BETWEEN = st.sampled_from(["", " ", "-", "\N{NO-BREAK SPACE}", "\N{EN DASH}", "  "])
DIGITS = st.text("0123456789", min_size=1, max_size=14)


def read(reader, typed: str) -> str | None:
    try:
        return reader(typed)
    except ValueError:
        return None


@given(digits=DIGITS, data=st.data())
@pytest.mark.parametrize("reader", READERS)
def test_number_is_read_whatever_parts_its_digits_and_only_in_its_length(reader, digits: str, data):
    typed = "".join(sign + data.draw(BETWEEN) for sign in digits)
    shortest, longest = READERS[reader]
    wanted = digits if shortest <= len(digits) <= longest and digits.strip("0") else None
    assert wanted == read(reader, typed)


@given(typed=st.text(max_size=30))
@pytest.mark.parametrize("reader", READERS)
def test_number_is_ascii_digits_or_nothing(reader, typed: str):
    found = read(reader, typed)
    shortest, longest = READERS[reader]
    assert found is None or (found.isascii() and found.isdigit() and shortest <= len(found) <= longest)


@pytest.mark.parametrize("typed", ["١٢٣", "12.3", "1e2", "+12", "０００"])
def test_number_that_is_none_is_refused(typed: str):
    assert read(bank.institution, typed) is None


def test_number_typed_in_full_width_digits_is_read():
    assert "815" == bank.institution("８１５")


@given(number=st.text("0123456789", min_size=7, max_size=12))
def test_masked_number_keeps_its_length_and_shows_its_last_digits_alone(number: str):
    shown = bank.masked(number, 3)
    assert (len(number), number[-3:], len(number) - 3) == (len(shown), shown[-3:], shown.count(bank.HIDDEN))


@given(typed=st.text(max_size=150))
def test_holder_is_one_clean_line_or_nothing(typed: str):
    found = read(bank.holder, typed)
    assert found is None or (found == " ".join(found.split()) and 1 <= len(found) <= bank.LONGEST_HOLDER)
