"""Planted bugs of authority and identity; `PLANTED=name,name python -m tests.authority.planted` runs with them."""

from __future__ import annotations

import os
import types

from aiohttp import web

from examples.cadastre import api as cadastre
from examples.cadastre import store as files
from services import cli
from services.delegation import queries as decisions
from services.delegation import store as delegations
from services.identity import hashing, limits, rules, store
from services.identity import store_sessions as sessions
from services.identity.commands import registration
from shared.contracts import permissions
from shared.contracts.problems import identity as problems
from shared.web import answering, binding


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
    permissions.holds = lambda kind, permission: True


def looks_write() -> None:
    """Let whoever only looks write."""
    answering._may_write = lambda kind, route: True


def refusals_leave_traces() -> None:
    """Write before it is known whether the caller may."""
    ensure = cadastre._ensure

    async def trace(call, act):
        await call.deps.pool.execute("create table if not exists trace (at timestamptz)")
        await call.deps.pool.execute("insert into trace values (now())")
        await ensure(call, act)

    cadastre._ensure = trace


def surprising_answers() -> None:
    """Answer a status that no document has."""
    respond = binding.response

    def surprise(route, result):
        return web.Response(status=418) if route.path == "/v1/kinds" else respond(route, result)

    binding.response = surprise


def everything_allowed() -> None:
    """Decide yes, whatever is asked."""

    async def decide(*question):
        return types.SimpleNamespace(json=b'{"decision":true,"context":{}}')

    decisions.decide = decide


def strangers_cost_nothing() -> None:
    """Hash no password for somebody who does not exist."""
    verify = hashing.Hasher.verify

    async def hasty(self, hashed, password):
        return hashed is not None and await verify(self, hashed, password)

    hashing.Hasher.verify = hasty


def addresses_told() -> None:
    """Say at once that an address has an account."""
    register = registration.register

    async def frank(deps, new, address):
        if await store.find_person(deps.pool, rules.key(new.email)):
            raise problems.UsernameTaken
        await register(deps, new, address)

    registration.register = frank


def guesses_free() -> None:
    """Charge nothing for an attempt at a password."""

    async def charge(self):
        return None

    limits.Guessing.charge = limits.Guessing.failed = charge


def read_then_write() -> None:
    """Rotate a refresh token in two steps, and give nobody the same successor twice."""

    async def rotate(pool, digest, following, sealed, lifetime):
        found = await pool.fetchrow("select session_id, used_at from refresh where digest = $1", digest)
        if found is None or found["used_at"] is not None:
            return None
        await pool.execute("update refresh set used_at = now() where digest = $1", digest)
        async with pool.transaction() as connection:
            await sessions.insert_refresh(connection, following, found["session_id"], lifetime)
        return found["session_id"]

    sessions.rotate_refresh = rotate


def links_for_ever() -> None:
    """Take a recovery link however often and late it comes."""

    async def use(connection, digest, purpose):
        return await connection.fetchrow("select person_id, email, email_key from link where digest = $1", digest)

    async def find(source, digest, purpose):
        row = await source.fetchrow("select person_id, email, email_key from link where digest = $1", digest)
        return store.Link(row["person_id"], row["email"], live=True, used=False) if row else None

    async def keep(connection, person_id, purpose):
        return None

    store.use_link, store.find_link, store.delete_links = use, find, keep


def spellings_apart() -> None:
    """Take two spellings of one name for two names."""
    rules.key = lambda text: text


AUTHORITY = (
    anybodys_files,
    anybodys_delegations,
    everybody_permitted,
    looks_write,
    refusals_leave_traces,
    surprising_answers,
    everything_allowed,
)
IDENTITY = (strangers_cost_nothing, addresses_told, guesses_free, read_then_write, links_for_ever, spellings_apart)
BUGS = {bug.__name__: bug for bug in (*AUTHORITY, *IDENTITY)}

if __name__ == "__main__":
    for name in os.environ["PLANTED"].split(","):
        BUGS[name]()
    cli.main()
