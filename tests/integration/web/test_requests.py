"""What comes in: bodies, queries, paths, tokens; and what goes out when it is wrong."""

from __future__ import annotations

import asyncio
import io
import json
from uuid import UUID, uuid4

import aiohttp
import pytest
import structlog

from shared.web import running
from tests.integration.web import conftest
from tests.support import web

CANARY = "canari-9f3b"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/name", "missing"),
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": CANARY * 3}, "/name", "string_too_long"),
        ({"name": 7}, "/name", "string_type"),
        ({"name": "a", "colour": CANARY}, "/colour", "extra_forbidden"),
        ({"name": "a", "count": 0}, "/count", "greater_than_equal"),
        ({"name": "a", "count": CANARY}, "/count", "int_parsing"),
        ({"name": "a", "day": CANARY}, "/day", "date_from_datetime_parsing"),
        ({"name": "a", "parts": ["ab", CANARY]}, "/parts/1", "string_too_long"),
        ({"name": "a", "parts": ["a", "b", "c"]}, "/parts", "too_long"),
        ({"name": "a", "x/y~z": 1}, "/x~1y~0z", "extra_forbidden"),
    ],
)
async def test_body_with_a_fault_is_refused_with_a_pointer_and_never_repeated(shown, body, pointer, code) -> None:
    answer = await shown.person().post("/things", body)
    fault = answer.json["errors"][0]
    assert (422, "validation-failed", pointer, code) == (answer.status, answer.slug, fault["pointer"], fault["code"])
    assert fault["detail"].endswith(".")
    assert CANARY not in answer.text
    assert 0 == await shown.things()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name":"a","count":1e999}',
        b'{"name":"a","count":' + b"9" * 5000 + b"}",
        b'{"name":"\\ud800"}',
        b'{"name":"a\\u0000b"}',
        b'{"name":"a","inner":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
        b"[" * 100_000,
    ],
    ids=range(13),
)
async def test_body_that_is_no_proper_json_is_refused_and_nothing_breaks(shown, raw) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await shown.person().call("POST", "/things", data=raw, headers=headers)
    assert (422, "validation-failed") == (answer.status, answer.slug)
    assert 0 == await shown.things()


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_body_of_another_media_type_is_refused(shown, media) -> None:
    answer = await shown.person().call("POST", "/things", data=b'{"name":"a"}', headers={"Content-Type": media})
    assert (415, "unsupported-media-type") == (answer.status, answer.slug)


@pytest.mark.parametrize("chunked", [False, True])
async def test_body_too_large_is_refused(shown, chunked) -> None:
    async def pieces():
        for _ in range(20):
            yield b" " * 65_536

    data = pieces() if chunked else io.BytesIO(b" " * 1_100_000)
    answer = await shown.person().call("POST", "/things", data=data, headers={"Content-Type": "application/json"})
    assert (413, "body-too-large") == (answer.status, answer.slug)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("size=5", 200),
        ("colour=a&colour=b", 200),
        ("flag=true", 200),
        ("size=0", 422),
        ("size=x", 422),
        ("size=1&size=2", 422),
        ("shape=round", 422),
        (f"size={CANARY}", 422),
    ],
)
async def test_query_is_of_the_documented_shape_or_refused(shown, query, status) -> None:
    answer = await shown.anonymous().get(f"/things?{query}")
    assert status == answer.status
    assert CANARY not in answer.text


async def test_query_where_none_is_taken_is_refused(shown) -> None:
    assert 422 == (await shown.anonymous().get("/anyone?x=1")).status


@pytest.mark.parametrize("path", ["/things/7", "/things/x", "/nothing", "/things/%00", "/things/" + "a" * 3000])
async def test_path_that_names_nothing_is_not_found(shown, path) -> None:
    answer = await shown.anonymous().get(path)
    assert (404, "not-found") == (answer.status, answer.slug)


