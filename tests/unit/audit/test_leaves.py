"""The leaf of version 1: written once and for ever, and as anybody else would write it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.seal import leaves

PERSON, OTHER = UUID(int=1), UUID(int=2)
KEYS = {PERSON: bytes(range(32)), OTHER: bytes(range(32, 64))}
ROW = {
    "seq": 7,
    "id": UUID(int=9),
    "application": "cadastre",
    "key": "a-1",
    "kind": "lot.reserved",
    "file_number": "1096429",
    "performed_by": OTHER,
    "performed_by_name": "Édith Descartes",
    "performed_for": PERSON,
    "performed_for_name": "Jean Piette",
    "account": None,
    "personal": True,
    "occurred_at": datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
    "recorded_at": datetime(2026, 11, 26, 9, 0, 0, 123456, tzinfo=UTC),
    "correlation_id": "c-1",
}
MOMENTS = ("occurred_at", "recorded_at")
CONTENT = (
    '{"account":null,"application":"cadastre","by_name":"%s","correlation_id":"c-1","file_number":"1096429",'
    '"for_name":"%s","id":"00000000-0000-0000-0000-000000000009","key":"a-1","kind":"lot.reserved",'
    '"occurred_at":"2026-11-26T09:00:00.000000Z","performed_by":"00000000-0000-0000-0000-000000000002",'
    '"performed_for":"00000000-0000-0000-0000-000000000001","personal":true,'
    '"recorded_at":"2026-11-26T09:00:00.123456Z","seq":7,"type":"activity","v":1}'
)


def commitment(key: bytes, role: str, name: str) -> str:
    """As docs/register.md says it, step by step."""
    salt = hmac.new(key, f"{ROW['id']}/{role}".encode(), hashlib.sha256).digest()
    return hmac.new(salt, name.encode(), hashlib.sha256).hexdigest()


def test_leaf_is_what_the_page_about_the_register_says() -> None:
    by, for_ = commitment(KEYS[OTHER], "by", "Édith Descartes"), commitment(KEYS[PERSON], "for", "Jean Piette")
    content = leaves.facts(ROW, leaves.Names.of(ROW, KEYS))
    written = (CONTENT % (by, for_)).encode()
    assert written == leaves.canonical(content)
    assert hashlib.sha256(b"\x00" + written).digest() == leaves.hashed(content)


def test_leaf_of_version_one_has_the_hash_it_has_always_had() -> None:
    """Changing this value changes every register there is: make a version 2 instead."""
    expected = "6ba9f1710f446b505dd037c747b67f444fea4454b35ee0f5acf35f3ec2fc04b2"
    assert expected == leaves.hashed(leaves.facts(ROW, leaves.Names.of(ROW, KEYS))).hex()


@pytest.mark.parametrize("fact", sorted(ROW.keys() & leaves.facts(ROW, leaves.Names(None, None)).keys()))
def test_every_fact_changes_the_leaf(fact: str) -> None:
    other = ROW | {fact: None if fact not in MOMENTS else ROW[fact] + timedelta(microseconds=1)}
    if fact == "account":
        other[fact] = OTHER
    names = leaves.Names.of(ROW, KEYS)
    assert leaves.hashed(leaves.facts(ROW, names)) != leaves.hashed(leaves.facts(other, names))


def test_same_name_in_two_activities_has_two_commitments() -> None:
    """So that nobody tells from the log which rows are of one person."""
    other = ROW | {"id": UUID(int=10)}
    assert leaves.Names.of(ROW, KEYS).by != leaves.Names.of(other, KEYS).by
    assert leaves.Names(None, None) == leaves.Names.of(
        ROW | {"performed_by_name": None, "performed_for_name": None}, {}
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=126)), one, max_size=4),
)


@given(json_values)
def test_canonical_json_is_that_of_the_standard_library_sorted(value) -> None:
    """RFC 8785 for texts, whole numbers, booleans and null, with ASCII names."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert plain == leaves.canonical(value)


def test_moment_is_written_in_utc_to_the_microsecond() -> None:
    there = datetime(2026, 11, 26, 4, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert "2026-11-26T09:00:00.000000Z" == leaves.moment(there)


zones = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(timezones=zones | st.just(UTC)).filter(lambda at: 1 < at.year < 9999)


@given(moments | moments.map(lambda at: at.replace(microsecond=0)))
def test_moment_in_a_leaf_is_written_as_any_other(at: datetime) -> None:
    content = leaves.facts(ROW | {"occurred_at": at}, leaves.Names(None, None))
    assert leaves.canonical(content | {"occurred_at": leaves.moment(at)}) == leaves.canonical(content)


@given(st.binary(min_size=32, max_size=32), st.text(st.characters(exclude_categories=["Cs"])))
def test_commitment_is_an_hmac_under_the_salt(salt: bytes, name: str) -> None:
    assert hmac.digest(salt, name.encode(), "sha256") == leaves.commit(salt, name)
    assert hmac.digest(salt, b"a/by", "sha256") == leaves.salt(salt, "a", "by")
