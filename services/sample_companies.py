"""The businesses of the sample: LMS Architects, registered and joined by PIN; LMS Corp., imported and claimed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from services import client
from shared import ids

ADDRESS = {"street": "110, avenue Laurier Ouest", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
ARCHITECTS: dict[str, Any] = {
    "kind": "professional",
    "legal_name": "LMS Architects inc.",
    "operating_name": "LMS Architects",
    "phone": "613 555-0123",
    "email": "bureau@lms-architects.example.com",
    "address": ADDRESS,
    "language": "en",
    "listing": {"listed": True, "shows": ["operating_name", "phone"]},
}
HEADER = "numero;genre;denomination_sociale;telephone;courriel;rue;ville;province;code_postal;langue;demandes"
CORP = "E-1001;entrepreneur;LMS Corp.;613 555-0177;{email};1, rue Elgin;Ottawa;ON;K1N 5Y6;fr;A23-000123|A24-000456"
CSV = {"Content-Type": "text/csv"}
COLLEAGUE = ["submit", "inspect", "upload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who takes part, signed in: the manager, her colleague, the claimer with her address, the operator."""

    manager: client.Caller
    colleague: client.Caller
    claimer: client.Caller
    address: str
    operator: client.Caller


async def load(people: People, pin: Callable[[], Awaitable[str | None]]) -> None:
    """Load both businesses; every step may be repeated. `pin` looks for the notice in the claimer's mails."""
    account = await _register(people.manager)
    await _join(people.manager, people.colleague, account)
    await _import(people)
    if not await _mine(people.claimer):
        await _enter(people.claimer, await client.until(pin, "the PIN of LMS Corp."))


async def _mine(caller: client.Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get("/accounts/v1/accounts"))["accounts"]
    return found


async def _register(manager: client.Caller) -> str:
    for one in await _mine(manager):
        return str(one["id"])
    made = await client.until(lambda: manager.post("/accounts/v1/accounts", ARCHITECTS), "LMS Architects")
    return str(made["id"])


async def _join(manager: client.Caller, colleague: client.Caller, account: str) -> None:
    """Have the colleague join by the PIN (O17), and be given some rights (O19)."""
    if not await _mine(colleague):
        await _enter(colleague, (await manager.get(f"/accounts/v1/accounts/{account}/pin"))["pin"])
    me = (await colleague.get("/identity/v1/me"))["id"]
    await manager.post(f"/accounts/v1/accounts/{account}/members/rights", {"members": [me], "grant": COLLEAGUE})


async def _enter(caller: client.Caller, pin: str | None) -> None:
    await client.until(lambda: caller.post("/accounts/v1/accounts/join", {"pin": pin}), "the member")


async def _import(people: People) -> None:
    """Import LMS Corp. with its previous applications, as an operator would (O3)."""
    text = f"{HEADER}\r\n{CORP.format(email=people.address)}\r\n"
    answer = await people.operator.call("PUT", f"/accounts/v1/imports/{ids.uuid7()}", data=text.encode(), headers=CSV)
    if answer.status != 200 or answer.body["bad"]:
        raise client.Unexpected(f"the business accounts were not taken: {answer.body}")
