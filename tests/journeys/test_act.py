"""Acting for a delegator, being refused the deposit, and losing the right (Q4–Q13, decisions 1, 4, 6, 11)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services import client
from shared import ids
from tests.journeys.world import Somebody, World

RESERVE = "/cadastre/v1/lot-reservations"


async def open_file(world: World, surveyor: Somebody, message: str | None = None) -> str:
    """Open a file for a surveyor, with a message if wanted; give its number."""
    number = str(int(ids.uuid7().hex[-8:], 16))
    operator = await world.operator()
    body = {"number": number, "title": "Lotissement", "responsible": surveyor.id}
    await operator.caller.post("/cadastre/v1/files", body)
    if message:
        await operator.caller.post(f"/cadastre/v1/files/{number}/messages", {"subject": message, "body": "À lire."})
    return number


@pytest.mark.item("Q1", "Q9", "Q13", "Q31", "Q32")
async def test_act_delegate_reserves_a_lot_and_both_see_it(world: World) -> None:
    """Édith reserves for Jean; both find it in their activity, by Édith and for Jean."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    await world.designate(jean, edith)
    number = await open_file(world, jean)
    acting = await edith.caller.act_for(jean.id)

    request = await acting.post(RESERVE, {"lots": 2, "file_number": number})

    assert (request["performed_by"], request["performed_for"]) == (edith.id, jean.id)
    await world.activity(jean, "lot.reserved", edith, jean)
    await world.activity(edith, "lot.reserved", edith, jean)
    found = await world.activities(jean, file=number)
    assert found == [("lot.reserved", edith.name, jean.name)]


@pytest.mark.item("Q9")
async def test_act_every_delegable_service_is_open_to_the_delegate(world: World) -> None:
    """All six services, no more and no less."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    await world.designate(jean, edith)
    number = await open_file(world, jean)
    acting = await edith.caller.act_for(jean.id)
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("POST", "lot-reservations", {"lots": 1}),
        ("POST", "lot-corrections", {"lot": "1 234 567"}),
        ("POST", "product-orders", {"product": "Plan cadastral"}),
        ("POST", "prevalidations", {"file_number": number}),
        ("GET", "files", None),
        ("GET", "survey-files", None),
    ]
    answers = [await acting.call(method, f"/cadastre/v1/{path}", json=body) for method, path, body in calls]
    assert [answer.status // 100 for answer in answers] == [2] * 6
    catalogue = await world.anonymous.get("/delegation/v1/services")
    assert [one["reserved"] for one in catalogue["services"]].count(False) == 6


@pytest.mark.item("Q10")
async def test_deposit_is_for_the_surveyor_in_person(world: World) -> None:
    """Jean deposits for himself; Édith acting for him is refused, and so is Claire, a surveyor acting for him."""
    jean, claire = await world.surveyor("Jean", "Piette"), await world.surveyor("Claire", "Lavoie")
    edith = await world.newcomer("Édith", "Descartes")
    number = await open_file(world, jean)
    body = {"file_number": number}
    for delegate in (edith, claire):
        await world.designate(jean, delegate)
        acting = await delegate.caller.act_for(jean.id)
        refused = await acting.call("POST", "/cadastre/v1/deposits", json=body)
        assert (refused.status, refused.slug) == (403, "in-person-only")
    own = await edith.caller.call("POST", "/cadastre/v1/deposits", json=body)
    assert own.status in (403, 404)
    await jean.caller.post("/cadastre/v1/deposits", body, expect=201)
    await world.activity(jean, "update-request.deposited", jean, jean)


@pytest.mark.item("Q6", "Q18", "Q20")
async def test_two_delegators_keep_their_files_and_activities_apart(world: World) -> None:
    """Édith serves Jean and Claire: she must choose, and neither sees what is the other's."""
    jean, claire = await world.surveyor("Jean", "Piette"), await world.surveyor("Claire", "Lavoie")
    edith = await world.newcomer("Édith", "Descartes")
    await world.designate(jean, edith)
    await client.until(lambda: edith.caller.get("/delegation/v1/me"), "Édith")
    assert (await edith.caller.get("/delegation/v1/me"))["default_context"] == jean.id
    await world.designate(claire, edith)
    assert (await edith.caller.get("/delegation/v1/me"))["default_context"] is None
    number = await open_file(world, claire)

    for_jean = await edith.caller.act_for(jean.id)
    assert (await for_jean.call("POST", RESERVE, json={"lots": 1, "file_number": number})).status == 404
    for_claire = await edith.caller.act_for(claire.id)
    await for_claire.post(RESERVE, {"lots": 1, "file_number": number})

    await world.activity(claire, "lot.reserved", edith, claire)
    await world.activity(edith, "lot.reserved", edith, claire)
    assert "lot.reserved" not in [kind for kind, _, _ in await world.activities(jean)]
    assert [for_ for _, _, for_ in await world.activities(edith, **{"for": claire.id, "kind": "lot.reserved"})] == [
        claire.name
    ]


