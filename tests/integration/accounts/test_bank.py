"""Bank details: validated, sealed, masked, and changed only by a manager who just typed his password again."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID, uuid4

import pytest

from services.accounts.commands import bank
from shared.crypto import keyring
from tests.integration.accounts import firms
from tests.support import web

NUMBERS = {
    "institution": "815",
    "transit": "30-123",
    "account_number": "0012 345 678",
    "holder": "LMS  Architects inc.",
}
CHANGED, REMOVED = "accounts.bank-details.changed.v1", "accounts.bank-details.removed.v1"


class Session:
    """A manager in one session, and what proves that he typed his password again in it."""

    def __init__(self, world, person, account) -> None:
        self.world, self.person, self.sid = world, person, str(uuid4())
        self.path = f"/v1/accounts/{account}/bank-details"
        self.api = web.Api(world.base, world.issuer.person(person, sid=self.sid))

    def proof(self, *, typ="reauth+jwt", **changes) -> str:
        claims = {"sub": str(self.person), "sid": self.sid, "purpose": "bank-details"} | changes
        return self.world.issuer.sign(claims, typ=typ)

    async def put(self, **changes) -> web.Reply:
        return await self.api.put(self.path, NUMBERS | {"proof": self.proof()} | changes)

    async def show(self) -> web.Reply:
        return await self.api.get(self.path)


@pytest.fixture
async def vivian(world):
    person = await world.person()
    account = await firms.register(world, person)
    return Session(world, person, account["id"])


@pytest.mark.item("O10")
async def test_bank_details_are_kept_sealed_and_shown_masked(world, vivian):
    reply = await vivian.put()
    shown = {"institution": "815", "transit": "•••23", "account_number": "•••••••678", "holder": "LMS Architects inc."}
    assert (200, shown) == (reply.status, {name: reply.json[name] for name in shown})
    assert reply.json == (await vivian.show()).json
    row = await world.pool.fetchrow("select * from bank_detail")
    assert not any(
        one in str(dict(row)) + row["sealed"].decode("latin1") for one in ("0012345678", "30123", "LMS Arch")
    )
    (event,) = await world.said(CHANGED)
    assert ([str(vivian.person)], str(vivian.person)) == (event.data["managers"], event.data["changed_by"]["id"])
    told = str([one.data for one in await world.said()])
    assert not any(number in told for number in ("815", "30123", "0012345678", "678"))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("institution", "81", "institution"),
        ("institution", "8155", "institution"),
        ("institution", "000", "institution"),
        ("transit", "3012", "transit"),
        ("transit", "3O123", "transit"),
        ("account_number", "123456", "bank_account"),
        ("account_number", "1234567890123", "bank_account"),
        ("account_number", "0000000", "bank_account"),
        ("holder", " ", "line_of_text"),
        ("holder", "LMS\u202e", "line_of_text"),
        ("currency", "CAD", "extra_forbidden"),
    ],
)
async def test_bank_details_that_cannot_be_are_refused_and_never_repeated(world, vivian, field, value, code):
    reply = await vivian.put(**{field: value})
    assert (422, [(f"/{field}", code)]) == (
        reply.status,
        [(one["pointer"], one["code"]) for one in reply.json["errors"]],
    )
    assert len(value.strip()) < 3 or value not in reply.text
    assert 0 == await world.pool.fetchval("select count(*) from bank_detail")


@pytest.mark.parametrize(
    "change",
    [
        {"sid": str(uuid4())},
        {"sub": str(uuid4())},
        {"purpose": "everything"},
        {"typ": "at+jwt"},
        {"exp": int(time.time()) + 3600},
        {"exp": int(time.time()) - 1},
        {"jti": "x"},
        {"iss": "http://mandat.example.com/delegation", "act": {"sub": str(uuid4())}},
    ],
    ids=["other session", "other person", "other purpose", "access token", "too long", "over", "no id", "delegation"],
)
async def test_proof_that_is_not_just_this_one_changes_nothing(world, vivian, change):
    reply = await vivian.put(proof=vivian.proof(**change))
    assert (403, "reauthentication-required") == (reply.status, reply.slug)
    assert 0 == await world.pool.fetchval("select count(*) from bank_detail")


async def test_proof_is_used_once_even_by_many_at_once(world, vivian):
    proof = vivian.proof()
    replies = await asyncio.gather(*(vivian.put(proof=proof) for _ in range(6)))
    assert [200, *[403] * 5] == sorted(one.status for one in replies)
    assert 1 == len(await world.said(CHANGED))


async def test_proof_is_not_used_up_by_what_was_refused(world, vivian):
    proof = vivian.proof()
    assert 422 == (await vivian.put(proof=proof, transit="1")).status
    assert 200 == (await vivian.put(proof=proof)).status


@pytest.mark.item("O13", "O14")
async def test_bank_details_are_changed_by_managers_seen_by_who_pays_and_by_nobody_else(world):
    account, manager, people = await firms.staffed(world, 3)
    jannee, madiee, _ = people
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    await firms.rights(world, manager, account["id"], madiee, grant=["submit", "inspect", "upload", "templates"])
    assert 200 == (await Session(world, manager, account["id"]).put()).status
    sessions = [Session(world, one, account["id"]) for one in (*people, await world.person())]
    assert ["manager-required"] * 3 + ["not-found"] == [(await one.put()).slug for one in sessions]
    removals = [await one.api.post(f"{one.path}/removal", {"proof": one.proof()}) for one in sessions]
    assert ["manager-required"] * 3 + ["not-found"] == [one.slug for one in removals]
    shown = [await one.show() for one in sessions]
    assert [None, "right-missing", "right-missing", "not-found"] == [one.slug for one in shown]


async def test_removal_needs_a_proof_and_tells_the_managers(world, vivian):
    await vivian.put()
    path = f"{vivian.path}/removal"
    assert "reauthentication-required" == (await vivian.api.post(path, {"proof": "x"})).slug
    assert 204 == (await vivian.api.post(path, {"proof": vivian.proof()})).status
    assert (404, 404) == (
        (await vivian.show()).status,
        (await vivian.api.post(path, {"proof": vivian.proof()})).status,
    )
    assert 1 == len(await world.said(REMOVED))


async def test_sealed_details_are_of_no_use_under_another_account(world, vivian, tmp_path):
    await vivian.put()
    ring = keyring.Keyring.load(tmp_path / "secrets", "bank")
    row = await world.pool.fetchrow("select * from bank_detail")
    assert "0012345678" == bank.unseal(ring, row["account_id"], row["sealed"])["account_number"]
    with pytest.raises(keyring.Unreadable):
        bank.unseal(ring, UUID(int=1), row["sealed"])


async def test_key_is_replaced_while_both_are_accepted_and_the_old_one_can_then_go(world, vivian, tmp_path):
    await vivian.put()
    path = tmp_path / "secrets/bank.key"
    old = path.read_text()
    keyring.ensure(tmp_path / "new", "bank")
    new = (tmp_path / "new/bank.key").read_text()
    path.chmod(0o600)
    path.write_text(new + old)
    both = keyring.Keyring.load(tmp_path / "secrets", "bank")
    row = await world.pool.fetchrow("select * from bank_detail")
    assert "0012345678" == bank.unseal(both, row["account_id"], row["sealed"])["account_number"]
    assert (1, 0) == (await bank.reseal(world.pool, both), await bank.reseal(world.pool, both))
    alone = keyring.Keyring.load(tmp_path / "new", "bank")
    row = await world.pool.fetchrow("select * from bank_detail")
    assert "0012345678" == bank.unseal(alone, row["account_id"], row["sealed"])["account_number"]
