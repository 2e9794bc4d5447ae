"""Reads of claims, take-overs and the directory, for operators and for who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_companies, store_disputes
from services.accounts.rules import companies as rules
from services.accounts.rules import paging
from services.accounts.schemas import disputes as schemas

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool


async def list_claims(pool: Pool, page: schemas.ClaimPage) -> schemas.Claims:
    """Give claims, newest first."""
    rows = await store_disputes.list_claims(pool, page.state, page.after, page.size + 1)
    return schemas.Claims(claims=[_claim(row) for row in rows[: page.size]], next=_next(rows, page.size))


async def list_takeovers(pool: Pool, page: schemas.TakeoverPage, asker: UUID | None = None) -> schemas.Takeovers:
    """Give take-overs, newest first; of one person when he is named."""
    rows = await store_disputes.list_takeovers(pool, page.state, asker, page.after, page.size + 1)
    return schemas.Takeovers(takeovers=[_takeover(row) for row in rows[: page.size]], next=_next(rows, page.size))


async def list_directory(pool: Pool, search: schemas.DirectorySearch) -> schemas.Directory:
    """Give accounts to operators, by name."""
    words = rules.search_words(search.name) if search.name else None
    after = paging.read_place(search.after, "directory")
    if search.name and words is None:
        return schemas.Directory(accounts=[], next=None)
    rows = await store_companies.list_directory(pool, words, search.number, search.state, after, search.size + 1)
    last = rows[search.size - 1] if len(rows) > search.size else None
    place = paging.write_place("directory", last["sort_key"], last["id"]) if last else None
    return schemas.Directory(accounts=[_listed(row) for row in rows[: search.size]], next=place)


def _next(rows: list[Record], size: int) -> UUID | None:
    return rows[size - 1]["id"] if len(rows) > size else None


def _someone(person: UUID, row: Record) -> schemas.Someone:
    return schemas.Someone(id=person, name=f"{row['first_name']} {row['last_name']}".strip(), username=row["username"])


def _claim(row: Record) -> schemas.Claim:
    names = ("id", "legal_name", "number", "state", "claimed_at", "contested_at", "contest_reason")
    more = ("decided_at", "reason")
    facts = {name: row[name] for name in (*names, *more)}
    return schemas.Claim(**facts, account=row["account_id"], claimer=_someone(row["claimer"], row))


def _takeover(row: Record) -> schemas.Takeover:
    names = ("id", "legal_name", "ground", "state", "reason", "asked_at", "due_at", "objections", "decision_reason")
    facts = {name: row[name] for name in names}
    return schemas.Takeover(**facts, account=row["account_id"], asked_by=_someone(row["asked_by"], row))


def _listed(row: Record) -> schemas.Listed:
    names = ("id", "number", "kind", "legal_name", "operating_name", "phone", "email")
    state = schemas.AccountState.ORPHANED if row["orphaned_at"] else schemas.AccountState.ACTIVE
    return schemas.Listed(
        **{name: row[name] for name in names}, state=state if row["claimed_at"] else schemas.AccountState.UNCLAIMED
    )
