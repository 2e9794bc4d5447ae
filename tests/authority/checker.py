"""Asks one row of the matrix, and names whatever is not as it says."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from services.client import Answer
from shared import ids
from tests.authority import asks_companies, asks_fees, asks_identity, asks_others, asks_permits, books
from tests.authority.asks import BUILDERS, Ask, Asked, filled
from tests.authority.cast import ACTORS, Cast
from tests.authority.matrix import WORDS, Row

LOADED = (asks_companies, asks_fees, asks_identity, asks_others, asks_permits)
WATCHED = ("anonymous", "stranger", "other-delegate", "frozen-delegate", "suspended")
"""Who must find nothing of Jean's in any answer."""
TOLD = frozenset(
    {"refused", "no-delegation", "licence-suspended", "not-a-surveyor", "email-not-retriable", "takeover-not-possible"}
)
"""Refusals that say why, by the rule that they name: they differ from the answer for what does not exist."""


LOOKS = 3


@dataclass
class Found:
    """What was answered in one row, and what is wrong about it."""

    cells: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def check(cast: Cast, ledger: books.Books, row: Row) -> Found:
    """Ask as each caller: first those who are to be refused, then the others."""
    found = Found()
    await cast.renew()
    made = await asyncio.gather(*(BUILDERS[row.route](Asked(cast, actor, row.whose)) for actor in ACTORS))
    requests = dict(zip(ACTORS, made, strict=True))
    await _ask_the_refused(cast, ledger, row, requests, found)
    for actor in row.allowed:
        answer = await _ask(cast, row, actor, requests[actor], found)
        if (done := requests[actor].done) and answer.status < 300:
            await done()
    return found


async def _ask_the_refused(cast: Cast, ledger: books.Books, row: Row, requests: dict[str, Ask], found: Found) -> None:
    """Ask as those who are to be refused; what they change they change each time, a worker’s turn comes but once."""
    moved: list[str] = []
    for _ in range(LOOKS):
        await ledger.settled()
        before = await ledger.prints()
        for actor in sorted(set(ACTORS) - set(row.allowed), key=ACTORS.index):
            await _ask(cast, row, actor, requests[actor], found)
            await _ask_for_nothing(cast, row, actor, requests[actor], found)
        if not (moved := books.changed(before, await ledger.prints())):
            return
    found.faults.append(f"refusals changed {moved}")


async def _send(cast: Cast, row: Row, actor: str, ask: Ask, names: dict[str, str], method: str = "") -> Answer:
    caller = cast.caller(actor)
    caller = caller.with_token(ask.token) if ask.token else caller
    options = ask.options(names) | {"allow_redirects": False}
    return await caller.call(method or row.method, filled(row.path, names), **options)


async def _ask(cast: Cast, row: Row, actor: str, ask: Ask, found: Found) -> Answer:
    answer = await _send(cast, row, actor, ask, ask.names)
    said = f"{answer.status} {answer.slug}" if answer.slug else str(answer.status)
    found.cells[actor] = said
    expected = WORDS.get(row.cells[actor], row.cells[actor])
    if said != expected:
        found.faults.append(f"{actor}: {said}, not {expected}")
    if row.method == "GET" and (head := await _send(cast, row, actor, ask, ask.names, "HEAD")).status != answer.status:
        found.faults.append(f"{actor}: HEAD {head.status}, GET {answer.status}")
    if actor in WATCHED and (leaked := _leaks(cast, row, ask, answer)):
        found.faults.append(f"{actor}: was told {leaked}")
    return answer


async def _ask_for_nothing(cast: Cast, row: Row, actor: str, ask: Ask, found: Found) -> None:
    """Ask for what does not exist: whoever may not know of a thing must not learn that it is there."""
    if not ask.names or row.cells[actor] in TOLD:
        return
    nothing = {name: _other(value) for name, value in ask.names.items()}
    real, none = await _send(cast, row, actor, ask, ask.names), await _send(cast, row, actor, ask, nothing)
    if _said(real) != _said(none):
        found.faults.append(f"{actor}: {_said(real)} for what exists, {_said(none)} for what does not")


def _other(value: str) -> str:
    if value.isdecimal():
        return str(int(ids.uuid7().hex[-8:], 16))
    return str(ids.uuid7()) if value.count("-") == 4 else f"personne-{ids.uuid7().hex[-8:]}"


def _said(answer: Answer) -> tuple[int, object]:
    body = answer.body
    return answer.status, {k: v for k, v in body.items() if k != "instance"} if isinstance(body, dict) else body


def _leaks(cast: Cast, row: Row, ask: Ask, answer: Answer) -> list[str]:
    jean = cast.owners["delegator"]
    private = {jean.id, jean.email, jean.username, jean.licence, jean.matricule, cast.files["delegator"]}
    private |= set(cast.delegations["delegator"])
    text, sent = json.dumps(answer.body, default=str), json.dumps([ask.names, ask.json, ask.data], default=str)
    return sorted(one for one in private if one and f'"{one}"' in text and one not in sent)