async def test_path_beside_the_services_is_not_found_too(shown) -> None:
    base = shown.base.removesuffix("/shown")
    assert "not-found" == (await web.Api(base).get("/elsewhere")).slug


async def test_method_not_taken_is_refused_with_those_that_are(shown) -> None:
    answer = await shown.anonymous().delete("/things")
    assert (405, "method-not-allowed") == (answer.status, answer.slug)
    assert {"GET", "HEAD", "POST"} == set(answer.headers["Allow"].split(","))


async def test_head_answers_like_get_without_a_body(shown) -> None:
    answer = await shown.anonymous().call("HEAD", f"/things/{uuid4()}")
    assert (200, "") == (answer.status, answer.text)


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("anonymous", {"anyone"}),
        ("person", {"anyone", "person", "surveyor"}),
        ("acting", {"anyone", "surveyor"}),
        ("operator", {"anyone", "person", "surveyor", "operator"}),
        ("application", {"anyone", "application"}),
    ],
)
async def test_each_kind_of_caller_gets_in_where_its_scopes_reach_and_nowhere_else(shown, kind, allowed) -> None:
    issuer, jean = shown.issuer, UUID(int=1)
    token = {
        "anonymous": None,
        "person": issuer.person(jean),
        "acting": issuer.acting(delegator=jean, delegate=UUID(int=2)),
        "operator": issuer.operator(jean),
        "application": issuer.application(),
    }[kind]
    answers = {
        scope: await web.Api(shown.base, token).get(f"/{scope}")
        for scope in ("anyone", "person", "surveyor", "operator", "application")
    }
    assert allowed == {scope for scope, answer in answers.items() if answer.status == 200}
    refused = {answer.slug for scope, answer in answers.items() if scope not in allowed}
    wanted = {"anonymous": {"sign-in-required"}, "acting": {"in-person-only", "not-permitted"}}
    assert refused == wanted.get(kind, {"not-permitted"})


@pytest.mark.parametrize(
    "claims",
    [
        {"act": {"sub": str(uuid4())}},
        {"app": True, "act": {"sub": str(uuid4())}},
        {"sub": "jean"},
        {"exp": 1},
        {"aud": "other"},
        {"iss": "http://elsewhere"},
    ],
    ids=["acting by identity", "acting application", "no uuid", "expired", "other audience", "other issuer"],
)
async def test_token_that_no_issuer_of_ours_gives_is_refused_even_where_anyone_may(shown, claims) -> None:
    answer = await shown.person(**claims).get("/anyone")
    assert (401, "sign-in-required", "Bearer") == (answer.status, answer.slug, answer.headers["WWW-Authenticate"])


@pytest.mark.parametrize("more", [{"roles": ["operator"]}, {"app": True}, {"act": {"sub": str(uuid4()), "act": {}}}])
async def test_acting_token_with_more_in_it_is_refused(shown, more) -> None:
    token = shown.issuer.acting(delegator=UUID(int=1), delegate=UUID(int=2), **more)
    assert 401 == (await web.Api(shown.base, token).get("/surveyor")).status


@pytest.mark.parametrize(
    ("header", "token_language", "expected"),
    [
        ("en", "fr", "en"),
        ("fr-CA", "en", "fr"),
        ("de, en;q=0.5", "fr", "en"),
        ("", "en", "en"),
        ("", "de", "fr"),
        ("fr;q=0.2, en", "fr", "en"),
        ("*", "en", "en"),
        ("en;q=0", "fr", "fr"),
        ("x" * 5000, "fr", "fr"),
    ],
)
async def test_language_is_what_the_caller_prefers(shown, header, token_language, expected) -> None:
    answer = await shown.person(lang=token_language).get("/person", headers={"Accept-Language": header})
    assert expected == answer.json["what"][2]


