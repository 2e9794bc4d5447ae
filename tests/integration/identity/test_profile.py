import asyncio

import pytest

from services.identity.commands import make_operator
from shared.contracts.problems import common
from tests.integration.identity.conftest import OTHER, Somebody, shown

EDITH = Somebody()
NEW = "e.descartes@mandat.example.com"
ASKED, CHANGED = "verification.requested.v1", "email.changed.v1"


@pytest.fixture
async def edith(world):
    await world.verified(EDITH)
    return world.as_(await world.signed_in(EDITH))


async def ask_email(world, caller, email=NEW, password=EDITH.password):
    reply = await caller.post("/v1/me/email", {"email": email, "password": password})
    await world.work_off()
    return reply


async def confirm(world, token):
    return await world.anonymous.post("/v1/email-changes", {"token": token})


async def test_me_shows_the_profile_and_no_secret(edith):
    reply = await edith.get("/v1/me")
    shown_fields = {
        "id", "username", "email", "first_name", "last_name", "language", "verified", "operator", "password_changed_at",
    }  # fmt: skip
    assert (reply.status, set(reply.json), reply.json["verified"]) == (200, shown_fields, True)


async def test_me_of_nobody_asks_for_sign_in(world):
    assert (await world.anonymous.get("/v1/me")).slug == "sign-in-required"


async def test_profile_changed_is_shown_and_said(world, edith):
    reply = await edith.patch("/v1/me", {"last_name": "Descartes-Roy", "language": "en"})
    [said] = await world.said("user.changed.v1")
    assert (reply.json["first_name"], reply.json["last_name"], reply.json["language"]) == (
        "Édith",
        "Descartes-Roy",
        "en",
    )
    assert (said.data["last_name"], said.data["language"], said.sequence) == ("Descartes-Roy", "en", 3)


@pytest.mark.parametrize("change", [{}, {"first_name": "Édith"}, {"first_name": " E\u0301dith "}])
async def test_profile_changed_to_the_same_says_nothing(world, edith, change):
    assert (await edith.patch("/v1/me", change)).status == 200
    assert await world.said("user.changed.v1") == []


@pytest.mark.parametrize("change", [{"username": "other"}, {"email": NEW}, {"operator": True}, {"first_name": "a\nb"}])
async def test_profile_change_of_anything_else_is_refused(edith, change):
    assert (await edith.patch("/v1/me", change)).slug == "validation-failed"


async def test_profile_changed_twenty_times_at_once_numbers_every_event(world, edith):
    await asyncio.gather(*(edith.patch("/v1/me", {"last_name": f"Descartes {number}"}) for number in range(20)))
    said = await world.said("user.changed.v1")
    last = await world.pool.fetchval("select last_name from person")
    assert ([one.sequence for one in said], said[-1].data["last_name"]) == (list(range(3, 23)), last)


async def test_profile_change_repeated_with_its_key_is_done_once(world, edith):
    for _ in range(2):
        await edith.patch("/v1/me", {"last_name": "Roy"}, headers={"Idempotency-Key": "one"})
    assert len(await world.said("user.changed.v1")) == 1


async def test_email_change_mails_a_link_to_the_new_address_and_changes_nothing_yet(world, edith):
    reply = await ask_email(world, edith)
    [said] = await world.said(ASKED)
    assert (reply.status, said.data["sent_to"], said.data["email"]) == (202, NEW, EDITH.email)


async def test_email_change_followed_takes_the_new_address_and_tells_the_old_one(world, edith):
    await ask_email(world, edith)
    reply = await confirm(world, await world.token_of(ASKED))
    [said] = await world.said(CHANGED)
    assert (reply.status, said.data["email"], said.data["former_email"]) == (204, NEW, EDITH.email)
    assert [(await world.try_sign_in(one, EDITH.password)).status for one in (EDITH.email, NEW)] == [401, 201]


async def test_email_change_with_a_wrong_password_is_refused(world, edith):
    reply = await ask_email(world, edith, password=OTHER)
    assert (reply.slug, await world.said(ASKED)) == ("wrong-password", [])


