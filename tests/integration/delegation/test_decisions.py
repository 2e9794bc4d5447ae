"""Decisions in AuthZEN's shape, fresh and with reasons (Q1–Q10, decisions 1, 6, 11)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support import web

DEPOSIT = "update-request-deposit"
SIX = (
    ("surveyor:lot:reserve", "lot-reservation"),
    ("surveyor:lot-correction:verify", "lot-correction-verification"),
    ("surveyor:cadastre-file:follow", "cadastre-file-tracking"),
    ("surveyor:survey-file:follow", "survey-file-tracking"),
    ("surveyor:product:order", "product-order"),
    ("surveyor:update-request:prevalidate", "update-request-prevalidation"),
)


def slug(answer):
    return None if answer["decision"] else answer["context"]["slug"]


@pytest.mark.item("Q1", "Q9")
@pytest.mark.parametrize("names", SIX)
async def test_decision_allows_a_delegate_each_of_the_six_services(world, jean, edith, names):
    delegation = await world.add(jean, edith)
    for name in names:
        answer = await world.decide(edith, jean, name)
        assert answer["decision"] is True
        context = answer["context"]
        assert (context["delegation"], context["version"], context["matricule"]) == (delegation, 1, "5003")


@pytest.mark.item("Q2")
async def test_decision_allows_a_surveyor_everything_in_his_own_name(world, jean):
    for name in (*(one for names in SIX for one in names), DEPOSIT):
        assert (await world.decide(jean, jean, name))["decision"] is True, name


@pytest.mark.item("Q10")
async def test_decision_refuses_the_deposit_to_every_delegate_even_a_surveyor(world, jean, claire, edith):
    """Decision 1: nobody deposits on behalf of another."""
    for delegate in (edith, claire):
        await world.add(jean, delegate)
        answer = await world.decide(delegate, jean, DEPOSIT)
        assert slug(answer) == "reserved-service"
    assert answer["context"]["rule"] == "Q10"
    assert (await world.decide(claire, claire, DEPOSIT))["decision"] is True


@pytest.mark.item("Q10")
@pytest.mark.parametrize("trick", [{"acting": True}, {"actor": "x"}, {"delegation": "y"}, {"acting": "false"}])
async def test_decision_refuses_the_deposit_in_ones_own_name_as_soon_as_it_looks_acted(world, jean, edith, trick):
    await world.add(jean, edith)
    assert slug(await world.decide(jean, jean, DEPOSIT, **trick)) == "reserved-service"
    assert slug(await world.decide(jean, jean, DEPOSIT, actor=str(edith.id))) == "reserved-service"


async def test_decision_refusal_is_explained_in_both_languages(world, jean, edith):
    context = (await world.decide(edith, jean))["context"]
    assert (context["slug"], context["rule"]) == ("no-delegation", "Q1")
    assert context["reason"]["fr"] == "L’arpenteur-géomètre n’a pas désigné cette personne comme délégataire"
    assert context["reason"]["en"] == "The land surveyor has not designated this person as a delegate"
    assert context["who_can_change"] == {"fr": "L’arpenteur-géomètre délégant", "en": "The delegating land surveyor"}
    assert context["next_step"]["fr"].startswith("Demandez à l’arpenteur-géomètre")
    assert context["next_step"]["en"].startswith("Ask the land surveyor")


@pytest.mark.item("Q4")
async def test_decision_refuses_who_acts_for_a_delegate(world, jean, edith, pierre):
    await world.add(jean, edith)
    assert slug(await world.decide(edith, jean, actor=str(pierre.id))) == "nested-acting"
    assert slug(await world.decide(pierre, jean)) == "no-delegation"


async def test_decision_takes_the_actor_of_an_acting_token(world, jean, edith, pierre):
    delegation = await world.add(jean, edith)
    named = {"delegation": delegation, "version": 1}
    assert (await world.decide(jean, jean, actor=str(edith.id), **named))["decision"] is True
    assert slug(await world.decide(jean, jean, actor=str(pierre.id))) == "no-delegation"


@pytest.mark.item("Q2")
async def test_decision_refuses_in_the_name_of_somebody_who_is_no_surveyor(world, jean, edith, nobody):
    for resource in (edith, nobody):
        assert slug(await world.decide(jean, resource)) == "not-a-surveyor"
        assert slug(await world.decide(resource, resource)) == "not-a-surveyor"


@pytest.mark.item("Q7")
async def test_decision_refuses_after_the_removal_and_by_a_former_delegation(world, jean, edith):
    former = await world.add(jean, edith)
    await world.remove(jean, former)
    assert slug(await world.decide(edith, jean)) == "no-delegation"
    present = await world.add(jean, edith)
    assert slug(await world.decide(edith, jean, delegation=former)) == "delegation-ended"
    assert (await world.decide(edith, jean, delegation=present))["decision"] is True


async def test_decision_is_frozen_with_the_licence_and_restored_with_it(world, jean, edith):
    await world.add(jean, edith)
    await world.suspend(jean)
    frozen = [await world.decide(edith, jean), await world.decide(jean, jean), await world.decide(jean, jean, DEPOSIT)]
    assert ["licence-suspended"] * 3 == [slug(one) for one in frozen]
    await world.reinstate(jean)
    assert (await world.decide(edith, jean))["decision"] is True


@pytest.mark.item("Q9")
async def test_decision_refuses_what_is_no_service(world, jean):
    for action in ("surveyor:lot:sell", "operator:roster:import", ""):
        assert slug(await world.decide(jean, jean, action)) == "unknown-service"


async def test_decision_is_for_applications_only(world, jean):
    body = {"subject": {"type": "user", "id": str(jean.id)}, "action": {"name": DEPOSIT}}
    body["resource"] = {"type": "surveyor", "id": str(jean.id)}
    for path in ("/access/v1/evaluation", "/access/v1/evaluations"):
        assert (await world.as_(jean).post(path, body)).slug == "not-permitted"
        assert (await world.anonymous().post(path, body)).slug == "sign-in-required"


async def test_decision_echoes_the_request_id(world, jean):
    body = {"subject": {"type": "user", "id": "x"}, "action": {"name": "y"}, "resource": {"type": "z", "id": "x"}}
    reply = await world.as_application().post("/access/v1/evaluation", body, headers={"X-Request-ID": "bfe9eb29"})
    assert (200, "bfe9eb29") == (
        reply.status,
        {name.lower(): value for name, value in reply.headers.items()}["x-request-id"],
    )
    assert reply.json["decision"] is False


@pytest.mark.parametrize(
    "body", [{}, {"subject": {"type": "user"}}, {"subject": "x", "action": "y", "resource": "z"}, {"contxt": {}}]
)
async def test_malformed_question_is_refused_as_a_whole(world, body):
    reply = await world.as_application().post("/access/v1/evaluation", body)
    assert (422, "validation-failed") == (reply.status, reply.slug)


def batch(jean, *subjects, **more):
    """Ask whether each may reserve a lot for Jean; who it is comes from the item, the rest from the top."""
    top = {"action": {"name": "lot-reservation"}, "resource": {"type": "surveyor", "id": str(jean.id)}}
    items = [{"subject": {"type": "user", "id": str(one.id)}} for one in subjects]
    return top | {"evaluations": items} | more


async def test_batch_answers_in_order_with_defaults_from_the_top(world, jean, edith, pierre):
    await world.add(jean, edith)
    reply = await world.as_application().post("/access/v1/evaluations", batch(jean, pierre, edith, jean))
    assert list(reply.json) == ["evaluations"]
    assert ["no-delegation", None, None] == [slug(one) for one in reply.json["evaluations"]]


@pytest.mark.parametrize(
    ("semantic", "wanted"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
async def test_batch_ends_as_its_semantic_says(world, jean, edith, *, pierre, semantic, wanted):
    await world.add(jean, edith)
    body = batch(jean, edith, pierre, jean, pierre, options={"evaluations_semantic": semantic, "other": 1})
    reply = await world.as_application().post("/access/v1/evaluations", body)
    assert wanted == [one["decision"] for one in reply.json["evaluations"]]


async def test_batch_with_permit_on_first_permit_goes_on_past_denials(world, jean, edith, pierre):
    body = batch(jean, edith, pierre, jean, edith, options={"evaluations_semantic": "permit_on_first_permit"})
    reply = await world.as_application().post("/access/v1/evaluations", body)
    assert [False, False, True] == [one["decision"] for one in reply.json["evaluations"]]


async def test_batch_with_an_incomplete_item_denies_that_one_alone(world, jean):
    body = batch(jean, jean)
    body["evaluations"].append({"context": {}})
    reply = await world.as_application().post("/access/v1/evaluations", body)
    good, bad = reply.json["evaluations"]
    assert (True, False, 400) == (good["decision"], bad["decision"], bad["context"]["error"]["status"])


async def test_batch_without_evaluations_is_a_single_question(world, jean):
    body = batch(jean, subject={"type": "user", "id": str(jean.id)})
    for evaluations in ({}, {"evaluations": []}):
        single = {name: value for name, value in body.items() if name != "evaluations"} | evaluations
        reply = await world.as_application().post("/access/v1/evaluations", single)
        assert reply.json["decision"] is True


async def test_batch_without_evaluations_and_incomplete_is_refused_as_a_whole(world, jean):
    reply = await world.as_application().post("/access/v1/evaluations", {"action": {"name": DEPOSIT}})
    assert (422, "validation-failed") == (reply.status, reply.slug)
    assert ["/subject", "/resource"] == [fault["pointer"] for fault in reply.json["errors"]]
    assert {"Ce champ est obligatoire."} == {fault["detail"] for fault in reply.json["errors"]}


async def test_batch_takes_a_hundred_and_no_more(world, jean):
    reply = await world.as_application().post("/access/v1/evaluations", batch(jean, *[jean] * 100))
    assert [True] * 100 == [one["decision"] for one in reply.json["evaluations"]]
    reply = await world.as_application().post("/access/v1/evaluations", batch(jean, *[jean] * 101))
    assert (422, "validation-failed") == (reply.status, reply.slug)


async def test_metadata_names_where_to_ask(world):
    reply = await world.anonymous().get("/.well-known/authzen-configuration")
    home = "http://mandat.example.com/delegation"
    assert reply.json == {
        "policy_decision_point": home,
        "access_evaluation_endpoint": f"{home}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{home}/access/v1/evaluations",
    }
    caller = world.anonymous()
    at_the_root = web.Api(caller.base.removesuffix("/delegation"))
    assert (await at_the_root.get("/.well-known/authzen-configuration/delegation")).json == reply.json


async def test_malformed_ids_are_refused_and_never_an_error(world, jean):
    for id_ in ("", "5003", "{}", "'; drop table person; --", str(uuid4())[:-1], "\x00"):
        body = batch(jean, subject={"type": "user", "id": id_})
        del body["evaluations"]
        reply = await world.as_application().post("/access/v1/evaluation", body)
        assert (200, "unknown-party") == (reply.status, slug(reply.json))
