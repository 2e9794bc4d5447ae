"""What comes over the wire against all rules: broken encodings, bombs, signs that no text may hold."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import NamedTuple

import pytest
import yarl

JSON = {"Content-Type": "application/json"}


class Raw(NamedTuple):
    status: int
    headers: str
    body: str


async def raw(shown, request: bytes) -> Raw:
    """Send these bytes as they are, and read the whole answer."""
    url = yarl.URL(shown.base)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return Raw(int(head.split()[1]), head, body)


def request(shown, *lines: str, path: str = "/shown/things", method: str = "POST") -> bytes:
    token = shown.issuer.person(shown.jean)
    first = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", f"Authorization: Bearer {token}"]
    return "\r\n".join([*first, *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize("raw_body", [gzip.compress(b" " * 50_000_000), b"no gzip at all"], ids=["bomb", "broken"])
async def test_compressed_body_that_is_a_bomb_or_broken_is_refused_as_a_problem(shown, raw_body) -> None:
    headers = JSON | {"Content-Encoding": "gzip"}
    answer = await shown.person().call("POST", "/things", data=raw_body, headers=headers)
    assert answer.status in (413, 422)
    assert answer.slug in ("body-too-large", "validation-failed")


async def test_compressed_body_that_is_proper_is_read(shown) -> None:
    body = gzip.compress(json.dumps({"name": "a"}).encode())
    answer = await shown.person().call("POST", "/things", data=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert 201 == answer.status


@pytest.mark.parametrize("chunks", ["zz\r\n{}\r\n0\r\n\r\n", "5\r\n{}\r\n0\r\n\r\n", "-1\r\n\r\n"])
async def test_body_in_malformed_chunks_is_the_fault_of_the_caller(shown, chunks) -> None:
    head = request(shown, "Content-Type: application/json", "Transfer-Encoding: chunked")
    answer = await raw(shown, head + chunks.encode())
    assert 400 <= answer.status < 500
    assert 0 == await shown.things()


@pytest.mark.parametrize("chunked", [False, True])
async def test_body_over_the_limit_of_its_own_route_is_refused(shown, chunked) -> None:
    async def pieces():
        yield b'{"name":"a"'
        yield b" " * 200
        yield b"}"

    data = pieces() if chunked else b'{"name":"a"' + b" " * 200 + b"}"
    answer = await shown.person().call("POST", "/small", data=data, headers=JSON)
    assert (413, "body-too-large", 0) == (answer.status, answer.slug, await shown.things())


async def test_body_within_the_limit_of_its_route_is_taken(shown) -> None:
    assert 201 == (await shown.person().post("/small", {"name": "a"})).status


async def test_stream_that_says_it_is_over_the_limit_of_its_route_is_refused(shown) -> None:
    answer = await shown.person().call("POST", "/streamed", data=b"x" * 200_000)
    assert (413, "body-too-large") == (answer.status, answer.slug)


async def test_stream_within_the_limit_is_read_to_its_end(shown) -> None:
    answer = await shown.person().call("POST", "/streamed", data=b"x" * 90_000)
    assert (200, 90_000) == (answer.status, answer.json["what"])


@pytest.mark.parametrize("query", ["colour=%00", "colour=%ff", "colour=%ed%a0%80", "size=%d9%a1", "%00=1"])
async def test_query_of_odd_signs_is_taken_as_text_or_refused_but_breaks_nothing(shown, query) -> None:
    answer = await shown.anonymous().get(yarl.URL(shown.base + f"/things?{query}", encoded=True).raw_path_qs[6:])
    assert answer.status in (200, 422)


@pytest.mark.parametrize("body", [b"grant_type=%00", b"grant_type=%ff", b"grant_type=%ed%a0%80", b"\xff=\xfe", b"&&=&"])
async def test_form_of_odd_signs_is_refused_as_a_problem(shown, body) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = await shown.anonymous().call("POST", "/token", data=body, headers=headers)
    assert answer.status in (400, 422)
    assert answer.slug


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-16", "rot13"])
async def test_form_in_a_charset_that_we_do_not_read_is_refused(shown, charset) -> None:
    headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    answer = await shown.anonymous().call("POST", "/token", data=b"grant_type=right%20", headers=headers)
    assert 400 <= answer.status < 500
    assert answer.slug


@pytest.mark.parametrize("line", ["X-Request-Id: \xff", "Accept-Language: \xff", "traceparent: \xff", "Cookie: \xff"])
async def test_header_that_is_no_text_changes_nothing(shown, line) -> None:
    answer = await raw(shown, request(shown, line, path="/shown/person", method="GET"))
    assert 200 == answer.status
    assert "\xff" not in answer.headers


async def test_token_that_is_not_ascii_is_refused(shown) -> None:
    answer = await shown.anonymous().get("/anyone", headers={"Authorization": "Bearer é"})
    assert (401, "sign-in-required") == (answer.status, answer.slug)


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /shown/things HTTP/9.9\r\n\r\n",
        b"GET /shown/things HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /shown/things HTTP/1.1\r\nHost: x\r\nX-Long: canari" + b"a" * 9_000 + b"\r\n\r\n",
        b"GET /shown/things HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03canari",
    ],
    ids=["nonsense", "version", "no colon", "long header", "two lengths", "TLS"],
)
async def test_what_is_no_http_request_is_answered_by_a_problem_that_repeats_nothing(shown, sent, caplog) -> None:
    answer = await raw(shown, sent)
    assert (400, "malformed-request") == (answer.status, json.loads(answer.body)["slug"])
    assert "application/problem+json" in answer.headers
    assert "canari" not in answer.body + caplog.text