@pytest.mark.item("Q3", "Q5", "Q19", "Q32")
async def test_surveyor_who_is_also_a_delegate_keeps_both_roles_apart(world: World) -> None:
    """Jean acts for Alain and for himself; each finds his own; the context is in the token (decision 2)."""
    jean, alain = await world.surveyor("Jean", "Piette"), await world.surveyor("Alain", "Proviste")
    await world.designate(alain, jean)
    me = await jean.caller.get("/delegation/v1/me")
    assert (me["surveyor"]["matricule"], me["default_context"]) == (jean.matricule, jean.id)
    number = await open_file(world, alain)
    acting = await jean.caller.act_for(alain.id)
    await acting.post(f"/cadastre/v1/files/{number}/extensions", {"closes_on": "2027-03-31"})
    await jean.caller.post("/cadastre/v1/product-orders", {"product": "Plan cadastral"})

    await world.activity(jean, "closing-date.extended", jean, alain)
    await world.activity(alain, "closing-date.extended", jean, alain)
    await world.activity(jean, "product.ordered", jean, jean)
    assert "product.ordered" not in [kind for kind, _, _ in await world.activities(alain)]


@pytest.mark.item("Q7", "Q29")
async def test_revoke_while_acting_refuses_the_next_action(world: World) -> None:
    """The acting token is still valid; the next action is refused all the same, and no new token is given."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    delegation = await world.designate(jean, edith)
    acting = await edith.caller.act_for(jean.id)
    await acting.post(RESERVE, {"lots": 1})
    await world.activity(edith, "lot.reserved", edith, jean)

    assert (await jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")).status == 204

    refused = await acting.call("POST", RESERVE, json={"lots": 1})
    assert (refused.status, refused.slug) == (403, "refused")
    assert "délég" in refused.body["detail"]
    with pytest.raises(client.Unexpected):
        await edith.caller.act_for(jean.id)
    assert ("lot.reserved", edith.name, jean.name) in await world.activities(edith)
    await world.mail(edith, "délégation")


@pytest.mark.item("Q7")
async def test_revoke_under_load_lets_nothing_commit_after_its_answer(world: World) -> None:
    """Actions run all the time; none that began after the answer to the revocation is done."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    delegation = await world.designate(jean, edith)
    acting = await edith.caller.act_for(jean.id)
    revoked = asyncio.Event()

    async def keep_acting() -> list[int]:
        late = []
        for _ in range(40):
            began_after = revoked.is_set()
            answer = await acting.call("POST", RESERVE, json={"lots": 1})
            if began_after:
                late.append(answer.status)
        return late

    async def revoke() -> None:
        await asyncio.sleep(0.2)
        await jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")
        revoked.set()

    *late, _ = await asyncio.gather(*(keep_acting() for _ in range(4)), revoke())
    statuses = {status for one in late for status in one}
    assert statuses == {403}


async def test_suspended_licence_freezes_delegations_until_it_is_reinstated(world: World) -> None:
    """Neither the surveyor nor his delegate can act while it lasts; then both can again, nothing else changed."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    await world.designate(jean, edith)
    acting = await edith.caller.act_for(jean.id)
    operator = await world.operator()
    reason = {"reason": "Cotisation en souffrance"}
    await operator.caller.post(f"/accounts/v1/licences/{jean.licence}/suspend", reason)

    async def refused() -> bool:
        answers = [await one.call("POST", RESERVE, json={"lots": 1}) for one in (acting, jean.caller)]
        return [answer.slug for answer in answers] == ["refused", "refused"]

    await client.until(refused, "the refusal of both", seconds=5)
    await operator.caller.post(f"/accounts/v1/licences/{jean.licence}/reinstate", reason)

    async def allowed() -> bool:
        again = await edith.caller.act_for(jean.id)
        return (await again.call("POST", RESERVE, json={"lots": 1})).status == 201

    await client.until(allowed, "the right to act again", seconds=5)
    await world.activity(jean, "licence.suspended", operator, jean)


@pytest.mark.item("Q11", "Q12")
async def test_file_alert_goes_to_the_surveyor_and_reading_is_shared(world: World) -> None:
    """A message alerts Jean, not his delegate; once the delegate has read the file it is read for Jean too."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    await world.designate(jean, edith)
    number = await open_file(world, jean, "Avis de vérification")

    assert number in (await world.mail(jean, number))["text"]
    assert number not in str([mail["subject"] for mail in await world.mails(edith)])
    files = (await jean.caller.get("/cadastre/v1/files"))["files"]
    assert [(one["number"], one["unread"]) for one in files] == [(number, 1)]

    acting = await edith.caller.act_for(jean.id)
    assert await acting.post(f"/cadastre/v1/files/{number}/reading") == {"read": 1}

    files = (await jean.caller.get("/cadastre/v1/files"))["files"]
    assert [(one["number"], one["unread"]) for one in files] == [(number, 0)]
    await world.activity(jean, "cadastre-file.followed", edith, jean)
