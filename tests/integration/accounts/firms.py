"""Business accounts in tests: LMS Architects and whoever belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from tests.integration.accounts.conftest import World
    from tests.support import web

ADDRESS = {"street": "110, avenue Laurier Ouest", "unit": None, "city": "Ottawa", "province": "ON"}
FORM: dict[str, Any] = {
    "kind": "professional",
    "legal_name": "LMS Architects inc.",
    "operating_name": "LMS",
    "phone": "(613) 555-0123",
    "email": "bureau@lms.example.com",
    "address": {**ADDRESS, "postal_code": "k1p 1j1"},
}
COLUMNS = "numero;genre;denomination_sociale;telephone;courriel;rue;ville;province;code_postal;langue;contacts;demandes"
LMS_CORP = (
    "E-1001;entrepreneur;LMS Corp.;613-555-0177;info@lmscorp.example.com;1, rue Elgin;Ottawa;Ontario;K1N5Y6;en;"
    "vivian@lmscorp.example.com;A23-000123|A24-000456"
)
EVERYTHING = ["manage", "submit", "pay", "inspect", "upload", "templates"]


async def register(world: World, person: UUID, **changes: Any) -> dict[str, Any]:
    """Have a person register a business account."""
    reply = await world.as_(person).post("/v1/accounts", FORM | changes)
    assert reply.status == 201, reply
    return reply.json


async def pin_of(world: World, person: UUID, account: str) -> str:
    """Have a manager look at the PIN."""
    reply = await world.as_(person).get(f"/v1/accounts/{account}/pin")
    assert reply.status == 200, reply
    return reply.json["pin"]


async def join(world: World, person: UUID, pin: str) -> web.Reply:
    """Have a person join by a PIN."""
    return await world.as_(person).post("/v1/accounts/join", {"pin": pin})


async def rights(world: World, manager: UUID, account: str, *people: UUID, **body: Any) -> web.Reply:
    """Have a manager change rights: `grant=[…]`, `withdraw=[…]`."""
    members = {"members": [str(one) for one in people]}
    return await world.as_(manager).post(f"/v1/accounts/{account}/members/rights", members | body)


async def remove(world: World, manager: UUID, account: str, *people: UUID) -> web.Reply:
    """Have a manager remove members."""
    body = {"members": [str(one) for one in people]}
    return await world.as_(manager).post(f"/v1/accounts/{account}/members/removals", body)


async def leave(world: World, person: UUID, account: str) -> web.Reply:
    """Have a member leave."""
    return await world.as_(person).delete(f"/v1/accounts/{account}/members/me")


async def members(world: World, manager: UUID, account: str, **query: Any) -> dict[str, Any]:
    """Have a manager list the members."""
    reply = await world.as_(manager).get(f"/v1/accounts/{account}/members", params=query)
    assert reply.status == 200, reply
    return reply.json


async def staffed(world: World, count: int = 1) -> tuple[dict[str, Any], UUID, list[UUID]]:
    """Let there be an account with a manager and so many members without rights."""
    manager = await world.person()
    account = await register(world, manager)
    pin = await pin_of(world, manager, account["id"])
    people = [await world.person() for _ in range(count)]
    for person in people:
        assert (await join(world, person, pin)).status == 200
    return account, manager, people


def roster(*rows: str) -> bytes:
    """Make a file of business accounts."""
    return "".join(f"{line}\r\n" for line in (COLUMNS, *rows)).encode()


async def decide(world: World, person: UUID, account: str, right: str, **context: Any) -> dict[str, Any]:
    """Ask for a decision as a connected application does: now, or `as_of` a moment."""
    question = {
        "subject": {"type": "user", "id": str(person)},
        "action": {"name": right},
        "resource": {"type": "account", "id": account},
        "context": context,
    }
    reply = await world.as_application().post("/access/v1/evaluation", question)
    assert reply.status == 200, reply
    return reply.json
