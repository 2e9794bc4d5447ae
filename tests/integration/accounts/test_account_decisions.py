"""Decisions about business accounts, from the owner's rows (AuthZEN 1.0, O13, design §6)."""

from __future__ import annotations

import asyncio

import pytest

from shared import ids
from shared.contracts.events.companies import Right
from tests.integration.accounts import firms


def question(person, account, right="pay", **more):
    return {
        "subject": {"type": "user", "id": str(person)},
        "action": {"name": right},
        "resource": {"type": "account", "id": account},
    } | more


@pytest.mark.item("O13")
@pytest.mark.parametrize("right", [right.value for right in Right])
async def test_each_right_allows_itself_and_manage_allows_all(world, right):
    account, vivian, (jannee,) = await firms.staffed(world)
    await firms.rights(world, vivian, account["id"], jannee, grant=[right])
    for asked in Right:
        allowed = (await firms.decide(world, jannee, account["id"], asked.value))["decision"]
        assert allowed is (right in (asked.value, "manage"))
        assert (await firms.decide(world, vivian, account["id"], asked.value))["decision"]


@pytest.mark.item("O18")
async def test_refusal_names_the_rule_who_can_change_it_and_the_step_in_both_languages(world):
    account, _, (jannee,) = await firms.staffed(world)
    for person, right, slug, rule in (
        (jannee, "pay", "right-missing", "O18"),
        (jannee, "manage", "manager-required", "O19"),
        (await world.person(), "pay", "not-a-member", "O17"),
    ):
        answer = await firms.decide(world, person, account["id"], right)
        assert (False, slug, rule) == (answer["decision"], answer["context"]["slug"], answer["context"]["rule"])
        for name in ("reason", "who_can_change", "next_step"):
            text = answer["context"][name]
            assert len({"", text["fr"], text["en"]}) == 3


async def test_account_that_does_not_exist_is_answered_like_one_of_strangers(world):
    account, _, _ = await firms.staffed(world, 0)
    stranger = await world.person()
    assert await firms.decide(world, stranger, str(ids.uuid7()), "pay") == await firms.decide(
        world, stranger, account["id"], "pay"
    )


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"action": {"name": "everything"}}, "unknown-right"),
        ({"subject": {"type": "user", "id": "vivian"}}, "unknown-member"),
        ({"subject": {"type": "surveyor", "id": str(ids.uuid7())}}, "unknown-member"),
        ({"resource": {"type": "company", "id": str(ids.uuid7())}}, "unknown-member"),
        ({"context": {"actor": str(ids.uuid7())}}, "unknown-member"),
    ],
)
async def test_question_that_cannot_be_read_is_refused_with_the_reason(world, change, slug):
    account, vivian, _ = await firms.staffed(world, 0)
    reply = await world.as_application().post("/access/v1/evaluation", question(vivian, account["id"]) | change)
    assert (200, False, slug) == (reply.status, reply.json["decision"], reply.json["context"]["slug"])


async def test_batch_is_answered_in_order_with_what_stands_above_and_an_error_where_something_is_missing(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    body = {
        "subject": {"type": "user", "id": str(jannee)},
        "resource": {"type": "account", "id": account["id"]},
        "evaluations": [
            {"action": {"name": "pay"}},
            {"action": {"name": "pay"}, "subject": {"type": "user", "id": str(vivian)}},
            {},
        ],
    }
    answers = (await world.as_application().post("/access/v1/evaluations", body)).json["evaluations"]
    assert [False, True, False] == [one["decision"] for one in answers]
    assert answers[2]["context"]["error"]["status"] == 400


async def test_removal_is_final_for_questions_asked_after_its_answer(world):
    account, vivian, people = await firms.staffed(world, 6)
    await firms.rights(world, vivian, account["id"], *people, grant=["pay"])

    async def remove_and_ask(person):
        assert (await firms.remove(world, vivian, account["id"], person)).status == 200
        return (await firms.decide(world, person, account["id"], "pay"))["decision"]

    async def keep_asking():
        for _ in range(30):
            await firms.decide(world, vivian, account["id"], "pay")

    *found, _ = await asyncio.gather(*(remove_and_ask(person) for person in people), keep_asking())
    assert found == [False] * 6


async def test_decisions_say_where_they_are_asked(world):
    reply = await world.as_application().get("/.well-known/authzen-configuration")
    assert reply.json["access_evaluation_endpoint"].endswith("/accounts/access/v1/evaluation")
