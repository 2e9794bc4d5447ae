"""Of a person whose registration was removed nothing stays but that e-mails were sent (T17)."""

from __future__ import annotations

from services.notifications import commands, store
from shared import ids
from shared.contracts.events import companies, identity
from tests.integration.notifications.conftest import EDITH, JEAN, Office


async def about(office: Office) -> str:
    """Give everything that the database holds on people and e-mails, as text."""
    people = await office.pool.fetch("select row_to_json(recipient)::text as all from recipient")
    emails = await office.pool.fetch("select row_to_json(email)::text as all from email")
    return "\n".join(row["all"] for row in (*people, *emails))


def assert_forgotten(held: str) -> None:
    for word in (EDITH.email, EDITH.last_name, EDITH.first_name, EDITH.username):
        assert word not in held


async def removed(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.UserRemoved))


async def test_person_removed_is_forgotten_with_what_has_not_left(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.UserRegistered), office.user(JEAN, identity.UsernameRequested))
    assert EDITH.email in await about(office)
    await removed(office)
    assert_forgotten(await about(office))
    assert [JEAN.email] == [row["address"] for row in await office.rows("address, created_at, id")]
    assert 1 == await office.send()


async def test_email_sent_to_a_person_removed_keeps_its_outcome_and_loses_him(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.UserRegistered))
    await office.send()
    await removed(office)
    assert_forgotten(await about(office))
    (row,) = await office.rows()
    assert ("sent", "verification", "250 taken") == (row["state"], row["template"], row["last_reply"])
    shown = (await office.operator().get(f"/v1/emails/{row['id']}")).json
    assert ("sent", "") == (shown["state"], shown["address"])


async def test_email_that_ended_is_deleted_when_it_is_old_and_what_still_goes_is_not(
    office: Office, monkeypatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    await office.hear(*(office.user(JEAN, identity.UsernameRequested) for _ in range(7)))
    states = ("sent", "failed", "bounced", "unknown", "queued", "sending", "sent")
    rows = await office.rows("created_at, id")
    for row, state in zip(rows, states, strict=True):
        await office.pool.execute("update email set state = $2 where id = $1", row["id"], state)
    await office.pool.execute("update email set created_at = created_at - interval '8 days'")
    await office.pool.execute("update email set created_at = clock_timestamp() where id = $1", rows[-1]["id"])
    await commands.delete_old(office.pool, 9)
    assert 7 == len(await office.rows())
    await commands.delete_old(office.pool, 7)
    assert ["queued", "sending", "sent"] == sorted(row["state"] for row in await office.rows())


async def test_email_that_failed_to_a_person_removed_cannot_be_sent_again(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.UsernameRequested))
    await office.pool.execute("update email set state = 'failed'")
    await removed(office)
    (row,) = await office.rows()
    assert "email-not-retriable" == (await office.operator().post(f"/v1/emails/{row['id']}/retry")).slug


async def test_event_that_comes_after_the_removal_brings_nobody_back_and_writes_nothing(office: Office) -> None:
    late = [office.delivery(office.user(EDITH, kind)) for kind in (identity.UserRegistered, identity.UserVerified)]
    await removed(office)
    await office.hear(*late, office.alert(responsible=EDITH.id))
    assert_forgotten(await about(office))
    assert ([], 0) == (await office.rows(), await office.pool.fetchval("select count(*) from retry"))


async def test_event_that_names_a_person_removed_of_whom_nothing_was_heard_yet_writes_nothing(office: Office) -> None:
    """Another service heard of the removal first: what it says names him without who he was."""
    nobody = EDITH.model_copy(update=dict.fromkeys(("username", "first_name", "last_name", "email"), ""))
    await office.hear(office.company(companies.TakeoverWithdrawn, nobody))
    assert [] == await office.rows()


async def test_alert_for_a_person_removed_has_an_unknown_recipient(office: Office) -> None:
    await removed(office)
    alert = office.alert(responsible=EDITH.id).model_dump(mode="json")
    reply = await office.application().post("/v1/alerts", {"alerts": [alert]})
    assert ["unknown-recipient"] == [one["outcome"] for one in reply.json["results"]]


async def test_email_that_is_being_sent_during_the_removal_is_forgotten_afterwards(office: Office) -> None:
    await office.hear(*(office.user(EDITH, kind) for kind in (identity.UserRegistered, identity.UsernameRequested)))
    owner = ids.uuid7()
    ending, waiting = await store.claim_emails(office.pool, owner, 5)
    await removed(office)
    async with office.pool.transaction() as connection:
        await store.end_email(connection, ending["id"], owner, "sent", "250 taken")
        await store.postpone_email(connection, waiting["id"], owner, 5.0, "451 later", unknown=False)
    assert EDITH.email in await about(office)
    await commands.forget_removed(office.pool)
    assert_forgotten(await about(office))
    assert ["sent"] == await office.states()
