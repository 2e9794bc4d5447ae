"""Named queries: the format, and every way of breaking it."""

from __future__ import annotations

import pytest

from shared.db import queries

FILE = """-- What the file holds.

-- name: find_delegate
-- Find a delegate of a delegator,
-- active or removed.
select id
from delegation -- the table
where id = $1

-- name: count_delegates
-- Count the active ones.
select count(*) from delegation
"""


def test_parse_a_file_of_two_queries_gives_their_sql() -> None:
    parsed = queries.parse(FILE, source="here")
    assert {
        "find_delegate": "select id\nfrom delegation -- the table\nwhere id = $1",
        "count_delegates": "select count(*) from delegation",
    } == dict(parsed)


def test_parse_keeps_the_order_of_the_file() -> None:
    assert ["find_delegate", "count_delegates"] == queries.parse(FILE, source="here").names


def test_intent_over_several_lines_is_one_sentence() -> None:
    expected = "Find a delegate of a delegator, active or removed."
    assert expected == queries.parse(FILE, source="here").intent("find_delegate")


def test_getitem_with_an_unknown_name_says_which_file_lacks_it() -> None:
    with pytest.raises(KeyError, match="here has no query find_nobody"):
        queries.parse(FILE, source="here")["find_nobody"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- name: a\nselect 1", "here: a does not say what it is for"),
        ("-- name: a\n--\nselect 1", "here: a does not say what it is for"),
        ("-- name: a\n-- Nothing follows.\n", "here: a has no SQL"),
        ("-- name: a\n-- One.\nselect 1\n-- name: a\n-- Again.\nselect 2", "here: two queries are named a"),
        ("-- name: Find-It\n-- One.\nselect 1", "'Find-It' is no name for a query"),
        ("-- name:\n-- One.\nselect 1", "'' is no name for a query"),
        ("select 0;\n-- name: a\n-- One.\nselect 1", "here: SQL stands before the first name: select 0;"),
    ],
)
def test_parse_a_file_that_breaks_the_format_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(queries.QueryFileError, match=complaint):
        queries.parse(text, source="here")


def test_load_reads_the_file_of_a_package() -> None:
    assert "insert_applied_migration" in queries.load("shared.db")


def test_load_from_a_package_without_the_file_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        queries.load("shared.db", "sql/nowhere.sql")
