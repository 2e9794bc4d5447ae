"""Business accounts: register, read, change, find (O6–O11, O15, O16)."""

from __future__ import annotations

import re

import pytest

from shared.web import throttle
from tests.integration.accounts import firms
from tests.integration.accounts.firms import EVERYTHING, FORM

REGISTERED, CHANGED = "accounts.account.registered.v1", "accounts.account.changed.v1"


@pytest.mark.item("O8", "O9", "O11")
async def test_register_gives_an_account_whose_manager_has_every_right(world):
    vivian = await world.person()
    account = await firms.register(world, vivian)
    assert ("LMS Architects inc.", "+16135550123", EVERYTHING) == (
        account["legal_name"],
        account["phone"],
        account["rights"],
    )
    assert ("K1P 1J1", "ON", "CA") == tuple(account["address"][one] for one in ("postal_code", "province", "country"))
    (event,) = await world.said(REGISTERED)
    assert (1, f"account/{account['id']}", [str(vivian)], str(vivian)) == (
        event.sequence,
        event.subject,
        event.data["managers"],
        event.data["creator"]["id"],
    )


@pytest.mark.item("O8", "O15")
async def test_register_gives_each_account_a_pin_of_its_own_that_its_manager_sees(world):
    vivian = await world.person()
    pins = [await firms.pin_of(world, vivian, (await firms.register(world, vivian))["id"]) for _ in range(3)]
    assert len(set(pins)) == 3
    assert all(re.fullmatch(r"[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}", pin) for pin in pins)


@pytest.mark.item("O9")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("phone", "555-0123", "phone"),
        ("phone", "", "phone"),
        ("email", "bureau", "email"),
        ("legal_name", "  ", "line_of_text"),
        ("legal_name", "LMS\u202eInc", "line_of_text"),
        ("tarion_number", "ABC", "tarion_number"),
        ("kind", "surveyor", "enum"),
        ("rights", ["manage"], "extra_forbidden"),
        ("id", "019327c4-5a00-7000-8000-000000000003", "extra_forbidden"),
    ],
)
async def test_register_with_a_wrong_field_points_at_it_and_says_what_to_do(world, field, value, code):
    reply = await world.as_(await world.person()).post("/v1/accounts", FORM | {field: value})
    assert (422, [(f"/{field}", code)]) == (
        reply.status,
        [(one["pointer"], one["code"]) for one in reply.json["errors"]],
    )
    assert value == "" or str(value) not in reply.text


@pytest.mark.parametrize(("field", "code"), [("postal_code", "postal_code"), ("province", "province")])
async def test_register_with_a_wrong_address_points_into_it(world, field, code):
    body = FORM | {"address": FORM["address"] | {field: "D0D 0D0"}}
    reply = await world.as_(await world.person()).post("/v1/accounts", body)
    assert [(f"/address/{field}", code)] == [(one["pointer"], one["code"]) for one in reply.json["errors"]]


async def test_register_by_a_person_not_heard_of_yet_is_asked_to_try_again(world):
    from shared import ids

    reply = await world.as_(ids.uuid7()).post("/v1/accounts", FORM)
    assert (503, "temporarily-unavailable") == (reply.status, reply.slug)


async def test_register_by_the_hundred_is_stopped_and_others_go_on(world):
    vivian, jannee = await world.person(), await world.person()
    for _ in range(50):
        await throttle.spend(world.pool, f"account-registration:{vivian}", throttle.Limit(50, 86_400))
    reply = await world.as_(vivian).post("/v1/accounts", FORM)
    assert (429, "too-many-requests") == (reply.status, reply.slug)
    assert int(reply.headers["Retry-After"]) > 0
    assert (await firms.register(world, jannee))["rights"] == EVERYTHING


@pytest.mark.item("O6")
@pytest.mark.parametrize("sort", ["name", "-name", "phone", "-phone"])
async def test_list_of_my_accounts_is_paged_in_the_order_asked(world, sort):
    vivian = await world.person()
    names = ["Zénith", "électrique Roy", "Eaton", "eau vive", "Architectes Bé"]
    for place, name in enumerate(names):
        await firms.register(world, vivian, legal_name=name, phone=f"613 555-01{(place * 37) % 100:02}")
    await firms.register(world, await world.person(), legal_name="Autre")
    found, after = [], None
    for _ in range(4):
        query = {"sort": sort, "size": "2"} | ({"after": after} if after else {})
        page = (await world.as_(vivian).get("/v1/accounts", params=query)).json
        found += [one["legal_name" if "name" in sort else "phone"] for one in page["accounts"]]
        after = page["next"]
        if after is None:
            break
    by_name = ["Architectes Bé", "Eaton", "eau vive", "électrique Roy", "Zénith"]
    wanted = by_name if "name" in sort else sorted(found)
    assert (wanted[::-1] if sort.startswith("-") else wanted) == found
    assert len(found) == 5