async def test_email_change_to_the_address_of_another_gives_the_same_answer_and_tells_him(world, edith):
    other = await world.verified()
    free, taken = await ask_email(world, edith), await ask_email(world, edith, other.email.upper())
    [told] = await world.said("registration.repeated.v1")
    assert shown(free) == shown(taken)
    assert (told.data["email"], len(await world.said(ASKED))) == (other.email, 1)


async def test_email_change_by_two_people_to_one_address_is_given_to_the_first(world, edith):
    second = world.as_(await world.signed_in(await world.verified()))
    tokens = []
    for caller in (edith, second):
        await ask_email(world, caller)
        tokens.append(await world.token_of(ASKED))
    replies = await asyncio.gather(*(confirm(world, token) for token in tokens))
    assert sorted(reply.status for reply in replies) == [204, 410]


async def test_email_change_link_works_once(world, edith):
    await ask_email(world, edith)
    token = await world.token_of(ASKED)
    assert [(await confirm(world, token)).status for _ in range(2)] == [204, 410]


async def test_email_change_makes_links_to_the_old_address_worthless(world, edith):
    await world.anonymous.post("/v1/recoveries/password", {"login": EDITH.username})
    await world.work_off()
    recovery = await world.token_of("reset.requested.v1")
    await ask_email(world, edith)
    await confirm(world, await world.token_of(ASKED))
    reply = await world.anonymous.post("/v1/password-resets", {"token": recovery, "new_password": OTHER})
    assert reply.slug == "link-invalid"


async def test_email_change_to_an_address_somebody_never_proved_works(world, edith):
    await world.register(Somebody("squatter", NEW))
    await world.later("link", "expires_at", "24 hours")
    await ask_email(world, edith)
    assert (await confirm(world, await world.token_of(ASKED))).status == 204


async def test_operators_named_by_an_operator_are_listed_and_said(world):
    person, caller = await world.operator()
    await world.verified(EDITH)
    reply = await caller.put("/v1/operators/EDescartes")
    listed = (await caller.get("/v1/operators")).json["operators"]
    assert (reply.status, [one["username"] for one in listed]) == (200, [EDITH.username, person.username])
    assert [one.data["operator"] for one in await world.said("user.changed.v1")] == [True, True]


async def test_operator_role_is_in_the_token_from_the_next_sign_in(world):
    person, _ = await world.operator()
    assert (await world.claims(await world.signed_in(person)))["roles"] == ["operator"]


async def test_operator_named_twice_is_said_once(world):
    person, caller = await world.operator()
    assert (await caller.put(f"/v1/operators/{person.username}")).status == 200
    assert len(await world.said("user.changed.v1")) == 1


@pytest.mark.parametrize("name", ["nobody", "edith@mandat.example.com", "a%00b", "x"])
async def test_operator_named_without_such_a_person_is_not_found(world, name):
    _, caller = await world.operator()
    await world.verified(EDITH)
    assert (await caller.put(f"/v1/operators/{name}")).slug == "not-found"


async def test_operator_from_the_command_line_must_have_proved_his_address(world):
    await world.register(EDITH)
    with pytest.raises(common.NotFound):
        async with world.pool.transaction() as connection:
            await make_operator(connection, EDITH.username)


async def test_operator_dismissed_loses_the_role_at_once_although_his_token_lives(world):
    _, first = await world.operator()
    second_person, second = await world.operator()
    assert (await first.delete(f"/v1/operators/{second_person.username}")).status == 204
    assert (await second.get("/v1/operators")).slug == "not-permitted"


async def test_operator_dismissed_as_the_last_one_is_refused(world):
    person, caller = await world.operator()
    assert (await caller.delete(f"/v1/operators/{person.username}")).slug == "last-operator"


async def test_operators_who_dismiss_each_other_at_once_leave_one(world):
    for _ in range(3):
        (one_person, one), (other_person, other) = await world.operator(), await world.operator()
        await world.pool.execute(
            "update person set operator = false where not username = any($1)",
            [one_person.username, other_person.username],
        )
        await asyncio.gather(
            one.delete(f"/v1/operators/{other_person.username}"), other.delete(f"/v1/operators/{one_person.username}")
        )
        assert await world.pool.fetchval("select count(*) from person where operator") == 1


async def test_operators_are_not_shown_to_others(edith):
    assert (await edith.get("/v1/operators")).slug == "not-permitted"