async def test_problem_is_in_the_language_asked_for(shown) -> None:
    texts = {}
    for language in ("fr", "en"):
        answer = await shown.anonymous().get("/person", headers={"Accept-Language": language})
        assert language == answer.headers["Content-Language"]
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        texts[language] = answer.json["title"]
    assert {"fr": "Connexion requise", "en": "Sign-in required"} == texts


async def test_fault_inside_is_logged_and_tells_nothing(shown) -> None:
    shown.deps.behaviour["error"] = RuntimeError(CANARY)
    with structlog.testing.capture_logs() as logged:
        answer = await shown.anonymous().get("/fail")
    assert (500, "internal-error") == (answer.status, answer.slug)
    assert CANARY not in answer.text
    assert CANARY in [str(line.get("exc_info")) for line in logged]


@pytest.mark.parametrize("name", conftest.ERRORS)
async def test_dependency_that_is_away_is_503_with_a_time_to_wait(shown, name) -> None:
    shown.deps.behaviour["error"] = conftest.ERRORS[name]
    answer = await shown.anonymous().get("/fail")
    assert (503, "temporarily-unavailable") == (answer.status, answer.slug)
    assert 1 <= int(answer.headers["Retry-After"])


async def test_form_route_takes_forms_and_names_oauth_errors(shown) -> None:
    assert "right" == (await shown.anonymous().form("/token", {"grant_type": "right"})).json["what"]
    wrong = await shown.anonymous().form("/token", {"grant_type": "left"})
    assert (400, "invalid_grant") == (wrong.status, wrong.json["error"])
    assert 415 == (await shown.anonymous().post("/token", {"grant_type": "right"})).status


async def test_answer_carries_headers_that_keep_it_private(shown) -> None:
    answer = await shown.anonymous().get("/headed")
    assert (202, "yes", "no-store", "nosniff") == (
        answer.status,
        answer.headers["X-Extra"],
        answer.headers["Cache-Control"],
        answer.headers["X-Content-Type-Options"],
    )


@pytest.mark.parametrize(("given", "kept"), [("abc-1", True), ("a" * 65, False), ("a b", False), ("é", False)])
async def test_request_id_is_kept_when_well_formed_and_replaced_otherwise(shown, given, kept) -> None:
    answer = await shown.anonymous().get("/anyone", headers={"X-Request-Id": given})
    assert kept is (answer.headers["X-Request-Id"] == given)
    assert answer.headers["X-Request-Id"]


async def test_event_said_in_a_request_carries_who_and_where_from(shown) -> None:
    token = shown.issuer.person(UUID(int=1))
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    headers = {"X-Correlation-Id": "corr-1", "traceparent": trace}
    assert 204 == (await web.Api(shown.base, token).post("/said", headers=headers)).status
    envelope = await shown.deps.pool.fetchval("select envelope from outbox")
    envelope = json.loads(envelope) if isinstance(envelope, str) else envelope
    assert ("corr-1", trace, f"user:{UUID(int=1)}") == (
        envelope["correlationid"],
        envelope["traceparent"],
        envelope["actor"],
    )


async def test_more_requests_than_may_run_at_once_are_sent_away(shown, monkeypatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 3)
    waiting = [asyncio.create_task(shown.anonymous().get("/wait")) for _ in range(3)]
    await asyncio.sleep(0.2)
    refused = await shown.anonymous().get("/anyone")
    shown.deps.gate.set()
    assert (503, [200, 200, 200]) == (refused.status, [(await one).status for one in waiting])
    assert 200 == (await shown.anonymous().get("/anyone")).status


async def test_request_that_takes_too_long_is_ended(shown, monkeypatch) -> None:
    monkeypatch.setattr(running, "LONGEST", 0.1)
    assert 503 == (await shown.anonymous().get("/wait")).status


async def test_caller_who_goes_away_leaves_no_request_behind(shown) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(TimeoutError):
            await http.get(f"{shown.base}/wait", timeout=aiohttp.ClientTimeout(total=0.1))
    assert 200 == (await shown.anonymous().get("/anyone")).status
