"""Contested claims, successors and take-overs: what a company is protected by (O7, O14)."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from shared import ids
from shared.contracts.events import identity
from shared.contracts.secrets import LinkSecret
from tests.integration.accounts import firms
from tests.integration.accounts.firms import EVERYTHING, LMS_CORP
from tests.integration.accounts.test_joining import imported_pin
from tests.support import web

AGE = "update member set seen_at = seen_at - make_interval(days => 1000) where person_id = $1"
PASS = "update takeover set due_at = clock_timestamp()"
WHY = {"reason": "Selon le registre des entreprises"}


async def claimed(world) -> tuple[UUID, str]:
    """Let somebody claim LMS Corp."""
    await world.send(firms.roster(LMS_CORP))
    madiee = await world.person()
    reply = await firms.join(world, madiee, await imported_pin(world))
    return madiee, reply.json["account"]["id"]


async def links(world, kind: str) -> list[str]:
    """Read the links of the newest announcements, as notifications does."""
    said = await world.said(f"accounts.{kind}.announced.v1")
    return [world.opener.open(one.data["sealed"], LinkSecret).token for one in said]


def anonymous(world) -> web.Api:
    return web.Api(world.base)


async def contested(world) -> tuple[UUID, str, str]:
    """Let a contact contest the claim; give claimer, account, claim."""
    madiee, account = await claimed(world)
    token = (await links(world, "claim"))[0]
    reply = await anonymous(world).post("/v1/contests", {"token": token, "reason": "Ce n’est pas nous"})
    assert reply.status == 204, reply
    (claim,) = (await world.as_operator().get("/v1/claims?state=contested")).json["claims"]
    return madiee, account, claim["id"]


@pytest.mark.item("O7")
async def test_contest_suspends_the_claimer_in_everything_but_the_list_of_his_accounts(world):
    madiee, account, _ = await contested(world)
    for method, rest in (
        ("GET", ""),
        ("GET", "/pin"),
        ("POST", "/pin"),
        ("GET", "/members"),
        ("DELETE", "/members/me"),
    ):
        reply = await world.as_(madiee).call(method, f"/v1/accounts/{account}{rest}")
        assert (403, "claim-contested") == (reply.status, reply.slug), (method, rest)
    (mine,) = (await world.as_(madiee).get("/v1/accounts")).json["accounts"]
    assert mine["contested"]
    decision = await firms.decide(world, madiee, account, "pay")
    assert (False, "claim-contested") == (decision["decision"], decision["context"]["slug"])


async def test_contest_link_works_once_and_a_second_contact_changes_nothing_more(world):
    await contested(world)
    first, second = await links(world, "claim")
    assert (await anonymous(world).post("/v1/contests", {"token": first})).slug == "link-not-valid"
    assert (await anonymous(world).post("/v1/contests", {"token": second})).status == 204
    assert len(await world.said("accounts.claim.contested.v1")) == 1


@pytest.mark.parametrize("where", ["contests", "objections"])
async def test_link_that_never_was_or_is_old_or_of_the_other_kind_is_not_valid(world, where):
    await claimed(world)
    token = (await links(world, "claim"))[0]
    if where == "contests":
        await world.pool.execute("update account_link set until = clock_timestamp() - interval '1 second'")
    for one in ("T" * 43, token):
        reply = await anonymous(world).post(f"/v1/{where}", {"token": one})
        assert (422, "link-not-valid") == (reply.status, reply.slug)
        assert one not in reply.text


@pytest.mark.item("O7")
async def test_contest_dismissed_gives_the_claimer_his_rights_back_and_cannot_be_contested_again(world):
    madiee, account, claim = await contested(world)
    path = f"/v1/claims/{claim}/decision"
    assert (await world.as_operator().post(path, {"decision": "dismiss", **WHY})).status == 204
    assert (await world.as_(madiee).get(f"/v1/accounts/{account}")).json["rights"] == EVERYTHING
    assert (await world.as_operator().post(path, {"decision": "uphold", **WHY})).slug == "claim-not-contested"
    assert (await anonymous(world).post("/v1/contests", {"token": (await links(world, "claim"))[1]})).status == 422
    (event,) = await world.said("accounts.contest.dismissed.v1")
    assert ([str(madiee)], WHY["reason"]) == (event.data["managers"], event.data["reason"])


@pytest.mark.item("O7")
async def test_contest_upheld_makes_the_account_as_before_with_another_pin(world):
    madiee, account, claim = await contested(world)
    former = await imported_pin(world)
    accomplice = await world.person()
    await firms.join(world, accomplice, former)
    path = f"/v1/claims/{claim}/decision"
    assert (await world.as_operator().post(path, {"decision": "uphold", **WHY})).status == 204
    for person in (madiee, accomplice):
        assert (await world.as_(person).get("/v1/accounts")).json["accounts"] == []
    assert (await firms.join(world, await world.person(), former)).slug == "account-pin-not-accepted"
    vivian = await world.person()
    assert (await firms.join(world, vivian, await imported_pin(world))).json["role"] == "manager"
    assert (await world.as_(vivian).get(f"/v1/accounts/{account}")).json["references"] == ["A23-000123", "A24-000456"]


async def test_operator_decides_on_no_claim_of_his_own(world):
    madiee, _, claim = await contested(world)
    himself = web.Api(world.base, world.issuer.operator(madiee))
    reply = await himself.post(f"/v1/claims/{claim}/decision", {"decision": "dismiss", **WHY})
    assert (403, "not-permitted") == (reply.status, reply.slug)


@pytest.mark.item("O14")
async def test_manager_whose_identifier_ended_is_no_member_any_more_where_another_manages(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await firms.rights(world, vivian, account["id"], jannee, grant=["manage"])
    await world.says_identity(vivian, identity.UserRemoved, 2, verified=False)
    page = await firms.members(world, jannee, account["id"])
    assert [(str(jannee), False)] == [(one["id"], one["gone"]) for one in page["members"]]
    assert (await world.as_(vivian).get(f"/v1/accounts/{account['id']}")).slug == "not-found"


@pytest.mark.item("O14")
async def test_successor_becomes_manager_when_the_last_one_is_gone(world):
    account, vivian, (jannee, madiee) = await firms.staffed(world, 2)
    path = f"/v1/accounts/{account['id']}/successor"
    stranger = await world.person()
    assert (await world.as_(vivian).put(path, {"member": str(stranger)})).slug == "members-unknown"
    assert (await world.as_(vivian).put(path, {"member": str(jannee)})).json["successor"] == str(jannee)
    await world.says_identity(vivian, identity.UserRemoved, 2, verified=False)
    rights = {one["id"]: one["rights"] for one in (await firms.members(world, jannee, account["id"]))["members"]}
    assert {str(jannee): EVERYTHING, str(madiee): []} == rights
    (event,) = await world.said("accounts.successor.promoted.v1")
    assert [str(jannee)] == event.data["managers"]


async def test_successor_who_leaves_is_named_no_more(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await world.as_(vivian).put(f"/v1/accounts/{account['id']}/successor", {"member": str(jannee)})
    await firms.leave(world, jannee, account["id"])
    assert (await world.as_(vivian).get(f"/v1/accounts/{account['id']}")).json["successor"] is None


async def orphaned(world) -> tuple[str, UUID, str]:
    """Let the last manager be gone; give account, member, PIN."""
    account, vivian, (jannee,) = await firms.staffed(world)
    pin = await firms.pin_of(world, vivian, account["id"])
    await world.says_identity(vivian, identity.UserRemoved, 2, verified=False)
    return account["id"], jannee, pin


@pytest.mark.item("O14")
async def test_last_manager_whose_identifier_ended_can_do_nothing_with_a_token_that_still_lives(world):
    account, vivian, _ = await firms.staffed(world)
    await world.says_identity(vivian, identity.UserRemoved, 2, verified=False)
    for method, rest in (("GET", ""), ("GET", "/pin"), ("DELETE", "/members/me"), ("GET", "/members")):
        reply = await world.as_(vivian).call(method, f"/v1/accounts/{account['id']}{rest}")
        assert (404, "not-found") == (reply.status, reply.slug), (method, rest)
    assert (await ask(world, vivian, account["id"])).slug == "not-found"
    assert (await firms.decide(world, vivian, account["id"], "pay"))["decision"] is False


async def ask(world, person: UUID, account: str) -> web.Reply:
    return await world.as_(person).post(f"/v1/accounts/{account}/takeovers", WHY)


async def decide(world, operator: UUID, takeover: str, step: str, decision: str) -> web.Reply:
    caller = web.Api(world.base, world.issuer.operator(operator))
    return await caller.post(f"/v1/takeovers/{takeover}/{step}", {"decision": decision, **WHY})


@pytest.mark.item("O14")
async def test_take_over_takes_time_two_operators_and_makes_a_manager(world):
    account, jannee, _ = await orphaned(world)
    assert len(await world.said("accounts.account.orphaned.v1")) == 1
    asked = await ask(world, jannee, account)
    assert asked.status == 201, asked
    odile, omer, takeover = await world.person(), await world.person(), asked.json["id"]
    early = await decide(world, odile, takeover, "decision", "approve")
    assert (409, "takeover-not-due") == (early.status, early.slug)
    await world.pool.execute(PASS)
    assert (await decide(world, omer, takeover, "confirmation", "confirm")).slug == "takeover-ended"
    assert (await decide(world, odile, takeover, "decision", "approve")).status == 204
    assert (await decide(world, odile, takeover, "confirmation", "confirm")).slug == "second-person-required"
    assert (await decide(world, jannee, takeover, "confirmation", "confirm")).slug == "second-person-required"
    assert (await decide(world, omer, takeover, "confirmation", "confirm")).status == 204
    page = await firms.members(world, jannee, account)
    assert [(str(jannee), EVERYTHING)] == [(one["id"], one["rights"]) for one in page["members"]]
    steps = [one.type.split(".")[2] for one in await world.said() if one.type.startswith("accounts.takeover.")]
    assert ["requested", "announced", "approved", "completed"] == steps
    (listed,) = (await world.as_(jannee).get("/v1/takeovers/mine")).json["takeovers"]
    assert ("completed", "gone") == (listed["state"], listed["ground"])


async def test_take_over_is_told_to_every_contact_and_an_objection_asks_for_another_approval(world):
    account, jannee, _ = await orphaned(world)
    takeover = (await ask(world, jannee, account)).json["id"]
    await world.pool.execute(PASS)
    odile, omer = await world.person(), await world.person()
    await decide(world, odile, takeover, "decision", "approve")
    (token,) = await links(world, "takeover")
    await world.pool.execute("update account_link set until = until + interval '1 day'")
    assert (await anonymous(world).post("/v1/objections", {"token": token, "reason": "Non"})).status == 204
    assert (await decide(world, omer, takeover, "confirmation", "confirm")).slug == "takeover-ended"
    (listed,) = (await world.as_operator().get("/v1/takeovers?state=objected")).json["takeovers"]
    assert (1, takeover) == (listed["objections"], listed["id"])
    assert (await decide(world, omer, takeover, "decision", "refuse")).status == 204
    assert (await anonymous(world).post("/v1/objections", {"token": token})).slug == "link-not-valid"


async def test_take_over_of_an_account_with_a_manager_is_not_possible(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    assert (await ask(world, jannee, account["id"])).slug == "takeover-not-possible"
    assert (await ask(world, vivian, account["id"])).slug == "takeover-not-possible"
    assert (await ask(world, await world.person(), account["id"])).slug == "not-found"
    reply = await world.as_(await world.person()).post(
        "/v1/takeovers", {"pin": await firms.pin_of(world, vivian, account["id"]), **WHY}
    )
    assert reply.slug == "takeover-not-possible"


async def test_take_over_from_a_silent_manager_ends_when_he_is_seen_again(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await world.pool.execute(AGE, vivian)
    takeover = (await ask(world, jannee, account["id"])).json["id"]
    await world.pool.execute(PASS)
    odile, omer = await world.person(), await world.person()
    assert (await decide(world, odile, takeover, "decision", "approve")).status == 204
    await world.as_(vivian).get("/v1/accounts")
    assert (await decide(world, omer, takeover, "confirmation", "confirm")).slug == "takeover-not-possible"
    assert EVERYTHING == (await world.as_(vivian).get(f"/v1/accounts/{account['id']}")).json["rights"]


async def test_manager_who_changed_his_password_is_not_silent(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await world.pool.execute(AGE, vivian)
    changed = {"changed_at": "2026-11-24T12:00:00Z", "by_recovery": False}
    await world.says_identity(vivian, identity.PasswordChanged, 2, **changed)
    assert (await ask(world, jannee, account["id"])).slug == "takeover-not-possible"


async def test_take_over_from_a_silent_manager_leaves_him_a_member_who_does_not_manage(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await world.pool.execute(AGE, vivian)
    takeover = (await ask(world, jannee, account["id"])).json["id"]
    await world.pool.execute(PASS)
    for operator, step, decision in (
        (await world.person(), "decision", "approve"),
        (await world.person(), "confirmation", "confirm"),
    ):
        assert (await decide(world, operator, takeover, step, decision)).status == 204
    rights = {one["id"]: one["rights"] for one in (await firms.members(world, jannee, account["id"]))["members"]}
    assert {str(vivian): EVERYTHING[1:], str(jannee): EVERYTHING} == rights
    (event,) = await world.said("accounts.member.changed.v1")
    assert (str(vivian), ["manage"]) == (event.data["member"]["id"], event.data["withdrawn"])


async def test_take_over_by_proof_of_the_pin_is_open_to_who_is_no_member(world):
    account, _, pin = await orphaned(world)
    claimer = await world.person()
    wrong = await world.as_(claimer).post("/v1/takeovers", {"pin": "222-222-222", **WHY})
    assert wrong.slug == "account-pin-not-accepted"
    asked = await world.as_(claimer).post("/v1/takeovers", {"pin": pin, **WHY})
    assert asked.status == 201, asked
    assert (await world.as_(claimer).get(f"/v1/accounts/{account}")).slug == "not-found"


async def test_take_over_asked_for_twenty_times_at_once_runs_once_and_can_be_withdrawn(world):
    account, jannee, pin = await orphaned(world)
    others = [await world.person() for _ in range(6)]
    replies = await asyncio.gather(
        ask(world, jannee, account),
        *(world.as_(one).post("/v1/takeovers", {"pin": pin, **WHY}) for one in others),
    )
    assert [201, *[409] * 6] == sorted(one.status for one in replies)
    won = next(place for place, one in enumerate(replies) if one.status == 201)
    winner, loser = [jannee, *others][won], [jannee, *others][won - 1]
    path = f"/v1/takeovers/{replies[won].json['id']}"
    assert (await world.as_(loser).delete(path)).slug == "not-found"
    assert (await world.as_(winner).delete(path)).status == 204
    assert (await world.as_(winner).delete(path)).slug == "takeover-ended"
    assert (await world.as_(winner).delete(f"/v1/takeovers/{ids.uuid7()}")).slug == "not-found"
