"""Connected applications whose answers have not the shape of their contract: a page says so, and a line in the log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from services.portal import app, rules, schemas, secrecy, settings
from services.portal.pages import application, permits
from services.portal.sessions import Sessions
from shared import service, substrate
from shared.db.pool import Pool
from shared.web import server
from tests.integration.portal.connected import CANARY, FIRM, ONE, USER, Applications
from tests.support import tokens
from tests.support.web import listening

SECRET = "canary-typed"
MINES, ROADS = "/fr/pour/5003/services/mines", "/fr/services/roads"
PAGES = {
    MINES: "/v1/files",
    f"{MINES}/arpentage": "/v1/survey-files",
    f"{MINES}/dossiers/7": "/v1/files/7",
    f"{MINES}/dossiers/7/prolongement": "/v1/files/7",
    f"{MINES}/demandes": "/v1/requests",
    f"{MINES}/services/product-order": "/v1/files",
    f"{ROADS}/actions": "/v1/actions",
    f"{ROADS}/demandes": "/v1/applications",
    f"{ROADS}/application/A-1": "/v1/applications",
    f"{ROADS}/demandes/{ONE}": f"/v1/applications/{ONE}",
    f"{ROADS}/professionnels/{FIRM}/modeles": f"/v1/accounts/{FIRM}/templates",
    f"{ROADS}/demandes/nouvelle?entreprise={FIRM}": f"/v1/accounts/{FIRM}/templates",
}
NAMES = {MINES: "Registre minier", ROADS: "Voirie et <trottoirs>"}
SHOWN = {"Registre minier": "Registre minier", "Voirie et <trottoirs>": "Voirie et &lt;trottoirs&gt;"}


@dataclass
class Shown:
    """A portal with Jean signed in, and what the applications answer."""

    applications: Applications
    http: aiohttp.ClientSession
    form: Callable[[str | None], str]

    async def page(self, path: str) -> tuple[int, str]:
        async with self.http.get(path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def sent(self, path: str, matricule: str | None, **values: str) -> tuple[int, str]:
        form = {"jeton": self.form(matricule), "cle": "0198c0de-0000-7000-8000-000000000000"} | values
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with self.http.post(path, data=form, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()


def listed(url: str) -> str:
    one = {
        "slug": "mines",
        "contract": "delegation",
        "name": {"fr": NAMES[MINES], "en": "Mines"},
        "url": f"{url}/mines",
    }
    two = {"slug": "roads", "contract": "accounts", "name": {"fr": NAMES[ROADS], "en": "Roads"}, "url": f"{url}/roads"}
    return json.dumps([one, two])


@pytest.fixture
async def shown(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Shown]:
    dsn = await database(*substrate.AREAS, app.AREA)
    pool = await Pool.open(dsn, name="portal", size=4)
    applications, stand_in, root = Applications(), web.Application(), server.make_root()
    stand_in.router.add_route("*", "/{path:.*}", applications.answer)
    async with listening(stand_in) as url, aiohttp.ClientSession() as http:
        given = settings.Settings(public_url=url, secrets=Path("/nowhere"), database_url=dsn, applications=listed(url))
        infra = service.Infra(pool=pool, http=http, tokens=tokens.infra(pool, tokens.Issuer()).tokens)
        built = await app.build(given, infra)
        assert built.at_root is not None
        built.at_root(root)
        cookie, form = await signed_in(pool, given)
        headers = {"Cookie": cookie, "Accept": "text/html"}
        jar = aiohttp.DummyCookieJar()
        async with (
            listening(root) as base,
            aiohttp.ClientSession(base, headers=headers, cookie_jar=jar) as visitor,
        ):
            yield Shown(applications, visitor, form)
    await pool.close()


async def signed_in(pool: Pool, given: settings.Settings) -> tuple[str, Callable[[str | None], str]]:
    """Sign Jean in; give his cookies, and what makes the tokens of his forms."""
    answer = {"access_token": "access", "refresh_token": "refresh", "expires_in": 300, "user": USER}
    secret = await Sessions(pool=pool, backend=None, settings=given).begin(answer)  # type: ignore[arg-type]
    browser = secrecy.new()
    digest = secrecy.digest(secret)
    cookie = f"mandat-session={secret}; mandat-visit={browser}"
    return cookie, lambda matricule: rules.form_token(browser, digest, matricule)


async def refused(found: tuple[int, str], name: str, *, typed: str = "") -> None:
    """See that the page says which application answered what cannot be shown, and nothing of the answer."""
    status, text = found
    assert (status, "<h1>Temporairement indisponible</h1>" in text) == (503, True)
    assert f"{SHOWN[name]} a répondu par quelque chose que nous ne pouvons pas afficher." in text
    assert "vos données sont en sécurité" in text
    assert CANARY not in text
    assert typed in text


def off(logs: list[Any]) -> list[tuple[str, str, str]]:
    """Give application, field and fault of each line about an answer; none may hold a value."""
    assert CANARY not in str(logs)
    assert SECRET not in str(logs)
    lines = [one for one in logs if one["event"] == "answer off contract"]
    assert {one["log_level"] for one in lines} <= {"error"}
    assert not [one for one in logs if one["event"] == "page failed"]
    return [(one["application"], one["field"], one["fault"]) for one in lines]


@pytest.mark.parametrize("page", PAGES)
async def test_answer_as_the_contract_says_is_shown(shown: Shown, page: str) -> None:
    with capture_logs() as logs:
        status, _ = await shown.page(page)
    assert (status, off(logs)) == (303 if "/application/" in page else 200, [])


@pytest.mark.parametrize("broken", [b"[]", b"null", b"", b'"text"', b"7", b"{}", b"<h1>Bienvenue</h1>", b'{"a": '])
@pytest.mark.parametrize("page", PAGES)
async def test_page_of_an_answer_that_is_none_says_whose_it_is(shown: Shown, page: str, broken: bytes) -> None:
    shown.applications.raw[PAGES[page]] = broken
    with capture_logs() as logs:
        await refused(await shown.page(page), NAMES[page[: len(ROADS)] if page.startswith(ROADS) else MINES])
    (line,) = off(logs)
    assert line[0] == ("roads" if page.startswith(ROADS) else "mines")


@pytest.mark.parametrize(
    ("page", "place", "value", "fault"),
    [
        (MINES, "files.0.title", 7, "string_type"),
        (MINES, "files.0.title", None, "string_type"),
        (MINES, "files.0.title", [CANARY], "string_type"),
        (MINES, "files.0.unread", CANARY, "int_type"),
        (MINES, "files.0.unread", 1.5, "int_type"),
        (MINES, "files.0.unread", 10**15, "less_than_equal"),
        (MINES, "files.0.opened_at", CANARY, "value_error"),
        (MINES, "files.0.opened_at", "0001-01-01T00:00:00+00:00", "value_error"),
        (MINES, "files.0.closes_on", "2027-02-30", "value_error"),
        (MINES, "files.0", CANARY, "model_type"),
        (MINES, "files", {"7": CANARY}, "list_type"),
        (f"{MINES}/dossiers/7", "messages.0.posted_at", 1_700_000_000, "string_type"),
        (f"{MINES}/dossiers/7/prolongement", "closes_on", 20270131, "string_type"),
        (f"{MINES}/demandes", "requests.0.service", {}, "string_type"),
        (f"{MINES}/services/product-order", "files.0.number", 7, "string_type"),
        (f"{ROADS}/actions", "actions.0.application", "../../admin", "string_pattern_mismatch"),
        (f"{ROADS}/actions", "actions.0.fee.amount_cents", "500", "int_type"),
        (f"{ROADS}/actions", "next", 5, "string_type"),
        (f"{ROADS}/demandes", "applications.0.state", "lost", "literal_error"),
        (f"{ROADS}/demandes/{ONE}", "may", "submit", "list_type"),
        (f"{ROADS}/demandes/{ONE}", "inspections.0.kind", CANARY, "literal_error"),
        (f"{ROADS}/demandes/{ONE}", "own", 1, "bool_type"),
        (f"{ROADS}/professionnels/{FIRM}/modeles", "templates.0.content", None, "model_type"),
    ],
)
async def test_field_of_another_type_is_named_to_the_operator_and_its_value_is_not(
    shown: Shown, page: str, place: str, value: Any, fault: str
) -> None:
    _set(shown.applications.answers[PAGES[page]], place, value)
    with capture_logs() as logs:
        await refused(await shown.page(page), NAMES[ROADS if page.startswith(ROADS) else MINES])
    assert off(logs) == [("roads" if page.startswith(ROADS) else "mines", place, fault)]


@pytest.mark.parametrize(
    ("page", "place"),
    [(MINES, "files.0.closes_on"), (f"{ROADS}/demandes/{ONE}", "messages.0.author_name"), (f"{ROADS}/actions", "next")],
)
async def test_field_that_is_missing_is_named_to_the_operator(shown: Shown, page: str, place: str) -> None:
    within, name = _within(shown.applications.answers[PAGES[page]], place)
    del within[name]
    with capture_logs() as logs:
        await refused(await shown.page(page), NAMES[ROADS if page.startswith(ROADS) else MINES])
    assert [(one[1], one[2]) for one in off(logs)] == [(place, "missing")]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (b"[]", "$"),
        (b'{"id": 5, "number": "A-2"}', "id"),
        (b'{"id": "3"}', "number"),
        (b'{"id": "/../x", "number": "A-2"}', "id"),
        (b"<p>Merci</p>", "$"),
    ],
)
async def test_answer_to_what_was_written_that_is_none_keeps_what_was_typed(
    shown: Shown, answer: bytes, place: str
) -> None:
    shown.applications.raw["POST /v1/applications"] = answer
    typed = {"kind": "pool", "title": SECRET, "address": "rue Bank"}
    with capture_logs() as logs:
        found = await shown.sent(f"{ROADS}/demandes/nouvelle", None, **typed)
        await refused(found, NAMES[ROADS], typed=f"<dd>{SECRET}</dd>")
    assert [(one[0], one[1]) for one in off(logs)] == [("roads", place)]


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        ("refused", "$"),
        ({"slug": ["refused"], "title": "t", "detail": "d"}, "slug"),
        ({"slug": "refused", "title": "t", "detail": {"fr": CANARY}}, "detail"),
        ({"slug": "refused", "title": "t"}, "detail"),
        ({"slug": "refused", "title": "t", "detail": "d", "errors": {"lots": "no"}}, "errors"),
        ({"slug": "refused", "title": "t", "detail": "d", "errors": [{"pointer": 5}]}, "errors.0.pointer"),
    ],
)
async def test_refusal_of_another_shape_is_a_page_that_says_so(shown: Shown, problem: Any, place: str) -> None:
    path = "/v1/product-orders"
    shown.applications.answers[f"POST {path}"], shown.applications.statuses[f"POST {path}"] = problem, 422
    with capture_logs() as logs:
        found = await shown.sent(f"{MINES}/services/product-order", "5003", product=SECRET, copies="1")
        await refused(found, NAMES[MINES], typed=f"<dd>{SECRET}</dd>")
    assert [(one[0], one[1]) for one in off(logs)] == [("mines", place)]


def test_words_of_the_contract_are_those_that_the_pages_have() -> None:
    assert set(get_args(schemas.Kind)) == set(permits.KINDS)
    assert set(get_args(schemas.State)) == set(permits.STATES)
    assert set(get_args(schemas.InspectionKind)) == set(application.INSPECTIONS)
    assert set(get_args(schemas.InspectionResult)) == set(application.RESULTS)


def _within(answer: Any, place: str) -> tuple[Any, Any]:
    *way, last = [int(part) if part.isdecimal() else part for part in place.split(".")]
    for part in way:
        answer = answer[part]
    return answer, last


def _set(answer: Any, place: str, value: Any) -> None:
    within, name = _within(answer, place)
    within[name] = value


async def test_file_that_breaks_off_is_a_download_that_failed_and_no_page_in_it(shown: Shown) -> None:
    with capture_logs() as logs:
        async with shown.http.get(f"{ROADS}/demandes/{ONE}/fichiers/{ONE}") as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
    assert [one["event"] for one in logs if one["log_level"] in ("warning", "error")] == ["file broke off"]
