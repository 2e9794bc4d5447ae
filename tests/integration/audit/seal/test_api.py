"""The seal over HTTP: anyone can check, with nothing but the answers and the public key."""

from __future__ import annotations

import base64
import io
import resource
import zipfile
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.audit import app, settings
from shared import ids
from shared.merkle import notes, proofs
from tests.integration.audit.seal.log import Log
from tests.integration.audit.seal.test_files import jsonl as files_of
from tests.integration.audit.seal.test_files import manifest, signer
from tests.support import tokens, web

JSONL = {"Content-Type": "application/jsonl"}
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.fixture
async def anyone(log: Log) -> AsyncIterator[web.Api]:
    given = settings.Settings(
        public_url="http://mandat.example.com",
        secrets=log.folder / "secrets",
        database_url=log.owner.dsn,
        register_folder=log.folder,
    )
    built = await app.build(given, tokens.infra(log.owner, tokens.Issuer()))
    async with web.serving(built.app, "/audit") as base:
        yield web.Api(base)


async def keys(anyone: web.Api) -> list[notes.Verifier]:
    answer = (await anyone.get("/v1/keys")).json
    assert "mandat/register" == answer["log"]
    return [notes.Verifier.parse(one) for one in answer["keys"]]


def raw(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


async def test_anyone_can_check_that_an_activity_is_in_the_register(log: Log, anyone: web.Api) -> None:
    await log.seal(20, 30)
    activity = await log.owner.fetchval("select id from entry order by seq offset 24 limit 1")
    answer = (await anyone.get(f"/v1/proofs/inclusion?activity={activity}")).json
    state = notes.open_checkpoint(answer["note"], await keys(anyone))
    assert (24, 50, 50) == (answer["index"], answer["size"], state.size)
    leaf = base64.b64decode(answer["leaf_hash"])
    proofs.verify_inclusion(leaf, 24, 50, raw(answer["hashes"]), state.root)
    older = await anyone.get(f"/v1/proofs/inclusion?activity={activity}&size=20")
    assert (409, "not-sealed-yet") == (older.status, older.slug)


async def test_anyone_can_check_that_the_register_only_grew(log: Log, anyone: web.Api) -> None:
    await log.seal(20, 30, 7)
    page = (await anyone.get("/v1/checkpoints?size=2")).json
    assert ([57, 50], 50) == ([one["size"] for one in page["checkpoints"]], page["next"])
    rest = (await anyone.get("/v1/checkpoints?before=50")).json
    assert ([20], None) == ([one["size"] for one in rest["checkpoints"]], rest["next"])
    assert page["checkpoints"][0] == (await anyone.get("/v1/checkpoints/latest")).json
    trusted = await keys(anyone)
    old, new = (notes.open_checkpoint(one["note"], trusted) for one in (*rest["checkpoints"], page["checkpoints"][0]))
    answer = (await anyone.get("/v1/proofs/consistency?first=20&second=57")).json
    proofs.verify_consistency(20, 57, raw(answer["hashes"]), old.root, new.root)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/checkpoints/latest",
        f"/v1/proofs/inclusion?activity={UUID(int=7)}",
        "/v1/proofs/consistency?first=1&second=2",
        "/v1/proofs/consistency?first=2&second=1",
    ],
)
async def test_what_is_not_there_is_not_found(log: Log, anyone: web.Api, path: str) -> None:
    answer = await anyone.get(path)
    assert (404, "not-found") == (answer.status, answer.slug)


async def test_activity_that_waits_for_its_seal_is_not_found_yet(log: Log, anyone: web.Api) -> None:
    await log.seal(3)
    activity = ids.uuid7()
    await log.record(id=activity)
    assert 404 == (await anyone.get(f"/v1/proofs/inclusion?activity={activity}")).status
    await log.sealer.run()
    assert 200 == (await anyone.get(f"/v1/proofs/inclusion?activity={activity}")).status


async def test_anyone_can_have_a_download_checked(log: Log, anyone: web.Api) -> None:
    await log.seal(20)
    made = files_of(await manifest(log, 10), signer(log))
    answer = await anyone.call("POST", "/v1/verifications", data=made, headers=JSONL)
    assert (True, 10, 20, []) == tuple(answer.json[name] for name in ("good", "rows", "size", "faults"))
    forged = made.replace(b'"day": "2026-', b'"day": "2027-', 1)
    answer = await anyone.call("POST", "/v1/verifications", data=forged, headers=JSONL | {"Accept-Language": "fr"})
    assert [(0, "file-changed"), (1, "cell-changed")] == [(one["first"], one["fault"]) for one in answer.json["faults"]]
    assert "la ligne n’est pas celle du registre" == answer.json["faults"][1]["text"]


async def test_download_of_a_register_that_never_signed_is_proved_by_nothing(log: Log, anyone: web.Api) -> None:
    """Nobody’s key is known yet: the one that the file names itself is not believed."""
    await log.seal(20)
    made = files_of(await manifest(log, 10), signer(log))
    await log.owner.execute("delete from sealing_key")
    answer = await anyone.call("POST", "/v1/verifications", data=made, headers=JSONL)
    assert (False, ["not-proved"]) == (answer.json["good"], [one["fault"] for one in answer.json["faults"]])


async def test_small_file_that_unpacks_to_more_than_there_is_costs_the_service_nothing(
    log: Log, anyone: web.Api
) -> None:
    await log.seal(1)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b"<b/>" * 6_000_000 + b"</a>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await anyone.call("POST", "/v1/verifications", data=file.getvalue(), headers=XLSX)
    assert (422, "file-not-read") == (answer.status, answer.slug)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


async def test_file_of_several_mebibytes_is_taken(log: Log, anyone: web.Api) -> None:
    await log.seal(1)
    answer = await anyone.call("POST", "/v1/verifications", data=io.BytesIO(bytes(3 << 20)), headers=JSONL)
    assert "file-not-read" == answer.slug


async def test_file_that_is_none_of_ours_is_refused_and_too_many_are(log: Log, anyone: web.Api) -> None:
    await log.seal(1)
    for media, slug in (("application/pdf", "file-not-read"), ("text/html", "unsupported-media-type")):
        assert slug == (await anyone.call("POST", "/v1/verifications", data=b"?", headers={"Content-Type": media})).slug
    big = await anyone.call("POST", "/v1/verifications", data=io.BytesIO(bytes(17 << 20)), headers=JSONL)
    assert "body-too-large" == big.slug
    for _ in range(30):
        answer = await anyone.call("POST", "/v1/verifications", data=b"?", headers=JSONL)
    assert "too-many-requests" == answer.slug
