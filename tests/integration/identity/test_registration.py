import asyncio
from dataclasses import replace

import pytest

from services.identity import workers
from tests.integration.identity.conftest import OTHER, Somebody, shown

EDITH = Somebody()
REGISTERED, REPEATED = "user.registered.v1", "registration.repeated.v1"


@pytest.mark.item("Q15")
async def test_register_a_newcomer_mails_a_link_to_the_address(world):
    reply = await world.register(EDITH)
    [said] = await world.said()
    assert (reply.status, said.type, said.data["email"]) == (202, f"identity.{REGISTERED}", EDITH.email)


async def test_register_says_the_state_of_the_person(world):
    await world.register(EDITH)
    [said] = await world.said()
    state = {name: value for name, value in said.data.items() if name not in ("id", "sealed")}
    names = {"username": "edescartes", "first_name": "Édith", "last_name": "Descartes"}
    rest = {"email": EDITH.email, "language": "fr", "verified": False, "operator": False}
    assert (state, said.sequence, said.subject) == (names | rest, 1, f"user/{said.data['id']}")


async def test_register_carries_the_correlation_of_the_request_to_the_event(world):
    await world.anonymous.post("/v1/registrations", EDITH.form(), headers={"X-Correlation-Id": "letter-7"})
    await world.work_off()
    [said] = await world.said()
    assert said.correlationid == "letter-7"


@pytest.mark.item("Q16")
async def test_register_then_verify_then_sign_in_works(world):
    await world.verified(EDITH)
    assert (await world.try_sign_in(EDITH.username, EDITH.password)).status == 201


async def test_register_without_language_is_french(world):
    form = EDITH.form()
    del form["language"]
    await world.anonymous.post("/v1/registrations", form)
    await world.work_off()
    assert (await world.said())[0].data["language"] == "fr"


@pytest.mark.item("decision 12")
async def test_sign_in_before_the_address_is_proved_is_refused_as_email_not_verified(world):
    await world.register(EDITH)
    reply = await world.try_sign_in(EDITH.username, EDITH.password)
    assert (reply.status, reply.slug) == (403, "email-not-verified")


async def test_sign_in_before_the_address_is_proved_with_a_wrong_password_tells_nothing(world):
    await world.register(EDITH)
    reply = await world.try_sign_in(EDITH.username, OTHER)
    assert (reply.status, reply.slug) == (401, "wrong-credentials")


@pytest.mark.item("decision 12")
async def test_register_with_a_known_address_gives_the_same_answer_and_tells_the_owner(world):
    await world.verified(EDITH)
    newcomer = await world.register(world.somebody())
    repeated = await world.register(replace(EDITH, username="other", email="EDITH@mandat.example.com"))
    assert shown(repeated) == shown(newcomer)
    [told] = await world.said(REPEATED)
    assert (told.data["username"], told.data["email"]) == (EDITH.username, EDITH.email)


async def test_register_with_a_known_address_costs_the_same_hashes_and_statements(world):
    """Time is compared by what it is spent on: the answer is given before anybody looks the address up."""
    await world.verified(EDITH)
    counts = []
    for person in (world.somebody(), replace(EDITH, username="other")):
        before = world.deps.hasher.count
        await world.anonymous.post("/v1/registrations", person.form())
        counts.append(world.deps.hasher.count - before)
    waiting = await world.pool.fetch("select kind, count(*) from request group by kind")
    assert (counts, [tuple(row) for row in waiting]) == ([1, 1], [("registration", 2)])


async def test_register_with_a_known_address_does_not_keep_the_user_name(world):
    await world.verified(EDITH)
    await world.register(replace(EDITH, username="other"))
    assert (await world.register(replace(world.somebody(), username="other"))).status == 202
    assert [one.data["username"] for one in await world.said(REGISTERED)] == [EDITH.username, "other"]


async def test_register_with_a_known_address_changes_nothing_for_its_owner(world):
    await world.verified(EDITH)
    await world.register(replace(EDITH, username="other", password=OTHER))
    assert (await world.try_sign_in(EDITH.email, OTHER)).status == 401
    assert (await world.try_sign_in(EDITH.email, EDITH.password)).status == 201


@pytest.mark.parametrize("limits", [{"letters_per_person_per_hour": 3, "registrations_per_hour": 99}])
async def test_register_with_a_known_address_over_and_over_mails_the_owner_three_times_an_hour(world):
    await world.verified(EDITH)
    for number in range(6):
        await world.register(replace(EDITH, username=f"other{number}"))
    assert len(await world.said(REPEATED)) == 3


@pytest.mark.parametrize("variant", ["edescartes", "EDescartes", "ｅｄｅｓｃａｒｔｅｓ"])
async def test_register_with_a_taken_user_name_is_refused_as_username_taken(world, variant):
    await world.verified(EDITH)
    reply = await world.register(replace(world.somebody(), username=variant))
    assert (reply.status, reply.slug) == (409, "username-taken")


