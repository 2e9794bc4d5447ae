"""What stands in a header, and how moments are written."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from services.notifications import letters, rules


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Édith\nDescartes", "Édith Descartes"),
        ("Édith\r\nDescartes", "Édith Descartes"),
        ("Édith\u2028Descartes\u2029", "Édith Descartes"),
        ("Édith\t \x0b Descartes\x85", "Édith Descartes"),
        ("É\0dith", "Édith"),
        ("É\u200bdith\u202e", "Édith"),
        ("Qui\u202f? 12\u00a0h\u00a005", "Qui\u202f? 12\u00a0h\u00a005"),
        (" deux  blancs ", "deux blancs"),
        ("=?utf-8?q?x?=", "= ?utf-8?q?x?="),
    ],
)
def test_one_line_parts_words_and_keeps_no_break_spaces(text, line):
    assert line == rules.one_line(text)


@pytest.mark.parametrize("text", ["Qui\u202f? 12\u00a0h\u00a005", "«\u00a0Côté\u00a0»\u00a0: " + "été\u00a0! " * 8])
def test_one_line_survives_the_way_through_a_header(text):
    message = EmailMessage()
    message["Subject"] = rules.one_line(text)
    arrived = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert rules.one_line(text) == arrived["Subject"]


@pytest.mark.parametrize(
    ("moment", "language", "written"),
    [
        ("2026-11-01T17:05:00Z", "fr", "1er\u00a0novembre\u00a02026 à 12\u00a0h\u00a005"),
        ("2026-11-21T17:05:00Z", "fr", "21\u00a0novembre\u00a02026 à 12\u00a0h\u00a005"),
        ("2026-08-01T12:30:00Z", "fr", "1er\u00a0août\u00a02026 à 8\u00a0h\u00a030"),
        ("2026-11-01T17:05:00Z", "en", "November\u00a01, 2026 at 12:05\u00a0p.m."),
    ],
)
def test_moment_is_written_as_people_write_it(moment, language, written):
    assert written == letters.moment(moment, language)


def test_mask_of_an_erased_address_is_empty():
    assert ("", "j***@example.com") == (rules.mask(""), rules.mask("jpiette@example.com"))
