"""What connected applications ask beside decisions: where a person has rights, and what an account is called."""

from __future__ import annotations

from shared import ids
from tests.integration.accounts import firms


async def test_accounts_of_a_person_are_those_in_which_he_has_a_right_now(world):
    account, manager, (jannee,) = await firms.staffed(world)
    corp = await firms.register(world, manager, legal_name="LMS Corp.")
    api = world.as_application()

    async def of(person) -> list[tuple[str, list[str]]]:
        reply = await api.get(f"/v1/people/{person}/accounts")
        return [(one["legal_name"], one["rights"]) for one in reply.json["accounts"]]

    assert {"LMS Architects inc.", "LMS Corp."} == {name for name, _ in await of(manager)}
    assert [] == await of(jannee)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay", "submit"])
    assert [("LMS Architects inc.", ["submit", "pay"])] == await of(jannee)
    await firms.remove(world, manager, account["id"], jannee)
    assert ([], []) == (await of(jannee), await of(ids.uuid7()))
    first = (await api.get(f"/v1/people/{manager}/accounts?size=1")).json
    rest = (await api.get(f"/v1/people/{manager}/accounts?size=1&after={first['next']}")).json
    assert {account["id"], corp["id"]} == {one["id"] for one in (*first["accounts"], *rest["accounts"])}
    assert rest["next"] is None


async def test_name_says_whether_the_company_lets_itself_be_found(world):
    vivian = await world.person()
    shown = await firms.register(world, vivian)
    hidden = await firms.register(world, vivian, legal_name="Cachée inc.", listing={"listed": False})
    names = [(await world.as_application().get(f"/v1/accounts/{one['id']}/name")).json for one in (shown, hidden)]
    assert [("LMS Architects inc.", True), ("Cachée inc.", False)] == [
        (one["legal_name"], one["listed"]) for one in names
    ]
    assert 404 == (await world.as_application().get(f"/v1/accounts/{ids.uuid7()}/name")).status
    assert 403 == (await world.as_(vivian).get(f"/v1/accounts/{shown['id']}/name")).status
