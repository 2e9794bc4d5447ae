"""Members and their rights: granted, withdrawn, removed, all or nothing; never without a manager (O12–O14, O17–O19)."""

from __future__ import annotations

import asyncpg
import pytest

from tests.integration.accounts import firms
from tests.integration.accounts.firms import EVERYTHING

JOINED, CHANGED = "accounts.member.joined.v1", "accounts.member.changed.v1"
REMOVED, LEFT, REFUSED = "accounts.member.removed.v1", "accounts.member.left.v1", "accounts.last-manager.refused.v1"


async def held(world, manager, account) -> dict[str, list[str]]:
    """Give the rights of each member."""
    return {one["id"]: one["rights"] for one in (await firms.members(world, manager, account["id"]))["members"]}


@pytest.mark.item("O17", "O18")
async def test_join_gives_a_member_without_any_right_and_tells_the_managers(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    assert {str(vivian): EVERYTHING, str(jannee): []} == await held(world, vivian, account)
    (event,) = await world.said(JOINED)
    assert (str(jannee), [], [str(vivian)]) == (
        event.data["member"]["id"],
        event.data["rights"],
        event.data["managers"],
    )


@pytest.mark.item("O18")
async def test_member_without_a_right_sees_that_the_account_exists_and_nothing_of_it(world):
    account, _, (jannee,) = await firms.staffed(world)
    (mine,) = (await world.as_(jannee).get("/v1/accounts")).json["accounts"]
    assert ("LMS Architects inc.", []) == (mine["legal_name"], mine["rights"])
    path = f"/v1/accounts/{account['id']}"
    assert (403, "right-missing") == ((one := await world.as_(jannee).get(path)).status, one.slug)
    for method, rest, body in (
        ("GET", "/members", None),
        ("GET", "/pin", None),
        ("POST", "/pin", {}),
        ("PATCH", "", {"phone": "613 555-0100"}),
        ("PUT", "/successor", {"member": None}),
        ("POST", "/members/rights", {"members": [str(jannee)], "grant": ["manage"]}),
        ("POST", "/members/removals", {"members": [str(jannee)]}),
    ):
        more = {} if body is None else {"json": body}
        assert (await world.as_(jannee).call(method, path + rest, **more)).slug == "manager-required", (method, rest)


@pytest.mark.item("O17")
async def test_join_again_by_a_member_is_refused_and_changes_nothing(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    reply = await firms.join(world, jannee, await firms.pin_of(world, vivian, account["id"]))
    assert (409, "already-a-member") == (reply.status, reply.slug)
    assert len(await world.said(JOINED)) == 1


@pytest.mark.item("O13", "O19")
async def test_rights_granted_to_several_at_once_are_told_for_each(world):
    account, vivian, (jannee, madiee) = await firms.staffed(world, 2)
    reply = await firms.rights(world, vivian, account["id"], jannee, madiee, grant=["pay", "submit"])
    assert [(str(one), "changed", ["submit", "pay"]) for one in (jannee, madiee)] == [
        (one["member"], one["outcome"], one["rights"]) for one in reply.json["results"]
    ]
    events = await world.said(CHANGED)
    assert [{str(jannee), str(madiee)}, [["submit", "pay"]] * 2] == [
        {one.data["member"]["id"] for one in events},
        [one.data["granted"] for one in events],
    ]
    assert [4, 5] == [one.sequence for one in events]


async def test_rights_that_are_so_already_change_nothing_and_are_told_nobody(world):
    account, vivian, (jannee, madiee) = await firms.staffed(world, 2)
    await firms.rights(world, vivian, account["id"], jannee, grant=["pay"])
    reply = await firms.rights(world, vivian, account["id"], jannee, madiee, grant=["pay"], withdraw=["upload"])
    assert ["unchanged", "changed"] == [one["outcome"] for one in reply.json["results"]]
    assert len(await world.said(CHANGED)) == 2


@pytest.mark.item("O11", "decision 10")
async def test_manage_gives_every_right_and_taken_away_leaves_the_others(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    granted = await firms.rights(world, vivian, account["id"], jannee, grant=["manage"])
    withdrawn = await firms.rights(world, vivian, account["id"], jannee, withdraw=["manage"])
    assert [EVERYTHING, EVERYTHING[1:]] == [one.json["results"][0]["rights"] for one in (granted, withdrawn)]


@pytest.mark.item("O11")
async def test_right_of_a_manager_cannot_be_withdrawn_while_he_manages(world):
    account, vivian, (jannee, madiee) = await firms.staffed(world, 2)
    await firms.rights(world, vivian, account["id"], jannee, grant=["manage"])
    await firms.rights(world, vivian, account["id"], madiee, grant=["pay"])
    reply = await firms.rights(world, vivian, account["id"], madiee, jannee, withdraw=["pay"])
    assert (409, "manager-has-all-rights") == (reply.status, reply.slug)
    assert [(str(madiee), "possible"), (str(jannee), "manager-has-all-rights")] == [
        (one["member"], one["outcome"]) for one in reply.json["results"]
    ]
    assert ["pay"] == (await held(world, vivian, account))[str(madiee)]
    both = await firms.rights(world, vivian, account["id"], jannee, withdraw=["pay", "manage"])
    assert ["submit", "inspect", "upload", "templates"] == both.json["results"][0]["rights"]


@pytest.mark.item("O19")
async def test_change_with_a_stranger_among_the_members_is_done_for_nobody(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    stranger = await world.person()
    for reply in (
        await firms.rights(world, vivian, account["id"], jannee, stranger, grant=["pay"]),
        await firms.remove(world, vivian, account["id"], jannee, stranger),
    ):
        assert (409, "members-unknown", ["possible", "not-a-member"]) == (
            reply.status,
            reply.slug,
            [one["outcome"] for one in reply.json["results"]],
        )
    assert {str(vivian): EVERYTHING, str(jannee): []} == await held(world, vivian, account)


@pytest.mark.item("O14")
async def test_last_manager_cannot_be_demoted_removed_nor_leave_and_the_refusal_is_kept(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    for reply in (
        await firms.rights(world, vivian, account["id"], vivian, withdraw=["manage"]),
        await firms.remove(world, vivian, account["id"], jannee, vivian),
        await firms.leave(world, vivian, account["id"]),
    ):
        assert (409, "last-manager") == (reply.status, reply.slug)
    assert {str(vivian): EVERYTHING, str(jannee): []} == await held(world, vivian, account)
    assert len(await world.said(REFUSED)) == 3


@pytest.mark.item("O14", "decision 10")
async def test_one_of_two_managers_leaves_and_the_other_cannot_any_more(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await firms.rights(world, vivian, account["id"], jannee, grant=["manage"])
    assert (await firms.leave(world, vivian, account["id"])).status == 204
    assert (await firms.leave(world, jannee, account["id"])).slug == "last-manager"
    assert (await world.as_(vivian).get(f"/v1/accounts/{account['id']}")).slug == "not-found"
    (event,) = await world.said(LEFT)
    assert (str(vivian), [str(jannee)]) == (event.data["member"]["id"], event.data["managers"])


@pytest.mark.item("O19")
async def test_removed_member_has_nothing_left_and_can_join_again(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    await firms.rights(world, vivian, account["id"], jannee, grant=["pay"])
    reply = await firms.remove(world, vivian, account["id"], jannee)
    assert [{"member": str(jannee), "outcome": "removed", "rights": []}] == reply.json["results"]
    assert (await world.as_(jannee).get("/v1/accounts")).json["accounts"] == []
    assert len(await world.said(REMOVED)) == 1
    again = await firms.join(world, jannee, await firms.pin_of(world, vivian, account["id"]))
    assert ("member", []) == (again.json["role"], again.json["account"]["rights"])


@pytest.mark.item("O12")
@pytest.mark.parametrize("sort", ["name", "-name", "pay", "-pay", "manage", "-templates"])
async def test_members_are_paged_in_the_order_asked(world, sort):
    account, vivian, people = await firms.staffed(world, 4)
    for place, name in enumerate(("Élie", "Eva", "Zoé", "anne")):
        await world.says_identity(people[place], sequence=2, first_name="A", last_name=name)
    await firms.rights(world, vivian, account["id"], people[1], people[2], grant=["pay"])
    found, after = [], None
    while True:
        page = await firms.members(
            world, vivian, account["id"], sort=sort, size=2, **({"after": after} if after else {})
        )
        found += page["members"]
        assert page["total"] == 5
        after = page["next"]
        if after is None:
            break
    if "name" in sort:
        wanted = ["anne", "Élie", "Eva", "Piette", "Zoé"]
        assert (wanted[::-1] if sort.startswith("-") else wanted) == [one["last_name"] for one in found]
    else:
        ticked = [sort.strip("-") in one["rights"] for one in found]
        assert sorted(ticked, reverse=not sort.startswith("-")) == ticked
    assert len({one["id"] for one in found}) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"members": [], "grant": ["pay"]},
        {"members": ["019327c4-5a00-7000-8000-000000000003"]},
        {"members": ["019327c4-5a00-7000-8000-000000000003"], "grant": ["pay"], "withdraw": ["pay"]},
        {"members": ["019327c4-5a00-7000-8000-000000000003"], "grant": ["everything"]},
        {"members": ["nobody"], "grant": ["pay"]},
        {"members": ["019327c4-5a00-7000-8000-000000000003"], "grant": ["pay"], "account": "x"},
    ],
)
async def test_change_that_says_nothing_or_too_much_is_not_valid(world, body):
    account, vivian, _ = await firms.staffed(world, 0)
    reply = await world.as_(vivian).post(f"/v1/accounts/{account['id']}/members/rights", body)
    assert (422, "validation-failed") == (reply.status, reply.slug)


@pytest.mark.item("O14")
@pytest.mark.parametrize(
    "statement",
    [
        "delete from member where account_id = $1",
        "update member set manage = false where account_id = $1",
    ],
)
async def test_database_itself_refuses_an_account_without_a_manager(world, statement):
    account, _, _ = await firms.staffed(world)
    with pytest.raises(asyncpg.CheckViolationError, match="without a manager"):
        await world.pool.execute(statement, account["id"])


@pytest.mark.item("O19")
async def test_change_repeated_under_one_idempotency_key_is_done_once_and_answered_alike(world):
    account, vivian, (jannee, madiee) = await firms.staffed(world, 2)
    home, names = f"/v1/accounts/{account['id']}/members", [str(jannee)]
    for number, (method, path, caller, body) in enumerate(
        (
            ("POST", f"{home}/rights", vivian, {"members": names, "grant": ["pay"]}),
            ("POST", f"{home}/removals", vivian, {"members": names}),
            ("DELETE", f"{home}/me", madiee, None),
        )
    ):
        key = {"Idempotency-Key": f"change {number}"}
        first, again = [await world.as_(caller).call(method, path, json=body, headers=key) for _ in range(2)]
        assert (first.status, first.json, "true") == (again.status, again.json, again.headers["Idempotency-Replayed"])
        assert first.status < 300
    assert [str(vivian)] == [one["id"] for one in (await firms.members(world, vivian, account["id"]))["members"]]
