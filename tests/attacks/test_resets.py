"""S8: a recovery link works once, for half an hour, for its person, on our own address, and stands in no log."""

from __future__ import annotations

import asyncio

from services import client
from tests.attacks.street import Street, address
from tests.chaos import scorecard
from tests.journeys.world import Somebody

NEW = "lanterne-{}-sur-la-greve"
EVIL = "evil.example.net"
POISONS = (
    {"Host": EVIL},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-Host": EVIL},
    {"X-Original-URL": f"https://{EVIL}/"},
    {"Forwarded": f"for=192.0.2.1;host={EVIL};proto=https"},
    {"Origin": f"https://{EVIL}"},
    {"Referer": f"https://{EVIL}/reset"},
)


async def use(street: Street, token: str, word: str = "neuve", place: int = 0) -> int:
    """Set a new password by a link."""
    body = {"token": token, "new_password": NEW.format(word)}
    answer = await street.call("POST", "/identity/v1/password-resets", address=address(place), json=body)
    return answer.status


async def fresh(street: Street) -> tuple[Somebody, str]:
    """Give a person and his recovery link."""
    person = await street.world.newcomer("Édith", "Descartes")
    return person, await street.recovery_link(person)


async def replayed(street: Street) -> list[int]:
    """Use a link twice."""
    _, token = await fresh(street)
    return [await use(street, token, word) for word in ("neuve", "autre")]


async def test_link_is_taken_once(street: Street):
    assert await replayed(street) == [204, 410]
    scorecard.note("S8", "reuse", 1, accepted=0)


async def test_link_of_yesterday_is_refused(street: Street):
    _, token = await fresh(street)
    await street.execute("identity", "update link set expires_at = expires_at - interval '30 minutes'")
    assert await use(street, token) == 410
    scorecard.note("S8", "expired", 1, accepted=0)


async def test_link_used_by_twenty_at_once_has_one_winner(street: Street):
    person, token = await fresh(street)
    answers = await asyncio.gather(*(use(street, token, f"numero{one}", one) for one in range(20)))
    winner = answers.index(204)
    found = [await street.sign_in(person.username, NEW.format(f"numero{one}")) for one in (winner, (winner + 1) % 20)]
    assert (sorted(set(answers)), answers.count(204), [one.status for one in found]) == ([204, 410], 1, [201, 401])
    scorecard.note("S8", "used by 20 at once", 20, accepted_more_than_once=0)


async def test_link_asked_for_before_the_password_was_changed_is_refused(street: Street):
    person, token = await fresh(street)
    change = {"old_password": person.passphrase, "new_password": NEW.format("changee")}
    assert (await person.caller.call("POST", "/identity/v1/password", json=change)).status == 200
    assert await use(street, token) == 410
    scorecard.note("S8", "after a change of password", 1, accepted=0)


async def test_link_leads_to_our_address_whatever_the_request_says_of_hosts(street: Street):
    person = await street.world.newcomer("Édith", "Descartes")
    for poison in POISONS:
        await street.execute("identity", "delete from throttle")
        await street.recovery_link(person, headers=poison)
    mails = await street.world.mails(person)
    texts = [mail["text"] for mail in mails if "mot de passe" in mail["subject"].lower()]
    links = [mail["links"] for mail in mails]
    assert (len(texts), EVIL in str(texts), EVIL in str(links)) == (len(POISONS), False, False)
    assert all(link.startswith(street.realm.url) for found in links for link in found)
    scorecard.note("S8", "poisoned hosts", len(POISONS), accepted=0)


async def test_link_stands_in_no_log_even_when_it_is_sent_where_it_does_not_belong(street: Street):
    _, token = await fresh(street)
    await use(street, token)
    for path in ("/identity/v1/password-resets", "/identity/v1/me", "/reset"):
        await street.call("GET", path, params={"token": token})
    logs = street.world.logs()
    assert (token in logs, "password-resets" in logs) == (False, True)
    scorecard.note("S8", "tokens in logs", 1, found=0)


async def test_link_of_another_kind_is_no_recovery_link(street: Street):
    person = street.world.stranger("Alain", "Proviste")
    await street.world.register(person)
    token = client.token_in((await street.world.mails(person))[-1]["text"])
    assert token
    assert await use(street, token) == 410


async def test_planted_link_that_stays_good_is_found_out(sick: Street):
    assert await replayed(sick) == [204, 204]
    scorecard.note("S8", "control: links_for_ever", 1, accepted=1)
