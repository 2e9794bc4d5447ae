"""The example application on a real database, with Mandat's public interface scripted at the other end of HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
import structlog
from aiohttp import web as aioweb

from examples.cadastre import app, settings
from examples.cadastre import mandat as mandats
from examples.connected import sayings
from shared import service, substrate
from shared.db.migrate import Area
from shared.db.pool import Pool
from tests.support import tokens, web

AREA = Area("cadastre", resources.files("examples.cadastre") / "sql/migrations")
FAULTS = {"unreadable": 422, "failed": 500}
JEAN, EDITH, CLAIRE = UUID(int=1), UUID(int=2), UUID(int=3)
REFUSED = {
    "decision": False,
    "context": {
        "reason": {"fr": "La délégation est terminée", "en": "It has ended."},
        "next_step": {"fr": "Demandez-la de nouveau", "en": "Ask for it again"},
    },
}


@dataclass
class Mandat:
    """Answers like Mandat, as a test wants it."""

    decision: dict[str, Any] = field(default_factory=lambda: {"decision": True})
    status: int = 200
    outcome: str = "accepted"
    outcomes: dict[str, str] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0

    def app(self) -> aioweb.Application:
        made = aioweb.Application()
        made.router.add_post("/identity/v1/token", self.token)
        made.router.add_post("/delegation/access/v1/evaluation", self.evaluate)
        made.router.add_post("/audit/v1/activities", self.take("activities"))
        made.router.add_post("/notifications/v1/alerts", self.take("alerts"))
        return made

    async def token(self, request: aioweb.Request) -> aioweb.Response:
        assert (await request.post())["grant_type"] == "client_credentials"
        assert request.headers["Authorization"].startswith("Basic ")
        self.tokens += 1
        return aioweb.json_response({"access_token": f"token-{self.tokens}", "expires_in": 300})

    async def evaluate(self, request: aioweb.Request) -> aioweb.Response:
        self.questions.append(await request.json())
        return aioweb.json_response(self.decision, status=self.status)

    def take(self, what: str) -> Callable[[aioweb.Request], Awaitable[aioweb.Response]]:
        async def taken(request: aioweb.Request) -> aioweb.Response:
            items = (await request.json())[what]
            self.said += items
            results = [{"key": item["key"], "outcome": self.outcomes.get(item["key"], self.outcome)} for item in items]
            for result in results:
                if result["outcome"] in FAULTS:
                    return aioweb.json_response({}, status=FAULTS[result["outcome"]])
            return aioweb.json_response({"results": results}, status=self.status)

        return taken


@dataclass
class Served:
    """Cadastre answering."""

    base: str
    issuer: tokens.Issuer
    pool: Pool
    mandat: Mandat
    client: mandats.Mandat

    def surveyor(self, user: UUID = JEAN) -> web.Api:
        return web.Api(self.base, self.issuer.person(user))

    def delegate(self, user: UUID = EDITH) -> web.Api:
        return web.Api(self.base, self.issuer.acting(delegator=JEAN, delegate=user))

    def operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(UUID(int=9)))

    async def open_file(self, number: str = "1093112", responsible: UUID = JEAN) -> None:
        body = {"number": number, "title": "Lotissement", "responsible": str(responsible)}
        assert (await self.operator().post("/v1/files", body)).status == 204

    async def count(self, table: str) -> int:
        return int(await self.pool.fetchval(f"select count(*) from {table}"))

    async def say_hundred(self, fault: str) -> list[int]:
        """Say a hundred alerts, one of them with a fault, three times; give how many were taken each time."""
        body, taken = "jsonb_build_object('key', n::text)", []
        insert = f"insert into saying (key, kind, body) select n, 'alert', {body} from generate_series(1, 100) as n"
        await self.pool.execute(insert)
        self.mandat.outcomes = {"17": fault}
        for _ in range(3):
            taken.append(await sayings.say_due(self.pool, "alert", self.client.alert))
            await self.pool.execute("update saying set next_at = now()")
        return taken


@pytest.fixture
async def served(database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Served]:
    dsn = await database(*substrate.AREAS, AREA)
    pool = await Pool.open(dsn, name="cadastre", size=4)
    (tmp_path / "cadastre.secret").write_text("secret\n")
    mandat, issuer = Mandat(), tokens.Issuer()
    async with aiohttp.ClientSession() as http, web.serving(mandat.app(), "/mandat") as url:
        given = settings.Settings(
            public_url="http://mandat.example.com",
            secrets=tmp_path,
            database_url=dsn,
            identity_url=url,
            delegation_url=url,
            audit_url=url,
            notifications_url=url,
        )
        infra = service.Infra(pool=pool, http=http, tokens=issuer.verifier())
        built = await app.build(given, infra)
        async with web.serving(built.app, "/cadastre") as base:
            yield Served(base, issuer, pool, mandat, mandats.Mandat(given, http))
    await pool.close()


async def test_act_of_a_delegate_is_asked_about_recorded_and_reported(served: Served) -> None:
    await served.open_file()
    answer = await served.delegate().post("/v1/lot-reservations", {"lots": 2, "file_number": "1093112"})
    assert (201, str(EDITH), str(JEAN)) == (answer.status, answer.json["performed_by"], answer.json["performed_for"])
    question = served.mandat.questions[-1]
    assert ({"type": "user", "id": str(EDITH)}, {"type": "surveyor", "id": str(JEAN)}) == (
        question["subject"],
        question["resource"],
    )
    assert {"name": "surveyor:lot:reserve"} == question["action"]
    assert 1 == await sayings.say_due(served.pool, "activity", served.client.report)
    assert ("lot.reserved", "1093112") == (served.mandat.said[0]["kind"], served.mandat.said[0]["file_number"])


@pytest.mark.parametrize(
    ("change", "status", "slug"),
    [
        ({"decision": REFUSED}, 403, "refused"),
        ({"status": 503}, 503, "temporarily-unavailable"),
        ({"status": 401}, 503, "temporarily-unavailable"),
        ({"decision": {}}, 403, "refused"),
    ],
    ids=["refused", "away", "token not taken", "no decision"],
)
async def test_act_without_a_yes_leaves_nothing_behind(
    served: Served, change: dict[str, Any], status: int, slug: str
) -> None:
    """Decision 6: asked last; what was begun is undone."""
    for name, value in change.items():
        setattr(served.mandat, name, value)
    answer = await served.delegate().post("/v1/lot-reservations", {"lots": 2})
    assert (status, slug) == (answer.status, answer.slug)
    assert (0, 0) == (await served.count("request"), await served.count("saying"))


async def test_refusal_gives_the_reason_in_the_callers_language(served: Served) -> None:
    served.mandat.decision = REFUSED
    for language, words in (
        ("fr", "La délégation est terminée. Demandez-la de nouveau."),
        ("en", "It has ended. Ask for it again."),
    ):
        headers = {"Accept-Language": language}
        answer = await served.delegate().post("/v1/product-orders", {"product": "Plan"}, headers=headers)
        assert words == answer.json["detail"]


@pytest.mark.item("Q10")
async def test_deposit_with_an_acting_token_is_refused_without_asking(served: Served) -> None:
    await served.open_file()
    answer = await served.delegate().post("/v1/deposits", {"file_number": "1093112"})
    assert (403, "in-person-only", []) == (answer.status, answer.slug, served.mandat.questions)
    assert 201 == (await served.surveyor().post("/v1/deposits", {"file_number": "1093112"})).status


@pytest.mark.item("Q12")
async def test_file_read_by_a_delegate_is_read_for_the_surveyor(served: Served) -> None:
    await served.open_file()
    await served.operator().post("/v1/files/1093112/messages", {"subject": "Avis", "body": "À lire."})
    assert 1 == (await served.surveyor().get("/v1/files")).json["files"][0]["unread"]
    assert {"read": 1} == (await served.delegate().post("/v1/files/1093112/reading")).json
    assert 0 == (await served.surveyor().get("/v1/files")).json["files"][0]["unread"]
    assert {"read": 0} == (await served.surveyor().post("/v1/files/1093112/reading")).json


@pytest.mark.item("Q11")
async def test_message_raises_one_alert_for_the_surveyor_responsible(served: Served) -> None:
    await served.open_file()
    body = {"kind": "communique", "subject": "Avis", "body": "À lire."}
    assert 201 == (await served.operator().post("/v1/files/1093112/messages", body)).status
    assert 1 == await sayings.say_due(served.pool, "alert", served.client.alert)
    alert = served.mandat.said[0]
    assert (str(JEAN), "1093112", "communique") == (alert["responsible"], alert["file_number"], alert["kind"])


@pytest.mark.parametrize("path", ["/v1/files/1096429", "/v1/files/999"])
async def test_file_of_another_surveyor_is_not_found(served: Served, path: str) -> None:
    await served.open_file("1096429", CLAIRE)
    for caller in (served.surveyor(), served.delegate()):
        assert 404 == (await caller.get(path)).status
        assert 404 == (await caller.post(f"{path}/reading")).status
        number = path.rsplit("/", 1)[1]
        assert 404 == (await caller.post("/v1/lot-reservations", {"lots": 1, "file_number": number})).status
        assert 404 == (await caller.post(f"{path}/extensions", {"closes_on": "2027-01-31"})).status
    closing = await served.pool.fetchval("select closes_on from file where number = '1096429'")
    assert closing is None


@pytest.mark.item("Q36")
@pytest.mark.parametrize("day", ["2027-03-31", "2027-03-30", "2001-01-01"])
async def test_closing_date_moves_to_a_later_day_only(served: Served, day: str) -> None:
    await served.open_file()
    path = "/v1/files/1093112/extensions"
    assert 201 == (await served.surveyor().post(path, {"closes_on": "2027-03-31"})).status
    reply = await served.surveyor().post(path, {"closes_on": day})
    assert (422, "validation-failed") == (reply.status, reply.slug)
    (fault,) = reply.json["errors"]
    assert "/closes_on" == fault["pointer"]
    assert "date" in fault["detail"]
    assert ["2027-03-31"] == [str(row["closes_on"]) for row in await served.pool.fetch("select closes_on from file")]
    assert 1 == await served.pool.fetchval("select count(*) from request")


async def test_report_that_is_not_taken_is_said_again_under_the_same_key(served: Served) -> None:
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    served.mandat.status = 503
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)
    served.mandat.status, served.mandat.outcome = 200, "unknown-person"
    await served.pool.execute("update saying set next_at = now()")
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)
    served.mandat.outcome = "duplicate"
    await served.pool.execute("update saying set next_at = now()")
    assert 1 == await sayings.say_due(served.pool, "activity", served.client.report)
    assert 1 == len({item["key"] for item in served.mandat.said})
    assert 0 == await sayings.say_due(served.pool, "activity", served.client.report)


async def test_token_of_the_application_is_fetched_once_and_again_when_refused(served: Served) -> None:
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    assert 1 == served.mandat.tokens
    served.mandat.status = 401
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    served.mandat.status = 200
    assert 201 == (await served.surveyor().post("/v1/product-orders", {"product": "Plan"})).status
    assert 2 == served.mandat.tokens


async def test_file_number_taken_is_said(served: Served) -> None:
    await served.open_file()
    body = {"number": "1093112", "title": "Autre", "responsible": str(CLAIRE)}
    assert "file-exists" == (await served.operator().post("/v1/files", body)).slug


async def test_what_was_said_long_ago_is_forgotten_and_what_is_still_to_be_said_is_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sayings, "AT_ONCE", 2)
    for _ in range(6):
        await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    await served.pool.execute(
        "update saying set next_at = now() + interval '1 hour' where key = (select min(key) from saying)"
    )
    assert 5 == await sayings.say_due(served.pool, "activity", served.client.report)
    await sayings.delete_said(served.pool, 1)
    assert 6 == await served.count("saying")
    await served.pool.execute(
        "update saying set said_at = said_at - interval '8 days', next_at = now() - interval '8 days'"
    )
    await sayings.delete_said(served.pool, 8)
    assert [None] == [row["said_at"] for row in await served.pool.fetch("select said_at from saying")]


@pytest.mark.parametrize(("fault", "refusals"), [("unreadable", 1), ("unknown-kind", 1), ("unknown-recipient", 2)])
async def test_saying_that_is_never_taken_is_given_up_alone_and_says_why(
    served: Served, monkeypatch: pytest.MonkeyPatch, fault: str, refusals: int
) -> None:
    monkeypatch.setattr(sayings, "REFUSALS", 2)
    assert [99, 0, 0] == await served.say_hundred(fault)
    rows = await served.pool.fetch("select key, refused, refusals from saying where refused is not null")
    assert [("17", fault, refusals)] == [tuple(row) for row in rows]
    assert 0 == await served.count("saying where said_at is null")


async def test_saying_at_which_mandat_fails_is_set_aside_and_named_until_it_is_taken(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sayings, "REFUSALS", 2)
    with structlog.testing.capture_logs() as logged:
        assert [99, 0, 0] == await served.say_hundred("failed")
    assert [["17"]] * 3 == [line["keys"] for line in logged if line["log_level"] == "warning"]
    served.mandat.outcomes = {}
    assert 1 == await sayings.say_due(served.pool, "alert", served.client.alert)
