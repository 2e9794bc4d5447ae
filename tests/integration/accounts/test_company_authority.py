"""S1 and S2 for business accounts: the page `companies.md`, other people's ids, and fields nobody may set."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.accounts import routes
from shared import ids
from shared.contracts.events.companies import Right
from tests.authority import matrix
from tests.chaos import scorecard
from tests.integration.accounts import firms
from tests.integration.accounts.conftest import World
from tests.integration.accounts.firms import FORM
from tests.integration.accounts.test_disputes import contested

PAGE = (Path(__file__).parents[2] / "authority/companies.md").read_text()
CALLERS = ("stranger", "member", "right", "manager", "ex-member", "contested")
SINGLE = [right.value for right in Right if right is not Right.MANAGE]
WORDS = matrix.legend(PAGE.partition("## Rows")[0])
PRINT = """
select coalesce(string_agg(name || md5(text), ',' order by name), '') from (
    select 'account' as name, string_agg(t::text, e'\\n' order by t::text) as text from account as t
    union all select 'member', string_agg(t::text, e'\\n' order by t::text) from member as t
    union all select 'takeover', string_agg(t::text, e'\\n' order by t::text) from takeover as t
    union all select 'claim', string_agg(t::text, e'\\n' order by t::text) from claim as t
    union all select 'outbox', count(*)::text from outbox
) as each
"""


def rows() -> list[tuple[str, dict[str, str]]]:
    """Read the page: each route with what each caller is answered."""
    found = []
    for line in PAGE.splitlines():
        if line.startswith("| `"):
            route, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == len(CALLERS), route
            found.append((route.strip("`"), dict(zip(CALLERS, cells, strict=True))))
    return found


ROWS = rows()


@dataclass
class Firm:
    """One account with everybody, and the one whose claim is contested."""

    world: World
    account: str
    vivian: UUID
    spare: UUID
    callers: dict[str, UUID] = field(default_factory=dict)
    own: str = ""

    def account_of(self, caller: str) -> str:
        """Name the account a caller asks about."""
        return self.own if caller == "contested" else self.account


async def gather(world: World) -> Firm:
    """Let there be everybody of the page."""
    madiee, own, _ = await contested(world)
    account, vivian, people = await firms.staffed(world, 4 + len(SINGLE))
    member, ex, second, spare, *single = people
    await firms.rights(world, vivian, account["id"], second, grant=["manage"])
    await firms.rights(world, vivian, account["id"], ex, grant=["pay"])
    await firms.remove(world, vivian, account["id"], ex)
    for person, right in zip(single, SINGLE, strict=True):
        await firms.rights(world, vivian, account["id"], person, grant=[right])
    stranger = await world.person()
    await firms.register(world, stranger, legal_name="Autre inc.")
    callers = {"stranger": stranger, "member": member, "ex-member": ex, "manager": second, "contested": madiee}
    return Firm(world, account["id"], vivian, spare, callers | dict(zip(SINGLE, single, strict=True)), own)


def body_of(route: str, firm: Firm) -> dict[str, Any] | None:
    """Give a valid body."""
    spare = str(firm.spare)
    bodies: dict[str, dict[str, Any]] = {
        "PATCH /accounts/v1/accounts/{account_id}": {"phone": "819 555-0142"},
        "PUT /accounts/v1/accounts/{account_id}/successor": {"member": spare},
        "POST /accounts/v1/accounts/{account_id}/members/rights": {"members": [spare], "grant": ["inspect"]},
        "POST /accounts/v1/accounts/{account_id}/members/removals": {"members": [spare]},
        "POST /accounts/v1/accounts/{account_id}/takeovers": {"reason": "Essai"},
    }
    return bodies.get(route)


async def ask(firm: Firm, route: str, caller: str, account: str) -> str:
    """Ask as somebody; give status and slug."""
    method, path = route.split(" ")
    path = path.removeprefix("/accounts").replace("{account_id}", account)
    body = body_of(route, firm)
    more = {} if body is None else {"json": body}
    reply = await firm.world.as_(firm.callers[caller]).call(method, path, **more)
    return f"{reply.status} {reply.slug}" if reply.slug else str(reply.status)


def test_page_has_a_row_for_every_route_about_one_account():
    about = {
        f"{route.method} /accounts{route.path}"
        for route in routes.ROUTES
        if "{account_id}" in route.path and route.permission.scope == "person"
    }
    ours = {route for route in about if not any(word in route for word in ("bank", "fees", "payments"))}
    assert ours == {route for route, _ in ROWS}


@pytest.mark.item("O13", "O14", "O18", "O19")
@pytest.mark.parametrize(("route", "cells"), ROWS, ids=[route for route, _ in ROWS])
async def test_row_is_answered_as_the_page_says_and_refusals_change_nothing(world, route, cells):
    firm = await gather(world)
    asked = [(caller, word) for name, word in cells.items() for caller in (SINGLE if name == "right" else [name])]
    wrong = {}
    before = await world.pool.fetchval(PRINT)
    for caller, word in asked:
        if not word.isdecimal() and (said := await ask(firm, route, caller, firm.account_of(caller))) != WORDS[word]:
            wrong[caller] = said
        if word == "not-found":
            # For who may not know of it, what exists is answered like what does not.
            assert await ask(firm, route, caller, str(ids.uuid7())) == "404 not-found"
    assert before == await world.pool.fetchval(PRINT)
    for caller, word in asked:
        if word.isdecimal() and (said := await ask(firm, route, caller, firm.account_of(caller))) != word:
            wrong[caller] = said
    assert wrong == {}
    scorecard.note("S1", f"business accounts: {route}", len(asked), wrong=0)


@pytest.mark.item("O19")
async def test_members_of_another_account_are_unknown_whoever_names_them(world):
    """S2. A manager of one account names the people of another in every body that takes ids."""
    account, vivian, _ = await firms.staffed(world)
    other, omer, (theirs,) = await firms.staffed(world)
    for path, body in (
        ("members/rights", {"members": [str(theirs)], "grant": ["manage"]}),
        ("members/removals", {"members": [str(omer)]}),
    ):
        reply = await world.as_(vivian).post(f"/v1/accounts/{account['id']}/{path}", body)
        assert (409, "members-unknown") == (reply.status, reply.slug)
        assert (await world.as_(vivian).post(f"/v1/accounts/{other['id']}/{path}", body)).slug == "not-found"
    named = await world.as_(vivian).put(f"/v1/accounts/{account['id']}/successor", {"member": str(theirs)})
    assert named.slug == "members-unknown"
    page = await firms.members(world, omer, other["id"])
    assert {str(omer): 6, str(theirs): 0} == {one["id"]: len(one["rights"]) for one in page["members"]}
    scorecard.note("S2", "people of another account in bodies", 3, leaks=0)


FORBIDDEN = ("id", "rights", "claimed", "claimed_at", "number", "pin", "managers", "owner", "orphaned", "created_at")


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_no_body_sets_what_is_not_the_callers_to_set(world, name):
    """S2, mass assignment: a field that is not documented is refused, by its name, and nothing changes."""
    account, vivian, (jannee,) = await firms.staffed(world)
    path, before = f"/v1/accounts/{account['id']}", await world.pool.fetchval(PRINT)
    api = world.as_(vivian)
    extra = {name: True}
    for reply in (
        await api.post("/v1/accounts", FORM | extra),
        await api.patch(path, {"phone": "613 555-0100"} | extra),
        await api.post(f"{path}/members/rights", {"members": [str(jannee)], "grant": ["pay"]} | extra),
        await api.post(f"{path}/members/removals", {"members": [str(jannee)]} | extra),
        await api.put(f"{path}/successor", {"member": None} | extra),
        await api.post("/v1/accounts/join", {"pin": "222-222-222"} | ({name: True} if name != "pin" else {"x": 1})),
        await api.post(f"{path}/takeovers", {"reason": "x"} | extra),
    ):
        assert (422, "validation-failed") == (reply.status, reply.slug), reply
        assert "extra_forbidden" in json.dumps(reply.json["errors"])
    assert before == await world.pool.fetchval(PRINT)
    scorecard.note("S2", f"field that nobody sets: {name}", 7, accepted=0)
