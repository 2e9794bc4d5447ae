"""A claim of an imported account is contested by a contact, and decided by an operator (O7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.accounts import pins, store_companies, store_disputes, store_members
from services.accounts.commands import companies, speaking
from services.accounts.rules import links
from shared.contracts.events import companies as events
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection


async def contest(connection: Connection, token: str, reason: str) -> None:
    """Contest a claim with the link of an e-mail: the claimer may do nothing until an operator decides.

    `link-not-valid` for a link that was used, is old or none at all, and once an operator has decided.
    """
    link = await hold_link(connection, token)
    claim = link["claim_id"] and await store_disputes.find_claim(connection, link["claim_id"])
    if not claim or claim["state"] not in ("standing", "contested"):
        raise problems.LinkNotValid
    if await store_disputes.update_contested(connection, claim["id"], reason):
        await store_members.update_suspended(connection, claim["account_id"], claim["claimer"], suspended=True)
        wanted = {"operators": await store_members.list_operators(connection)}
        facts = await _facts(connection, claim) | wanted
        await speaking.say(connection, claim["account_id"], (events.ClaimContested, facts))


async def hold_link(connection: Connection, token: str) -> Record:
    """Hold the account that a link is about, and use the link up; `link-not-valid`."""
    digest = links.digest(token)
    found = await store_disputes.find_link(connection, digest)
    if found is None:
        raise problems.LinkNotValid
    await store_companies.lock_account(connection, found["account_id"])
    used = await store_disputes.use_link(connection, digest)
    if used is None:
        raise problems.LinkNotValid
    return used


async def dismiss(connection: Connection, claim_id: UUID, operator: UUID, reason: str) -> None:
    """Find the claim right: the claimer has his rights back; `claim-not-contested`."""
    claim = await _decide(connection, claim_id, operator, "dismissed", reason)
    await store_members.update_suspended(connection, claim["account_id"], claim["claimer"], suspended=False)
    facts = await _facts(connection, claim) | {"reason": reason}
    await speaking.say(connection, claim["account_id"], (events.ContestDismissed, facts))


async def uphold(connection: Connection, secrets: pins.Secrets, claim_id: UUID, operator: UUID, reason: str) -> None:
    """Find the contest right: the account is as before the claim, with another PIN; `claim-not-contested`.

    Whoever became a member since did so by the claimer: nobody is one any more.
    """
    claim = await _decide(connection, claim_id, operator, "upheld", reason)
    account_id = claim["account_id"]
    members = [one.id for one in await store_members.list_people(connection, account_id)]
    named = await store_members.find_people(connection, members)
    await store_companies.clear_claimed(connection, account_id)
    await store_members.delete_members(connection, account_id, members)
    pin, _ = await companies.renew_pin(connection, secrets, account_id)
    removed = [
        (events.MemberRemoved, {"member": named[one], "rights": ()}) for one in members if one != claim["claimer"]
    ]
    facts = await _facts(connection, claim) | {"reason": reason, "sealed": secrets.seal(pin)}
    await speaking.say(connection, account_id, *removed, (events.ContestUpheld, facts))


async def _decide(connection: Connection, claim_id: UUID, operator: UUID, state: str, reason: str) -> Record:
    """Hold the account of a contested claim, and note the decision; nobody decides on his own claim."""
    claim = await store_disputes.find_claim(connection, claim_id)
    if claim is None:
        raise common.NotFound
    await store_companies.lock_account(connection, claim["account_id"])
    if operator == claim["claimer"]:
        raise common.NotPermitted
    decided = await store_disputes.update_claim_decided(connection, claim_id, state, operator, reason)
    if decided is None:
        raise problems.ClaimNotContested
    return decided


async def _facts(connection: Connection, claim: Record) -> dict[str, Any]:
    return {"claim": claim["id"], "claimer": await speaking.person(connection, claim["claimer"])}
