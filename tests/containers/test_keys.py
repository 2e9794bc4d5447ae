"""Every key of sealing and signing is replaced, step by step, while people pay, join and are answered."""

from __future__ import annotations

from typing import Any

import pytest

from services.operations import keys
from tests.journeys.test_permits import FEE, NUMBERS, at_provider, company, ends, join, owed, submit
from tests.journeys.world import Somebody
from tests.support.composed import Composed
from tests.support.traffic import traffic

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(1800)]
HOLDERS = ("identity", "accounts", "delegation", "permits")
"""Who has them; permits has the payment provider in it."""


async def begin_to_pay(system: Composed, person: Somebody, account: str) -> dict[str, Any]:
    """Have a fee asked for, and begin its payment: the link is signed with the key of now."""
    made = await submit(person, account)
    operator = (await system.world.operator()).caller
    await operator.post(f"/permits/v1/review/applications/{made['id']}/fees", FEE)
    (fee,) = await owed(person)
    started: dict[str, Any] = await person.caller.post("/accounts/v1/payments", {"fees": [fee["id"]]}, expect=201)
    return started


async def enter_bank_details(person: Somebody, account: str) -> str:
    """Enter them with the password typed again; give the number as it is shown."""
    again = {"password": person.passphrase, "purpose": "bank-details"}
    proof = (await person.caller.post("/identity/v1/reauthentications", again, expect=201))["token"]
    path = f"/accounts/v1/accounts/{account}/bank-details"
    done = await person.caller.call("PUT", path, json=NUMBERS | {"proof": proof})
    return str(done.body["account_number"])


async def test_keys_are_added_used_and_dropped_and_what_older_ones_sealed_is_read(system: Composed) -> None:
    world, project = system.world, system.project
    vivian = await world.newcomer("Vivian", "Trainer")
    account = (await company(world, vivian))["id"]
    shown = await enter_bank_details(vivian, account)
    first = {ring: (project.secrets / f"{ring}.key").read_text().split()[0] for ring in keys.RINGS}
    async with traffic(
        f"{project.url}/delegation/v1/services", f"{project.url}/identity/.well-known/jwks.json"
    ) as seen:
        for change in (keys.add, keys.use, keys.drop):
            started = await begin_to_pay(system, vivian, account)
            if change is keys.drop:
                assert "PINs of accounts sealed again" in await project.operate("keys", "reseal")
            for ring in keys.RINGS:
                change(project.secrets, ring)
            await project.script("deploy/upgrade", *HOLDERS, seconds=900)
            await world.sign_in(vivian)
            await at_provider(world, started["redirect_url"], "pay")
            await ends(vivian, started["id"], "paid")
            await join(vivian, account, await world.newcomer("Jannee", "Training"))
            details = await vivian.caller.get(f"/accounts/v1/accounts/{account}/bank-details")
            assert details["account_number"] == shown
    assert seen.failed == {}
    assert not any(key in (project.secrets / f"{ring}.key").read_text() for ring, key in first.items())
