"""Reads of business accounts: one's own, and contact companies for clients (O6, O9, O16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.accounts import store_companies, store_members
from services.accounts.commands import speaking
from services.accounts.rules import companies as rules
from services.accounts.rules import members, paging
from services.accounts.schemas import companies as schemas
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool


async def list_mine(pool: Pool, person: UUID, page: schemas.Sorting) -> schemas.Accounts:
    """Give a person's accounts (O6), and note that he is there."""
    await store_members.touch_member(pool, person)
    after = paging.read_place(page.after, page.sort)
    rows = await store_companies.list_mine(pool, person, page.sort, after, page.size + 1)
    shown, last = rows[: page.size], rows[page.size - 1] if len(rows) > page.size else None
    place = paging.write_place(page.sort, last["sorted_by"], last["id"]) if last else None
    return schemas.Accounts(accounts=[schemas.Mine(**_mine(row)) for row in shown], next=place)


def _mine(row: Record) -> dict[str, Any]:
    names = ("id", "kind", "legal_name", "operating_name", "phone")
    return {
        **{name: row[name] for name in names},
        "rights": members.in_order(store_members.rights(row)),
        "contested": row["suspended"],
        "orphaned": row["orphaned_at"] is not None,
    }


async def find_account(source: Pool | Connection, account_id: UUID, person: UUID) -> schemas.Account:
    """Give an account to a member with a right; `right-missing`, `claim-contested`; strangers get `not-found`."""
    row = await store_companies.find_account(source, account_id, person)
    if row is None:
        raise common.NotFound
    member = members.Member(person, store_members.rights(row), row["suspended"], row["gone"])
    members.ensure_any_right(member)
    names = ("tarion_number", "email", "language", "successor", "version")
    return schemas.Account(
        **_mine(row),
        **{name: row[name] for name in names},
        address=speaking.address(row),
        listing=schemas.Listing(listed=row["listed"], shows=row["shows"]),
        references=row["refs"],
        since=row["created_at"],
    )


async def find_mine(pool: Pool, account_id: UUID, person: UUID) -> schemas.Mine:
    """Give one of a person's accounts as the list shows it."""
    row = await store_companies.find_account(pool, account_id, person)
    if row is None:
        raise common.NotFound
    return schemas.Mine(**_mine(row))


async def find_companies(pool: Pool, search: schemas.Search) -> schemas.Companies:
    """Find companies by beginnings of words of their names (O16)."""
    words, after = rules.search_words(search.name), paging.read_place(search.after, "company")
    rows = await store_companies.find_companies(pool, words, after, search.size + 1) if words else []
    last = rows[search.size - 1] if len(rows) > search.size else None
    place = paging.write_place("company", last["sort_key"], last["id"]) if last else None
    return schemas.Companies(companies=[company(row) for row in rows[: search.size]], next=place)


async def find_company(pool: Pool, account_id: UUID) -> schemas.Company:
    """Give one company; `not-found` for one that does not wish to be found."""
    row = await store_companies.find_company(pool, account_id)
    if row is None:
        raise common.NotFound
    return company(row)


def company(row: Record) -> schemas.Company:
    """Show of a company exactly what it chose to show (O16)."""
    chosen: dict[str, Any] = {name: row[name] for name in row["shows"] if name != "address"}
    if "address" in row["shows"]:
        chosen["address"] = speaking.address(row)
    return schemas.Company(id=row["id"], kind=row["kind"], legal_name=row["legal_name"], **chosen)
