"""What a leaf is, exactly: version 1 (docs/register.md); no I/O.

The canonical JSON (RFC 8785) of an activity's facts. In the place of a name stands a commitment:
HMAC-SHA256 of the name under a key of this activity and role alone, derived from the person's.
Without the person's key nobody can tell whose name it was, nor try names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

import orjson

from shared.merkle import tree

if TYPE_CHECKING:
    from asyncpg import Record

    Row: TypeAlias = Mapping[str, Any] | Record

VERSION = 1
ROLES = ("by", "for")
WRITTEN = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def canonical(value: Any) -> bytes:
    """Write JSON the one way of RFC 8785, for what leaves hold: texts, whole numbers, booleans, null."""
    return orjson.dumps(value, option=WRITTEN)


def moment(value: datetime) -> str:
    """Write a time as leaves do: UTC, to the microsecond."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _moment(value: datetime) -> datetime | str:
    """Give what is written as `moment` does: orjson leaves out microseconds only where there are none."""
    return value if value.microsecond and value.tzinfo is UTC else moment(value)


INNER, OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))
BLOCK = 64
INNER_REST, OUTER_REST = bytes(BLOCK - 32).translate(INNER), bytes(BLOCK - 32).translate(OUTER)
KEYS_KEPT = 20_000
sha256 = hashlib.sha256


@lru_cache(KEYS_KEPT)
def _pads(key: bytes) -> tuple[bytes, bytes]:
    return key.translate(INNER) + INNER_REST, key.translate(OUTER) + OUTER_REST


def salt(key: bytes, activity: UUID | str, role: str) -> bytes:
    """Derive from a person's key the one that hides the name in one role of one activity.

    HMAC-SHA256 (RFC 2104) under a key of 32 bytes; `hmac.digest` takes twice as long for texts as short as these.
    """
    inner, outer = _pads(key)
    return sha256(outer + sha256(inner + f"{activity}/{role}".encode()).digest()).digest()


def commit(salted: bytes, name: str) -> bytes:
    """Commit to a name."""
    inner = sha256(salted.translate(INNER) + INNER_REST + name.encode()).digest()
    return sha256(salted.translate(OUTER) + OUTER_REST + inner).digest()


class Names(NamedTuple):
    """The commitments to both names of an activity; None where nobody is named."""

    by: bytes | None
    for_: bytes | None

    @classmethod
    def of(cls, row: Row, keys: Mapping[UUID, bytes]) -> Names:
        """Commit to the names of a row."""
        return cls(commitment(row, "by", keys), commitment(row, "for", keys))


def commitment(row: Row, role: str, keys: Mapping[UUID, bytes]) -> bytes | None:
    """Commit to the name in one role of a row."""
    name = row[f"performed_{role}_name"]
    subject = named(row, role)
    return None if name is None or subject is None else commit(salt(keys[subject], row["id"], role), name)


def named(row: Row, role: str) -> Any:
    """Give whose name stands in a role: the person, or the business account for which something was done; None."""
    subject = row[f"performed_{role}"]
    return subject or (row["account"] if role == "for" else None)


def facts(row: Row, names: Names) -> dict[str, Any]:
    """Give the content of a leaf about an activity."""
    return {
        "v": VERSION,
        "type": "activity",
        "seq": row["seq"],
        "id": row["id"],
        "application": row["application"],
        "key": row["key"],
        "kind": row["kind"],
        "file_number": row["file_number"],
        "performed_by": row["performed_by"],
        "performed_for": row["performed_for"],
        "account": row["account"],
        "personal": row["personal"],
        "occurred_at": _moment(row["occurred_at"]),
        "recorded_at": _moment(row["recorded_at"]),
        "correlation_id": row["correlation_id"],
        "by_name": names.by.hex() if names.by else None,
        "for_name": names.for_.hex() if names.for_ else None,
    }


def tombstone(row: Row) -> dict[str, Any]:
    """Give the content of a leaf about activities taken out; `leaves` are ranges, the end left out."""
    return {
        "v": VERSION,
        "type": "tombstone",
        "id": row["id"],
        "kind": row["kind"],
        "before": moment(row["before"]),
        "leaves": [[part.lower, part.upper] for part in row["leaves"]],
        "buried_at": moment(row["buried_at"]),
    }


def hashed(content: Mapping[str, Any]) -> bytes:
    """Give the hash of a leaf of this content."""
    return tree.leaf_hash(canonical(content))