async def test_list_after_a_place_of_another_order_is_refused(world):
    vivian = await world.person()
    for name in ("A", "B"):
        await firms.register(world, vivian, legal_name=name)
    place = (await world.as_(vivian).get("/v1/accounts?size=1")).json["next"]
    for query in (f"sort=phone&after={place}", "after=bm9wZQ", "after=%00", "after=" + "A" * 900):
        reply = await world.as_(vivian).get(f"/v1/accounts?{query}")
        assert (422, "?after") == (reply.status, reply.json["errors"][0]["pointer"])


@pytest.mark.item("O9")
async def test_change_keeps_what_is_left_out_and_says_what_changed(world):
    vivian = await world.person()
    account = await firms.register(world, vivian)
    body = {"legal_name": "LMS Architectes inc.", "address": FORM["address"] | {"unit": "12"}, "version": 1}
    reply = await world.as_(vivian).patch(f"/v1/accounts/{account['id']}", body)
    assert (200, "LMS Architectes inc.", "12", "+16135550123", 2) == (
        reply.status,
        reply.json["legal_name"],
        reply.json["address"]["unit"],
        reply.json["phone"],
        reply.json["version"],
    )
    (event,) = await world.said(CHANGED)
    assert (["legal_name", "address"], 2) == (event.data["changed"], event.sequence)


async def test_change_to_what_it_is_already_says_nothing(world):
    vivian = await world.person()
    account = await firms.register(world, vivian)
    reply = await world.as_(vivian).patch(f"/v1/accounts/{account['id']}", {"phone": "+1 613 555 0123"})
    assert (200, 1) == (reply.status, reply.json["version"])
    assert await world.said(CHANGED) == []


async def test_change_of_what_another_manager_changed_meanwhile_is_refused(world):
    vivian = await world.person()
    account = await firms.register(world, vivian)
    path = f"/v1/accounts/{account['id']}"
    assert (await world.as_(vivian).patch(path, {"phone": "819 555-0100", "version": 1})).status == 200
    reply = await world.as_(vivian).patch(path, {"phone": "819 555-0111", "version": 1})
    assert (409, "account-changed-meanwhile", 2) == (reply.status, reply.slug, reply.json["version"])


@pytest.mark.item("O16")
async def test_company_shows_clients_exactly_what_it_chose(world):
    vivian, client = await world.person(), await world.person()
    listing = {"listed": True, "shows": ["phone", "address"]}
    account = await firms.register(world, vivian, listing=listing, tarion_number="B12345")
    for reply in (
        await world.as_(client).get("/v1/companies?name=lms+arch"),
        await world.as_(client).get(f"/v1/companies/{account['id']}"),
    ):
        company = reply.json.get("companies", [reply.json])[0]
        assert {one for one, value in company.items() if value is not None} == {
            "id",
            "kind",
            "legal_name",
            "phone",
            "address",
        }
        for hidden in ("bureau@lms", "B12345", '"LMS"', str(vivian)):
            assert hidden not in reply.text


@pytest.mark.item("O16")
async def test_company_that_does_not_wish_to_be_found_is_not(world):
    vivian, client = await world.person(), await world.person()
    account = await firms.register(world, vivian, listing={"listed": False, "shows": ["phone"]})
    assert (await world.as_(client).get("/v1/companies?name=lms")).json == {"companies": [], "next": None}
    assert (await world.as_(client).get(f"/v1/companies/{account['id']}")).slug == "not-found"


@pytest.mark.item("O16")
@pytest.mark.parametrize("name", ["archi", "LMS", "electric", "Électric", "lms-arch", "inc lms"])
async def test_companies_are_found_by_beginnings_of_words_without_accents_and_case(world, name):
    vivian = await world.person()
    await firms.register(world, vivian, legal_name="LMS Architects Électricité inc.", operating_name="")
    found = (await world.as_(vivian).get("/v1/companies", params={"name": name})).json["companies"]
    assert ["LMS Architects Électricité inc."] == [one["legal_name"] for one in found]


@pytest.mark.parametrize("name", ["--", "&|!", "':*", "zzz", "(lms"])
async def test_companies_searched_for_with_signs_and_not_words_are_no_error(world, name):
    await firms.register(world, await world.person())
    reply = await world.as_(await world.person()).get("/v1/companies", params={"name": name})
    assert (200, name == "(lms") == (reply.status, bool(reply.json["companies"]))
