"""Where work came from: ids taken from the caller, given back, and carried into what is said."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.web import origins
from tests.support import web

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.mark.parametrize("header", ["X-Request-Id", "X-Correlation-Id"])
@pytest.mark.parametrize(("given", "kept"), [("a.b-1:c_D", True), ("a" * 64, True), ("a" * 65, False), ("a\tb", False)])
async def test_id_is_given_back_when_well_formed_and_replaced_otherwise(shown, header, given, kept) -> None:
    answer = await shown.anonymous().get("/anyone", headers={header: given})
    assert kept is (answer.headers[header] == given)
    assert origins.ID.fullmatch(answer.headers[header])


@pytest.mark.parametrize("path", ["/nothing", "/person", "/fail"])
async def test_id_is_given_back_with_problems_too_and_names_the_request(shown, path) -> None:
    shown.deps.behaviour["error"] = RuntimeError()
    answer = await shown.anonymous().get(path, headers={"X-Request-Id": "r-1", "X-Correlation-Id": "c-1"})
    assert ("r-1", "c-1") == (answer.headers["X-Request-Id"], answer.headers["X-Correlation-Id"])
    assert "urn:request:r-1" == answer.json["instance"]


@pytest.mark.parametrize(
    ("headers", "correlation"),
    [
        ({"traceparent": TRACE}, "a" * 32),
        ({"traceparent": TRACE, "X-Correlation-Id": "c-1"}, "c-1"),
        ({"traceparent": TRACE, "X-Correlation-Id": "no good"}, "a" * 32),
    ],
)
async def test_correlation_is_that_of_the_caller_or_of_his_trace(shown, headers, correlation) -> None:
    assert correlation == (await shown.anonymous().get("/anyone", headers=headers)).headers["X-Correlation-Id"]


@pytest.mark.parametrize("trace", ["00-x-y-01", TRACE + "x", TRACE.upper(), TRACE.replace("a", "0"), ""])
async def test_trace_that_is_malformed_is_not_carried_on(shown, trace) -> None:
    await shown.person().post("/said", headers={"traceparent": trace})
    envelope = await envelope_of(shown)
    assert "traceparent" not in envelope or envelope["traceparent"] is None


async def envelope_of(shown) -> dict:
    envelope = await shown.deps.pool.fetchval("select envelope from outbox")
    assert isinstance(envelope, dict)
    return envelope


@pytest.mark.item("Q4")
async def test_event_said_when_acting_names_the_delegate_and_whom_he_acts_for(shown) -> None:
    token = shown.issuer.acting(delegator=UUID(int=1), delegate=UUID(int=2))
    assert 204 == (await web.Api(shown.base, token).post("/said-by-any")).status
    envelope = await envelope_of(shown)
    assert (f"user:{UUID(int=2)}", f"user:{UUID(int=1)}") == (envelope["actor"], envelope["onbehalfof"])


async def test_event_of_a_refused_request_is_never_said(shown) -> None:
    assert 404 == (await shown.person().post("/said-and-failed")).status
    assert 0 == await shown.deps.pool.fetchval("select count(*) from outbox")
