"""Onboarding and designating, as the guide tells them (Q16, Q24–Q29)."""

from __future__ import annotations

import asyncio

import pytest

from services import client
from tests.journeys.world import World


@pytest.mark.item("Q15", "Q16", "Q17", "Q28")
async def test_onboarding_newcomer_waits_for_the_confirmation_then_has_access(world: World) -> None:
    """Édith registers, is told to wait, is designated by Jean, gets the e-mail, and may enter."""
    jean = await world.surveyor("Jean", "Piette")
    edith = await world.newcomer("Édith", "Descartes")
    me = await client.until(lambda: edith.caller.get("/delegation/v1/me"), "Édith in delegation")
    assert me["access"] is False
    assert me["message"]["fr"].startswith("Pour accéder au site, un arpenteur-géomètre doit d’abord vous désigner")

    await world.designate(jean, edith)

    told = await world.mail(edith, "désign")
    assert jean.name in told["text"]
    confirmed = await world.mail(jean, "délégataire")
    assert edith.name in confirmed["text"]
    me = await edith.caller.get("/delegation/v1/me")
    assert (me["access"], [one["id"] for one in me["delegators"]]) == (True, [jean.id])


@pytest.mark.item("Q23", "Q25", "Q26", "Q27")
async def test_designate_by_email_shows_the_delegate_in_the_table(world: World) -> None:
    """The search by e-mail finds exactly the person, who then stands in the table with his address."""
    jean = await world.surveyor("Jean", "Piette")
    pierre = await world.newcomer("Pierre", "Quiroule", "en")
    search = {"by": "email", "value": pierre.email.upper()}
    found = await client.until(lambda: jean.caller.post("/delegation/v1/candidates/search", search), "Pierre")
    assert (found["first_name"], found["last_name"], found["username"]) == ("Pierre", "Quiroule", pierre.username)
    nobody = {"by": "username", "value": "personne-du-tout"}
    assert (
        await jean.caller.call("POST", "/delegation/v1/candidates/search", json=nobody)
    ).slug == "candidate-not-found"

    await jean.caller.post("/delegation/v1/delegates", {"delegate": found["id"]}, expect=201)

    table = (await jean.caller.get("/delegation/v1/delegates"))["delegates"]
    assert [(row["username"], row["email"]) for row in table] == [(pierre.username, pierre.email)]
    assert "designated" in (await world.mail(pierre, "designated"))["text"]


@pytest.mark.item("Q36", "Q32")
async def test_designate_and_remove_stand_in_the_delegators_activity(world: World) -> None:
    """Adding and removing a delegate are activities by and for the delegator."""
    jean = await world.surveyor("Jean", "Piette")
    edith = await world.newcomer("Édith", "Descartes")
    delegation = await world.designate(jean, edith)
    answer = await jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")
    assert answer.status == 204

    await world.activity(jean, "delegate.added", jean, jean)
    await world.activity(jean, "delegate.removed", jean, jean)
    for person in (jean, edith):
        await world.mail(person, "délégation" if person is edith else "délégataire")
    assert "delegate.added" not in [kind for kind, _, _ in await world.activities(edith)]


@pytest.mark.item("Q24")
async def test_first_delegate_with_a_recent_password_needs_no_change(world: World) -> None:
    """A password chosen less than 24 hours ago is recent: the first delegate is added at once."""
    claire = await world.surveyor("Claire", "Lavoie")
    edith = await world.newcomer("Édith", "Descartes")
    assert await world.designate(claire, edith)


@pytest.mark.item("Q24")
async def test_first_delegate_with_an_old_password_asks_for_a_change_then_is_added(world: World) -> None:
    """Two days later the password is old: refused, changed, refreshed, added; the second needs no change."""
    claire = await world.surveyor("Claire", "Lavoie")
    edith = await world.newcomer("Édith", "Descartes")
    await world.age_password(claire)
    claire = await world.sign_in(claire)
    search = {"by": "username", "value": edith.username}
    found = await client.until(lambda: claire.caller.post("/delegation/v1/candidates/search", search), "Édith")
    body = {"delegate": found["id"]}
    refused = await claire.caller.call("POST", "/delegation/v1/delegates", json=body)
    assert (refused.status, refused.slug) == (403, "password-change-required")

    change = {"old_password": claire.passphrase, "new_password": "grenier-violette-tempo-81"}
    tokens = await claire.caller.post("/identity/v1/password", change)
    claire.caller = world.anonymous.with_token(tokens["access_token"])

    await claire.caller.post("/delegation/v1/delegates", body, expect=201)
    assert "mot de passe" in (await world.mail(claire, "mot de passe"))["text"]


@pytest.mark.item("Q2", "Q4")
async def test_designate_by_somebody_who_is_no_surveyor_is_refused(world: World) -> None:
    """A delegate cannot delegate, neither in his own name nor with an acting token."""
    jean = await world.surveyor("Jean", "Piette")
    edith, pierre = await asyncio.gather(world.newcomer("Édith", "Descartes"), world.newcomer("Pierre", "Quiroule"))
    await world.designate(jean, edith)
    body = {"delegate": pierre.id}
    assert (await edith.caller.call("POST", "/delegation/v1/delegates", json=body)).slug == "not-a-delegator"
    acting = await edith.caller.act_for(jean.id)
    assert (await acting.call("POST", "/delegation/v1/delegates", json=body)).slug == "in-person-only"