async def test_register_with_a_user_name_that_waits_to_be_worked_off_is_refused(world):
    await world.anonymous.post("/v1/registrations", EDITH.form())
    reply = await world.anonymous.post("/v1/registrations", replace(EDITH, email="other@mandat.example.com").form())
    assert reply.slug == "username-taken"


@pytest.mark.parametrize("limits", [{"registrations_per_hour": 5}])
async def test_register_over_and_over_from_one_address_is_refused_whether_the_name_is_taken_or_not(world):
    await world.verified(EDITH)
    for number in range(4):
        await world.register(replace(EDITH, username=f"other{number}"))
    taken, free = await world.register(EDITH), await world.register(replace(EDITH, username="free"))
    assert [taken.status, free.status] == [429, 429]
    assert int(taken.headers["Retry-After"]) > 0


async def test_register_twenty_times_at_once_with_variants_of_a_user_name_makes_one_person(world):
    names = ["Édith", "édith", "ÉDITH", "e\u0301dith", "ｅ\u0301dith"] * 4
    people = [replace(EDITH, username=name, email=f"e{number}@mandat.example.com") for number, name in enumerate(names)]
    replies = await asyncio.gather(*(world.anonymous.post("/v1/registrations", one.form()) for one in people))
    await asyncio.gather(*(workers.work_off(world.deps) for _ in range(4)))
    assert sorted(reply.status for reply in replies) == [202] + [409] * 19
    assert await world.pool.fetchval("select count(*) from person") == 1


async def test_register_twenty_times_at_once_with_variants_of_an_address_makes_one_person(world):
    addresses = ["edith@example.com", "EDITH@example.com", "edith@EXAMPLE.com", "Edith@Example.Com"] * 5
    people = [replace(EDITH, username=f"edith{number}", email=email) for number, email in enumerate(addresses)]
    replies = await asyncio.gather(*(world.anonymous.post("/v1/registrations", one.form()) for one in people))
    await asyncio.gather(*(workers.work_off(world.deps) for _ in range(4)))
    assert {reply.status for reply in replies} == {202}
    counts = await world.pool.fetchrow(
        "select (select count(*) from person), (select count(*) from registration), (select count(*) from request)"
    )
    assert (tuple(counts), len(await world.said(REGISTERED)), len(await world.said(REPEATED))) == ((1, 0, 0), 1, 19)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "ab"), ("username", "x" * 41), ("username", "has blank"), ("username", "edith@example.com"),
        ("username", "раура"), ("username", "nul\x00nul"), ("email", "nobody"), ("email", "a@b@c.example.com"),
        ("email", "a\r\nBcc: b@example.com"), ("first_name", ""), ("first_name", "  "), ("last_name", "x" * 101),
        ("first_name", "Jean\nPiette"), ("last_name", "Pie\u202ette"), ("first_name", "a\x00"), ("language", "de"),
    ],
)  # fmt: skip
async def test_register_with_a_malformed_field_points_at_it_and_never_repeats_it(world, field, value):
    reply = await world.anonymous.post("/v1/registrations", EDITH.form() | {field: value})
    assert (reply.status, reply.slug, [one["pointer"] for one in reply.json["errors"]]) == (
        422, "validation-failed", [f"/{field}"],
    )  # fmt: skip
    assert PASS_CANARY not in reply.text


PASS_CANARY = EDITH.password


async def test_register_with_an_unknown_field_is_refused(world):
    reply = await world.anonymous.post("/v1/registrations", EDITH.form() | {"operator": True})
    assert reply.slug == "validation-failed"


@pytest.mark.item("decision 12")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Short-passw0rd", "too-short"), ("motdepasse2026!", "common"), ("edescartes-edith", "personal"),
        ("aaaaaaaaaaaaaaaa", "repetitive"), ("x" * 40 + "un deux trois quatre" * 6, "too-long"),
    ],
)  # fmt: skip
async def test_register_with_a_weak_password_is_refused_with_the_reason(world, password, reason):
    reply = await world.anonymous.post("/v1/registrations", EDITH.form() | {"password": password})
    assert (reply.status, reply.slug, reply.json["reason"]) == (422, "password-too-weak", reason)
    assert password not in reply.text


async def test_register_with_a_weak_password_tells_why_in_the_language_asked_for(world):
    details = []
    for language in ("fr", "en"):
        body = EDITH.form() | {"password": "court"}
        reply = await world.anonymous.post("/v1/registrations", body, headers={"Accept-Language": language})
        details.append(reply.json["detail"][:28])
    assert details == ["Utilisez au moins 15 caractè", "Use 15 characters or more, a"]
