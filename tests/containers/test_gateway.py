"""The gateway: routes, what it strips, limits, TLS, retries, and its own answers as problems in both languages."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from tests.support import gateway_problems, gateways
from tests.support.gateways import Rig

pytestmark = [pytest.mark.containers, pytest.mark.timeout(300)]
ROUTED = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits")
LARGE = ("/accounts/v1/imports/1", "/permits/v1/applications/1/files", "/audit/v1/verifications", "/fr/x")
CLAIMED = {
    "Forwarded": "for=1.2.3.4",
    "Proxy": "http://1.2.3.4",
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-User": "root",
    "X-HTTP-Method-Override": "DELETE",
    "X-Original-URL": "/metrics",
    "X-Real-IP": "1.2.3.4",
    "X-Remote-User": "root",
    "X-Request-Id": "1234567890",
    "X-Rewrite-URL": "/metrics",
    "X-User": "root",
}


@pytest.fixture(scope="module")
async def rig() -> AsyncIterator[Rig]:
    async with gateways.rig() as made:
        await asyncio.gather(*(made.replica(name) for name in (*ROUTED, "portal")))
        yield made


@pytest.fixture(scope="module")
async def base(rig: Rig) -> str:
    return f"http://127.0.0.1:{await rig.gateway()}"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30), auto_decompress=False) as session:
        yield session


async def raw(base: str, sent: bytes, *, pause: float = 0) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rsplit(":", 1)[1]))
    try:
        writer.write(sent)
        await writer.drain()
        await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 40)
    finally:
        writer.close()


async def problem(answer: aiohttp.ClientResponse, status: int, slug: str, language: str = "fr") -> None:
    kind = next(one for one in gateway_problems.BY_CODE.values() if one.slug == slug)
    body = json.loads(await answer.read())
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert (body["slug"], body["title"]) == (slug, kind.title.in_(language))
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Cache-Control"] == "no-store"
    assert body["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"


async def test_each_service_is_reached_under_its_name_and_the_portal_under_the_rest(base, http) -> None:
    for path, service in [*((f"/{name}/v1/%2F?a=%2F", name) for name in ROUTED), ("/fr/accueil", "portal")]:
        async with http.get(URL(base + path, encoded=True)) as answer:
            body = json.loads(await answer.read())
        assert (answer.status, body["path"]) == (200, path)
        assert (body["service"], body["headers"]["host"]) == (service, base.removeprefix("http://"))


async def test_metadata_of_decision_points_are_reached_where_the_standard_looks(base, http) -> None:
    for service in ("accounts", "delegation"):
        async with http.get(f"{base}/.well-known/authzen-configuration/{service}") as answer:
            assert json.loads(await answer.read())["path"] == f"/.well-known/authzen-configuration/{service}"


INTERNAL = (
    "/metrics",
    "/healthz",
    "/readyz",
    "/mailbox",
    "/mailbox/messages.json",
    "/identity/../metrics",
    "//metrics",
)


@pytest.mark.parametrize("path", INTERNAL)
async def test_internal_addresses_are_not_found(base, path) -> None:
    got = await raw(base, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404"), head
    assert json.loads(body)["slug"] == "not-found"


async def test_what_a_caller_says_of_himself_reaches_nobody(base, http) -> None:
    async with http.get(f"{base}/identity/v1/me", headers=CLAIMED) as answer:
        seen = json.loads(await answer.read())["headers"]
    assert not [name for name, value in CLAIMED.items() if seen.get(name.lower()) == value]
    assert seen["x-forwarded-for"].count(",") == 0
    assert seen["x-request-id"] != CLAIMED["X-Request-Id"]
    assert seen["x-forwarded-proto"] == "http"


async def test_what_a_caller_needs_to_say_passes(base, http) -> None:
    said = {"Authorization": "Bearer x", "Idempotency-Key": "k1", "X-Correlation-Id": "c1", "Accept-Language": "en"}
    async with http.post(f"{base}/identity/v1/x", headers=said, json={"a": 1}) as answer:
        seen = json.loads(await answer.read())
    assert said == {name: seen["headers"][name.lower()] for name in said}
    assert seen["size"] == len('{"a": 1}')


async def test_put_and_delete_get_a_key_and_post_gets_none(base, http) -> None:
    keys = {}
    for method in ("PUT", "DELETE", "POST", "GET"):
        async with http.request(method, f"{base}/identity/v1/x") as answer:
            keys[method] = json.loads(await answer.read())["headers"].get("idempotency-key")
    assert (keys["POST"], keys["GET"]) == (None, None)
    assert keys["PUT"]
    assert keys["DELETE"]


async def test_client_behind_a_named_proxy_is_the_one_it_names(rig, http) -> None:
    port = await rig.gateway(FRONT="0.0.0.0/0")
    async with http.get(f"http://127.0.0.1:{port}/identity/x", headers={"X-Forwarded-For": "203.0.113.7"}) as answer:
        assert json.loads(await answer.read())["headers"]["x-forwarded-for"] == "203.0.113.7"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_body_over_the_limit_is_a_problem(base, http, language) -> None:
    headers = {"Accept-Language": language}
    async with http.post(f"{base}/identity/v1/x", data=io.BytesIO(b"x" * (1 << 20)), headers=headers) as answer:
        assert answer.status == 200
    async with http.post(f"{base}/identity/v1/x", data=io.BytesIO(b"x" * ((1 << 20) + 1)), headers=headers) as answer:
        await problem(answer, 413, "body-too-large", language)


async def test_rosters_and_files_may_be_large(base, http) -> None:
    for path in LARGE:
        async with http.put(base + path, data=io.BytesIO(b"x" * (3 << 20))) as answer:
            assert json.loads(await answer.read())["size"] == 3 << 20


async def test_chunked_body_over_the_limit_is_a_problem(base, http) -> None:
    async def much() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    async with http.post(f"{base}/identity/v1/x", data=much()) as answer:
        await problem(answer, 413, "body-too-large")


async def test_headers_over_the_limit_are_a_problem(base, http) -> None:
    async with http.get(f"{base}/identity/v1/x", headers={"X-Long": "x" * 20_000}) as answer:
        await problem(answer, 431, "headers-too-large")


async def test_address_over_the_limit_is_refused(base) -> None:
    got = await raw(base, b"GET /identity/" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 414"), got[:200]
    assert b'"slug": "address-too-long"' in got


async def test_client_that_sends_its_head_or_body_slowly_is_let_go(base) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    head = b"POST /identity/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
    answers = await asyncio.gather(raw(base, head), raw(base, head + b"\r\n123"))
    assert loop.time() - begun < 25
    assert answers == [b"", b""]


async def test_slow_senders_do_not_hold_up_the_others(base, http) -> None:
    head = b"POST /identity/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1"
    slow = [asyncio.create_task(raw(base, head)) for _ in range(300)]
    await asyncio.sleep(1)
    begun = asyncio.get_running_loop().time()
    async with http.get(f"{base}/identity/v1/x") as answer:
        assert answer.status == 200
    assert asyncio.get_running_loop().time() - begun < 3
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_more_requests_than_the_rate_are_told_when_to_come_back(rig, http) -> None:
    base = f"http://127.0.0.1:{await rig.gateway(RATE='5', BURST='10')}"

    async def ask() -> int:
        async with http.get(f"{base}/identity/v1/x", headers={"Accept-Language": "en-CA"}) as answer:
            if answer.status == 429:
                await problem(answer, 429, "too-many-requests", "en")
                assert int(answer.headers["Retry-After"]) >= 1
            return answer.status

    found = Counter(await asyncio.gather(*(ask() for _ in range(40))))
    assert set(found) == {200, 429}
    assert 10 <= found[200] <= 20, found


async def test_sign_in_has_a_rate_of_its_own(rig, http) -> None:
    base = f"http://127.0.0.1:{await rig.gateway(SIGN_IN_RATE='1', SIGN_IN_BURST='2')}"

    async def ask(path: str) -> int:
        async with http.post(base + path) as answer:
            await answer.read()
            return answer.status

    for path in ("/identity/v1/sessions", "/accounts/v1/licences/claim"):
        assert 429 in await asyncio.gather(*(ask(path) for _ in range(12)))
    assert set(await asyncio.gather(*(ask("/delegation/v1/delegates") for _ in range(12)))) == {200}


async def test_answers_carry_security_headers_and_json_is_compressed(base, http) -> None:
    async with http.get(f"{base}/identity/v1/long", headers={"Accept-Encoding": "gzip"}) as answer:
        plain = gzip.decompress(await answer.read())
    assert len(json.loads(plain)["filling"]) == 20_000
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "strict-origin" in answer.headers["Referrer-Policy"]
    assert "nginx/" not in str(answer.headers)
    async with http.get(f"{base}/fr/long", headers={"Accept-Encoding": "gzip"}) as answer:
        assert "Content-Encoding" not in answer.headers


async def test_https_by_itself_and_http_is_sent_there(rig, tmp_path) -> None:
    tmp_path.chmod(0o755)
    await gateways.certificate(tmp_path)
    port = await rig.gateway("--volume", f"{tmp_path}:/run/secrets:ro", LISTEN="tls")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "gateway.crt"))
    async with aiohttp.ClientSession() as http:
        async with http.get(f"https://127.0.0.1:{port}/identity/x", ssl=trusting) as answer:
            assert (await answer.json())["headers"]["x-forwarded-proto"] == "https"
            assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        async with http.get(f"http://127.0.0.1:{port}/identity/x") as answer:
            assert answer.status == 400
            assert json.loads(await answer.read())["slug"] == "https-required"
    old = ssl.create_default_context(cafile=str(tmp_path / "gateway.crt"))
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientError):
            await http.get(f"https://127.0.0.1:{port}/identity/x", ssl=old)
