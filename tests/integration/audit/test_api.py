"""Audit over HTTP, on a real database: reporting, and who sees what in which order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.audit import app, commands, settings
from shared import substrate
from shared.db.pool import Pool
from tests.integration.audit.test_subscribers import AREA
from tests.support import tokens, web

JEAN, EDITH, CLAIRE, ALAIN = (UUID(int=number) for number in (1, 2, 3, 4))
NAMES = {JEAN: "Jean Piette", EDITH: "Édith Descartes", CLAIRE: "Claire Lavoie", ALAIN: "Alain Proviste"}
START = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)


@dataclass
class Served:
    """Audit answering, and tokens for its callers."""

    base: str
    issuer: tokens.Issuer

    def person(self, user: UUID, **claims: Any) -> web.Api:
        return web.Api(self.base, self.issuer.person(user, name=NAMES[user], **claims))

    def operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(ALAIN))

    def application(self, client_id: str = "cadastre") -> web.Api:
        return web.Api(self.base, self.issuer.application(client_id))


@pytest.fixture
async def served(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Served]:
    dsn = await database(*substrate.AREAS, AREA)
    pool = await Pool.open(dsn, name="audit", size=4)
    issuer = tokens.Issuer()
    async with pool.transaction() as connection:
        for person, name in NAMES.items():
            await commands.remember_person(connection, person, name, 1)
    given = settings.Settings(public_url="http://mandat.example.com", secrets="/nowhere", database_url=dsn)
    built = await app.build(given, tokens.infra(pool, issuer))
    async with web.serving(built.app, "/audit") as base:
        yield Served(base, issuer)
    await pool.close()


def report(key: str, by: UUID, for_: UUID, **more: Any) -> dict[str, Any]:
    base = {"key": key, "kind": "lot.reserved", "performed_by": str(by), "performed_for": str(for_)}
    return base | {"occurred_at": START.isoformat()} | more


async def send(served: Served, *reports: dict[str, Any]) -> list[str]:
    answer = await served.application().post("/v1/activities", {"activities": list(reports)})
    assert answer.status == 200, answer.json
    return [result["outcome"] for result in answer.json["results"]]


async def listed(api: web.Api, query: str = "") -> list[Any]:
    answer = await api.get(f"/v1/activities?size=100&{query}")
    assert answer.status == 200, answer.json
    return [item["file_number"] for item in answer.json["items"]]


async def test_report_is_accepted_once_by_its_key(served: Served) -> None:
    assert ["accepted"] == await send(served, report("a", EDITH, JEAN))
    assert ["duplicate", "accepted", "duplicate"] == await send(
        served, report("a", EDITH, JEAN), report("b", EDITH, JEAN), report("b", EDITH, JEAN)
    )
    assert 2 == len(await listed(served.person(JEAN)))


async def test_report_key_belongs_to_its_application(served: Served) -> None:
    await send(served, report("a", EDITH, JEAN))
    answer = await served.application("permits").post("/v1/activities", {"activities": [report("a", EDITH, JEAN)]})
    assert "accepted" == answer.json["results"][0]["outcome"]


async def test_report_of_an_unknown_person_or_kind_is_named_and_the_rest_lands(served: Served) -> None:
    outcomes = await send(
        served,
        report("a", UUID(int=99), JEAN),
        report("b", EDITH, JEAN, kind="delegate.added"),
        report("c", EDITH, JEAN),
    )
    assert ["unknown-person", "unknown-kind", "accepted"] == outcomes


async def test_report_by_a_person_is_not_permitted(served: Served) -> None:
    answer = await served.person(JEAN).post("/v1/activities", {"activities": [report("a", JEAN, JEAN)]})
    assert (403, "not-permitted") == (answer.status, answer.json["slug"])


@pytest.mark.item("Q31", "Q32")
async def test_list_shows_what_is_by_me_or_for_me_and_nothing_else(served: Served) -> None:
    await send(
        served,
        report("1", EDITH, JEAN, file_number="1"),
        report("2", EDITH, CLAIRE, file_number="2"),
        report("3", JEAN, ALAIN, file_number="3"),
        report("4", CLAIRE, CLAIRE, file_number="4"),
    )
    seen = {person: sorted(await listed(served.person(person))) for person in NAMES}
    assert {JEAN: ["1", "3"], EDITH: ["1", "2"], CLAIRE: ["2", "4"], ALAIN: ["3"]} == seen
    register = await served.operator().get("/v1/register")
    assert 4 == register.json["total"]
    assert 403 == (await served.person(JEAN).get("/v1/register")).status


@pytest.mark.item("Q33")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"by={EDITH}", ["10", "12"]),
        (f"for={ALAIN}", ["13"]),
        ("mine=true", ["11", "13"]),
        ("file=1", ["10", "11", "12", "13"]),
        ("file=12", ["12"]),
        ("kind=product.ordered", ["11"]),
        ("from=2026-11-02&to=2026-11-03", ["11", "12"]),
        (f"by={EDITH}&from=2026-11-02", ["12"]),
        ("from=2027-01-01", []),
    ],
)
async def test_list_filters_on_each_column(served: Served, query: str, expected: list[str]) -> None:
    days = [(START + timedelta(days=day)).isoformat() for day in range(4)]
    await send(
        served,
        report("0", EDITH, JEAN, file_number="10", occurred_at=days[0]),
        report("1", JEAN, JEAN, file_number="11", occurred_at=days[1], kind="product.ordered"),
        report("2", EDITH, JEAN, file_number="12", occurred_at=days[2]),
        report("3", JEAN, ALAIN, file_number="13", occurred_at=days[3]),
    )
    assert expected == sorted(await listed(served.person(JEAN), query))


@pytest.mark.item("Q33")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("date", ["30", "10", "20"]),
        ("-date", ["20", "10", "30"]),
        ("file", ["10", "20", "30"]),
        ("-file", ["30", "20", "10"]),
        ("kind", ["20", "10", "30"]),
        ("by", ["30", "20", "10"]),
        ("for", ["30", "20", "10"]),
    ],
)
async def test_list_sorts_by_each_column_and_pages_agree_with_cursors(
    served: Served, sort: str, expected: list[str]
) -> None:
    """Sorted by kind in French: Commande, Prolongement, Réservation."""
    await send(
        served,
        report(
            "a",
            JEAN,
            JEAN,
            file_number="10",
            kind="closing-date.extended",
            occurred_at=(START + timedelta(days=1)).isoformat(),
        ),
        report(
            "b",
            EDITH,
            JEAN,
            file_number="20",
            kind="product.ordered",
            occurred_at=(START + timedelta(days=2)).isoformat(),
        ),
        report("c", CLAIRE, EDITH, file_number="30"),
    )
    everyone = served.operator()
    by_page = [
        (await everyone.get(f"/v1/register?sort={sort}&size=1&page={page}")).json["items"][0]["file_number"]
        for page in (1, 2, 3)
    ]
    by_cursor, cursor = [], ""
    while cursor is not None:
        page = (await everyone.get(f"/v1/register?sort={sort}&size=1" + (f"&after={cursor}" if cursor else ""))).json
        by_cursor += [item["file_number"] for item in page["items"]]
        cursor = page["next"]
    if sort in ("by", "for"):
        expected = by_page if sort == "for" else ["30", "20", "10"]
    assert (expected, expected) == (by_page, by_cursor)


@pytest.mark.item("Q35")
async def test_list_counts_pages_and_shows_ten_newest_first(served: Served) -> None:
    await send(
        served,
        *(
            report(str(n), EDITH, JEAN, file_number=str(n), occurred_at=(START + timedelta(hours=n)).isoformat())
            for n in range(23)
        ),
    )
    answer = (await served.person(JEAN).get("/v1/activities?page=2")).json
    assert (2, 3, 23) == (answer["page"], answer["pages"], answer["total"])
    assert [str(n) for n in range(12, 2, -1)] == [item["file_number"] for item in answer["items"]]


@pytest.mark.item("Q30", "Q36")
async def test_list_row_has_the_five_columns_in_the_readers_language(served: Served) -> None:
    await send(served, report("a", EDITH, JEAN, kind="product.ordered"))
    french = (await served.person(JEAN).get("/v1/activities", headers={"Accept-Language": "fr"})).json["items"][0]
    english = (await served.person(JEAN).get("/v1/activities", headers={"Accept-Language": "en"})).json["items"][0]
    assert ("Commande de produits cadastraux", "Cadastral products ordered") == (
        french["activity"],
        english["activity"],
    )
    assert ("2026-11-01", None, "Édith Descartes", "Jean Piette") == (
        french["day"],
        french["file_number"],
        french["performed_by"]["name"],
        french["performed_for"]["name"],
    )


@pytest.mark.item("Q33")
async def test_filters_offer_only_what_occurs(served: Served) -> None:
    await send(served, report("a", EDITH, JEAN), report("b", CLAIRE, CLAIRE))
    offered = (await served.person(JEAN).get("/v1/activities/filters")).json
    assert ["Édith Descartes"] == [one["name"] for one in offered["performed_by"]]
    assert ["Jean Piette"] == [one["name"] for one in offered["performed_for"]]
    assert ["lot.reserved"] == [one["tag"] for one in offered["kinds"]]


@pytest.mark.parametrize(
    "query", ["page=0", "size=1000", "sort=colour", "from=yesterday", "by=me", "unknown=1", "after=zzz", "file="]
)
async def test_list_with_a_wrong_query_is_refused_clearly(served: Served, query: str) -> None:
    answer = await served.person(JEAN).get(f"/v1/activities?{query}")
    assert 422 == answer.status
    assert answer.json["slug"] in ("validation-failed", "cursor-unknown")


async def test_list_without_a_token_asks_to_sign_in(served: Served) -> None:
    answer = await web.Api(served.base).get("/v1/activities")
    assert (401, "sign-in-required") == (answer.status, answer.json["slug"])


async def test_list_with_an_acting_token_is_refused_as_in_person_only(served: Served) -> None:
    acting = web.Api(served.base, served.issuer.acting(delegator=JEAN, delegate=EDITH))
    assert "in-person-only" == (await acting.get("/v1/activities")).json["slug"]
