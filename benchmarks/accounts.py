"""Business accounts: decisions, one's accounts and an account's members, beside bare programs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID, uuid5

import aiohttp

from benchmarks import turns, wrk
from benchmarks.decisions import COLUMNS
from benchmarks.people import SPACE, body
from benchmarks.results import Goal, Result
from benchmarks.stage import Server, Stage

ACCOUNTS = 2_000
MEMBERS = 10
"""Members of an account; so many accounts has each person."""
DECISION = "/accounts/access/v1/evaluation"
MINE = "/accounts/v1/accounts"
EMPTY = "truncate member, account, person, outbox, idempotency cascade"
PEOPLE = """
insert into person (id, username, first_name, last_name, email, verified, version)
select id, 'user' || n, 'Prénom', 'Nom' || n, 'user' || n || '@mandat.example.com', true, 1
from unnest($1::uuid[]) with ordinality as one (id, n)
"""
ACCOUNT = """
insert into account (
    id, kind, legal_name, operating_name, phone, email, street, city, province, postal_code, language, listed, shows,
    sort_key, words, claimed_at, pin_digest, pin_sealed, version
)
select
    id, 'contractor', 'Entreprise ' || n, 'Entreprise ' || n, '+1613555' || (1000 + n), 'a@mandat.example.com',
    '1, rue Principale', 'Ottawa', 'ON', 'K1A 0B1', 'fr', true, '{}', 'entreprise ' || n, to_tsvector('simple', 'a'),
    now(), int8send(n), '', 1
from unnest($1::uuid[]) with ordinality as one (id, n)
"""
MEMBER = """
insert into member (account_id, person_id, manage, submit, pay, inspect, upload, templates, via)
select account, person, first, true, first, first, first, first, 'pin'
from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as one (account, person, first)
"""


def account(number: int) -> UUID:
    """Give the id of an account."""
    return uuid5(SPACE, f"account {number}")


def member(number: int) -> UUID:
    """Give the id of a person: the manager of the account of his number, and a member of others."""
    return uuid5(SPACE, f"member {number % ACCOUNTS}")


def memberships() -> Iterator[tuple[UUID, UUID, bool]]:
    """Give account, person, and whether he manages it."""
    for number in range(ACCOUNTS):
        for place in range(MEMBERS):
            yield account(number), member(number + place * 7), place == 0


async def lay(stage: Stage) -> None:
    """Lay accounts with their members in the tables of the service."""
    connection = await stage.connect("accounts")
    try:
        await connection.execute(EMPTY)
        await connection.execute(PEOPLE, [member(number) for number in range(ACCOUNTS)])
        async with connection.transaction():  # an account is never without a manager
            await connection.execute(ACCOUNT, [account(number) for number in range(ACCOUNTS)])
            await connection.execute(MEMBER, *map(list, zip(*memberships(), strict=True)))
        await connection.execute("vacuum analyze", timeout=120)
    finally:
        await connection.close()


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure decisions and the two lists, ours and the floor's in turns."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(stage.service("accounts"))
        await lay(stage)
        plain = await stack.enter_async_context(stage.floor("accounts_plain", "accounts"))
        coalesced = await stack.enter_async_context(stage.floor("accounts_coalesced", "accounts"))
        asked, mine, members = _requests(stage)
        for lines in (asked, mine, members):
            await _ensure_same(lines, [ours, plain] + ([coalesced] if lines is asked else []))

        def on(server: Server, lines: Path) -> turns.Turn:
            path = DECISION if lines is asked else ""
            return lambda length: wrk.run(server.url + path, lines, seconds=length, server=server.pid)

        contenders = {
            f"{who} {what}": on(server, lines)
            for who, server in (("ours", ours), ("plain", plain))
            for what, lines in (("asked", asked), ("mine", mine), ("members", members))
        }
        found = await turns.take(contenders | {"coalesced asked": on(coalesced, asked)}, rounds, seconds)
    return _result(found, rounds, seconds)


def _requests(stage: Stage) -> tuple[Path, Path, Path]:
    token = f"Bearer {stage.issuer.application('permits', exp=_FAR)}"
    pairs = [(who, which) for which, who, _ in memberships()]
    random.Random(1).shuffle(pairs)
    asked = wrk.write(stage.folder / "asked", [(token, "", body(_question(*pair))) for pair in pairs])
    people = [(number, f"Bearer {stage.issuer.person(member(number), exp=_FAR)}") for number in range(500)]
    mine = wrk.write(stage.folder / "mine", [(own, "", f"GET {MINE}") for _, own in people])
    members = wrk.write(
        stage.folder / "members", [(own, "", f"GET {MINE}/{account(number)}/members") for number, own in people]
    )
    return asked, mine, members


_FAR = 4_000_000_000
"""Tokens of this run do not expire in it."""


def _question(person: UUID, which: UUID) -> dict[str, object]:
    return {
        "subject": {"type": "user", "id": str(person)},
        "action": {"name": "submit"},
        "resource": {"type": "account", "id": str(which)},
    }


async def _ensure_same(requests: Path, servers: list[Server]) -> None:
    """Ensure that all answer the same, so that they do the same work."""
    async with aiohttp.ClientSession() as http:
        for line in requests.read_text().splitlines()[:20]:
            token, _, said = line.split("\t")
            answers = [await _answer(http, server, token, said) for server in servers]
            if any(one != answers[0] or one.get("decision") is False for one in answers):
                raise wrk.Spoilt(f"the answers differ: {answers}")


async def _answer(http: aiohttp.ClientSession, server: Server, token: str, said: str) -> dict[str, object]:
    headers = {"Authorization": token, "Content-Type": "application/json"}
    method, path = ("GET", said.removeprefix("GET ")) if said.startswith("GET ") else ("POST", DECISION)
    async with http.request(
        method, server.url + path, data=None if method == "GET" else said, headers=headers
    ) as answer:
        return dict(json.loads(await answer.read()))


def _result(found: dict[str, wrk.Load], rounds: int, seconds: float) -> Result:
    def row(label: str, name: str) -> tuple[str, list[float | None]]:
        load = found[name]
        return label, [load.rps, load.p50, load.p99, load.most, load.cpu]

    def ratio(what: str, floor: str = "plain") -> float:
        return found[f"ours {what}"].rps / found[f"{floor} {what}"].rps

    labels = {"asked": "a decision", "mine": "one’s accounts", "members": "an account’s members"}
    rows = [row(f"{label}, {who}", f"{who} {what}") for what, label in labels.items() for who in ("ours", "plain")]
    return Result(
        name="accounts",
        title=f"Business accounts, {ACCOUNTS} of {MEMBERS} members, {wrk.CONNECTIONS} connections",
        columns=COLUMNS,
        rows=[*rows, row("a decision, bare, coalesced", "coalesced asked")],
        goals=[
            Goal("decisions of accounts / plain floor", ratio("asked"), 2.0),
            Goal("decisions of accounts / coalesced floor", ratio("asked", "coalesced"), 0.6),
            Goal("one’s accounts / plain floor", ratio("mine"), 0.7),
            Goal("an account’s members / plain floor", ratio("members"), 0.7),
        ],
        remarks=["plain: aiohttp, an asyncpg pool of ten, and the same statements, without token, validation and log"],
        rounds=rounds,
        seconds=seconds,
    )
