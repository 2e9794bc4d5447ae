"""Around the services: OpenAPI documents, health, metrics."""

from __future__ import annotations

import asyncio
import importlib
import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.web import gauges, health, metrics, openapi, problems, server
from tests.architecture.test_tables import PARTS
from tests.support import web


@pytest.mark.parametrize("name", PARTS)
def test_document_of_each_service_is_valid_and_names_each_route(name) -> None:
    routes = importlib.import_module(f"{PARTS[name]}.routes").ROUTES
    document = json.loads(openapi.document(name, routes, "0.1.0"))
    OpenAPIV31SpecValidator(document).validate()
    operations = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    assert sorted(operations) == sorted((route.method, f"/{name}{route.path}") for route in routes)
    ids = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


async def test_document_is_served_under_the_service(shown) -> None:
    answer = await shown.anonymous().get("/openapi.json")
    assert "3.1.0" == answer.json["openapi"]


def test_fault_texts_exist_in_both_languages() -> None:
    for text in [*problems.FAULTS.values(), *(text for _, text in problems.PREFIXES)]:
        assert text.fr
        assert text.en
        assert text.fr != text.en


async def yes() -> bool:
    return True


async def no() -> bool:
    raise OSError


async def never() -> bool:
    await asyncio.sleep(60)
    return True


async def details() -> dict:
    return {"workers": {}}


@pytest.mark.parametrize(("check", "status"), [(yes, 200), (no, 503), (never, 503)])
async def test_ready_depends_on_each_check_and_waits_for_none_of_them_long(check, status, monkeypatch) -> None:
    monkeypatch.setattr(health, "LONGEST", 0.1)
    root = server.make_root()
    health.mount(root, {"database": check}, details)
    async with web.serving(root, "/x") as base:
        assert (status, 200) == (
            (await web.Api(base).get("/readyz")).status,
            (await web.Api(base).get("/livez")).status,
        )
        assert {"database": status == 200} == (await web.Api(base).get("/healthz")).json["checks"]


async def test_ready_ends_when_the_process_is_leaving() -> None:
    root = server.make_root()
    health.mount(root, {"database": yes}, details)
    async with web.serving(root, "/x") as base:
        health.leaving(root)
        assert 503 == (await web.Api(base).get("/readyz")).status
        assert 200 == (await web.Api(base).get("/livez")).status


async def test_metrics_count_by_the_template_of_the_route_never_by_its_address(shown) -> None:
    await shown.anonymous().get("/things/018f0000-0000-7000-8000-000000000000")
    root = server.make_root()
    metrics.mount(root)
    async with web.serving(root, "/x") as base:
        text = (await web.Api(base).get("/metrics")).text
    assert 'route="/shown/things/{thing_id}",status="200"' in text
    assert "018f0000" not in text


async def test_metrics_show_what_lies_in_outbox_and_retries_when_they_are_asked() -> None:
    backlog = {"unsent": 3, "oldest_seconds": 12.5, "retrying": 2, "parked": 1}
    details = {"bus": True, "workers": {"x.relay": {"age": 1, "restarts": 4}}, "services": {"x": backlog}}
    root = server.make_root()

    async def refresh() -> None:
        gauges.show(details)

    metrics.mount(root, refresh)
    async with web.serving(root, "/x") as base:
        text = (await web.Api(base).get("/metrics")).text
    for line in (
        'mandat_outbox_unsent{service="x"} 3.0',
        'mandat_outbox_oldest_seconds{service="x"} 12.5',
        'mandat_events_retrying{service="x"} 2.0',
        'mandat_events_parked{service="x"} 1.0',
        'mandat_worker_restarts{worker="x.relay"} 4.0',
        "mandat_bus_connected 1.0",
    ):
        assert line in text


async def test_metrics_are_answered_when_what_they_ask_for_is_away() -> None:
    root = server.make_root()

    async def refresh() -> None:
        raise OSError("away")

    metrics.mount(root, refresh)
    async with web.serving(root, "/x") as base:
        assert 200 == (await web.Api(base).get("/metrics")).status
