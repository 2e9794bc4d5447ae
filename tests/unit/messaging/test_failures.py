"""A cause has one name, whatever the event says."""

from __future__ import annotations

import pytest

from shared.messaging import failures


def fails(with_what: str) -> None:
    raise KeyError(with_what)


def caught(with_what: str) -> Exception:
    try:
        fails(with_what)
    except KeyError as error:
        return error
    raise AssertionError


def test_fingerprint_of_an_error_names_its_type_and_the_innermost_function_of_ours():
    assert failures.fingerprint(caught("x")) == f"KeyError in {__name__}.fails"


def test_fingerprint_of_the_same_fault_with_other_data_is_the_same():
    assert failures.fingerprint(caught("Piette")) == failures.fingerprint(caught("Lavoie"))


def test_fingerprint_of_an_error_outside_our_code_is_its_type():
    assert failures.fingerprint(ValueError("nowhere")) == "ValueError"


def test_describe_a_long_message_keeps_500_characters():
    assert len(failures.describe(ValueError("x" * 10_000))) == 500


@pytest.mark.parametrize("seconds", [[1, 10, 60, 600, 3600]])
def test_ladder_has_five_steps_up_to_an_hour(seconds):
    assert [step.total_seconds() for step in failures.LADDER] == seconds
