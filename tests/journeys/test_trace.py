"""One correlation id leads from the HTTP request through outbox and bus to the e-mail’s line in the log."""

from __future__ import annotations

from services import client
from shared import ids
from tests.journeys.world import World


async def test_correlation_id_of_a_request_stands_beside_the_email_it_caused(world: World) -> None:
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    search = {"by": "username", "value": edith.username}
    found = await client.until(lambda: jean.caller.post("/delegation/v1/candidates/search", search), "Édith")
    correlation = f"trace-{ids.uuid7()}"

    answer = await jean.caller.call(
        "POST", "/delegation/v1/delegates", json={"delegate": found["id"]}, headers={"X-Correlation-Id": correlation}
    )

    assert answer.status == 201
    await world.mail(edith, "désign")
    emails = (await (await world.operator()).caller.get("/notifications/v1/emails"))["emails"]
    traced = {email["template"] for email in emails if email["correlation_id"] == correlation}
    assert traced == {"delegate-added-delegator", "delegate-added-delegate"}

    async def logged() -> bool:
        lines = [line for line in world.logs().splitlines() if correlation in line]
        return any("e-mail ended" in line for line in lines) and any("event taken" in line for line in lines)

    await client.until(logged, "the log lines")


async def test_repeated_request_with_the_same_key_adds_one_delegate_and_sends_each_email_once(world: World) -> None:
    """The answer was lost; the caller repeats, gets the same answer, and nothing happens twice."""
    jean, edith = await world.surveyor("Jean", "Piette"), await world.newcomer("Édith", "Descartes")
    search = {"by": "username", "value": edith.username}
    found = await client.until(lambda: jean.caller.post("/delegation/v1/candidates/search", search), "Édith")
    headers = {"Idempotency-Key": str(ids.uuid7())}
    body = {"delegate": found["id"]}

    answers = [await jean.caller.call("POST", "/delegation/v1/delegates", json=body, headers=headers) for _ in range(3)]

    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({str(answer.body) for answer in answers}) == 1
    await world.mail(edith, "désign")
    await world.mail(jean, "ajouté")
    assert len([mail for mail in await world.mails(edith) if "désign" in mail["subject"]]) == 1
