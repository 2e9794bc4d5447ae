"""Planted bugs of authority: `PLANTED=name,name python -m tests.authority.planted …` runs everything with them."""

from __future__ import annotations

import os

from examples.cadastre import api as cadastre
from examples.cadastre import store as files
from services import cli
from services.delegation import store as delegations
from shared.web import server


def anybodys_files() -> None:
    """Take a file for the caller's, whosesoever it is."""

    async def lock_file(connection, number, surveyor):
        return await files.find_file(connection, number) is not None

    files.lock_file = lock_file


def anybodys_delegations() -> None:
    """End a delegation for whoever names it."""

    async def remove(connection, delegation, delegator):
        owner = await connection.fetchval("select delegator_id from delegation where id = $1", delegation)
        return await connection.fetchrow(delegations.SQL["update_delegation_removed"], delegation, owner)

    delegations.update_delegation_removed = remove


def everybody_permitted() -> None:
    """Ask for no permission."""
    server._ensure_permitted = lambda principal, route: None


def refusals_leave_traces() -> None:
    """Write before it is known whether the caller may."""
    ensure = cadastre._ensure

    async def trace(call, act):
        await call.deps.pool.execute("create table if not exists trace (at timestamptz)")
        await call.deps.pool.execute("insert into trace values (now())")
        await ensure(call, act)

    cadastre._ensure = trace


BUGS = {bug.__name__: bug for bug in (anybodys_files, anybodys_delegations, everybody_permitted, refusals_leave_traces)}

if __name__ == "__main__":
    for name in os.environ["PLANTED"].split(","):
        BUGS[name]()
    cli.main()
