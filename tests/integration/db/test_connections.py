"""What every connection of ours is set up with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db import pool

    Open = Callable[..., Awaitable[pool.Pool]]

ID = UUID("0199c2f1-7a51-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("application_name", "tests"),
        ("lock_timeout", "2s"),
        ("statement_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "15s"),
        ("timezone", "UTC"),
        ("jit", "off"),
        ("transaction_isolation", "read committed"),
    ],
)
async def test_connection_has_the_setting(open_pool: Open, setting: str, expected: str) -> None:
    assert expected == await (await open_pool()).fetchval(f"show {setting}")


@pytest.mark.parametrize("kind", ["json", "jsonb"])
@pytest.mark.parametrize("value", [{"name": "Édith", "list": [1, 2.5, None, True]}, [], "text", 5, False])
async def test_fetchval_of_json_gives_the_python_value_that_was_sent(open_pool: Open, kind: str, value: object) -> None:
    assert value == await (await open_pool()).fetchval(f"select $1::{kind}", value)


async def test_fetchval_of_json_written_by_sql_is_read(open_pool: Open) -> None:
    expected = {"a": [1]}
    assert expected == await (await open_pool()).fetchval("select jsonb_build_object('a', array[1])")


async def test_fetchval_of_json_null_and_sql_null_is_none(open_pool: Open) -> None:
    row = await (await open_pool()).fetchrow(
        "select 'null'::jsonb as json, null::jsonb as sql, $1::jsonb as sent", None
    )
    assert (None, None, None) == tuple(row or ())


@pytest.mark.parametrize("given", [ID, str(ID)], ids=["uuid", "text"])
async def test_fetchval_of_a_uuid_gives_the_standard_library_s(open_pool: Open, given: object) -> None:
    found = await (await open_pool()).fetchval("select $1::uuid", given)
    assert (UUID, ID) == (type(found), found)


async def test_fetchval_of_a_list_of_uuids_gives_the_standard_library_s(open_pool: Open) -> None:
    found = await (await open_pool()).fetchval("select $1::uuid[]", [ID, ID])
    assert [(UUID, ID)] * 2 == [(type(one), one) for one in found]


async def test_connect_gives_a_connection_with_the_same_set_up(open_pool: Open) -> None:
    connection = await (await open_pool()).connect()
    row = await connection.fetchrow("select current_setting('lock_timeout'), $1::jsonb, $2::uuid", {"a": 1}, ID)
    await connection.close()
    assert ("2s", {"a": 1}, ID) == tuple(row or ())
