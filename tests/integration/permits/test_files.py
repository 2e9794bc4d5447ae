"""Uploads: real files, checked by their content, outside the database, given back as attachments; disks that fail."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import pytest

from examples.permits import rules, storage, workers
from examples.permits.api import files as api
from shared import ids
from tests.integration.permits.conftest import CLIENT, LMS, MADIEE, PDF, STRANGER, VIVIAN, Served

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"


def pdf(size: int) -> bytes:
    return b"%PDF-1.7\n" + os.urandom(size - 16) + b"\n%%EOF\n"


async def fetched(served: Served, person: UUID, application: str, file: str) -> tuple[int, bytes, dict[str, str]]:
    headers = {"Authorization": f"Bearer {served.issuer.person(person)}"}
    url = f"{served.base}/v1/applications/{application}/files/{file}"
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


@pytest.mark.item("O13")
async def test_file_comes_back_whole_as_an_attachment_under_a_safe_name(served: Served) -> None:
    made, content = await served.of_company(), pdf(3_000_000)
    kept = await served.upload(VIVIAN, made["id"], content, "../Plan d’étage.exe")
    digest = hashlib.sha256(content).hexdigest()
    facts = (kept.status, kept.json["name"], kept.json["media_type"], kept.json["size"], kept.json["sha256"])
    assert (201, "Plan d’étage.exe.pdf", "application/pdf", 3_000_000, digest) == facts
    status, body, headers = await fetched(served, VIVIAN, made["id"], kept.json["id"])
    assert (200, content) == (status, body)
    assert "attachment; filename*=UTF-8''Plan%20d%E2%80%99%C3%A9tage.exe.pdf" == headers["Content-Disposition"]
    assert ("application/pdf", "nosniff") == (headers["Content-Type"], headers["X-Content-Type-Options"])
    assert headers["Content-Security-Policy"].startswith("sandbox")
    (path,) = served.files()
    assert (UUID(kept.json["id"]).hex, 0o600) == (path.name, path.stat().st_mode & 0o777)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00 a program", b"<html>%PDF-1.7 %%EOF</html>", PDF[:20], b""],
    ids=["exe", "html", "cut", "none"],
)
async def test_file_that_is_not_what_its_name_says_is_not_taken_and_leaves_nothing(
    served: Served, content: bytes
) -> None:
    made = await served.applied()
    reply = await served.upload(CLIENT, made["id"], content, "plan.pdf")
    assert (422, "file-not-taken") == (reply.status, reply.slug)
    assert ([], 0) == (served.files(), await served.count("file"))


async def test_file_that_is_too_large_is_refused_as_soon_as_it_is(served: Served) -> None:
    made = await served.applied()

    async def endless():
        yield b"%PDF-1.7\n"
        while True:
            yield os.urandom(1 << 20)

    url = f"{served.base}/v1/applications/{made['id']}/files?name=plan.pdf"
    headers = {"Authorization": f"Bearer {served.issuer.person(CLIENT)}"}
    async with aiohttp.ClientSession() as http:
        with suppress(aiohttp.ClientError):  # closed while we were still sending
            async with http.post(url, headers=headers, data=endless()) as answer:
                assert 413 == answer.status
    assert ([], 0) == (served.files(), await served.count("file"))


async def test_file_that_says_it_is_too_large_is_not_even_read(served: Served) -> None:
    made = await served.applied()
    host, port = served.base.removeprefix("http://").partition("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /permits/v1/applications/{made['id']}/files?name=plan.pdf HTTP/1.1\r\nHost: {host}\r\n"
    head += f"Authorization: Bearer {served.issuer.person(CLIENT)}\r\nContent-Length: {api.LARGEST + 1}\r\n\r\n"
    writer.write(head.encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    assert b"HTTP/1.1 413" == status[:12]


async def test_same_content_again_is_the_file_that_is_there(served: Served) -> None:
    made = await served.applied()
    first, again = [await served.upload(CLIENT, made["id"], PDF, name) for name in ("plan.pdf", "autre.pdf")]
    assert (first.json, 1, 1) == (again.json, len(served.files()), await served.count("file"))


async def test_many_uploads_at_once_of_one_content_are_one_file(served: Served) -> None:
    made = await served.applied()
    replies = await asyncio.gather(*(served.upload(CLIENT, made["id"]) for _ in range(8)))
    assert ({201}, 1) == ({reply.status for reply in replies}, len({reply.json["id"] for reply in replies}))
    assert (1, 1) == (len(served.files()), await served.count("file"))


async def test_upload_without_the_right_leaves_nothing_and_strangers_are_not_even_read(served: Served) -> None:
    made = await served.of_company()
    served.mandat.rights[MADIEE, LMS] = {"pay"}
    refused, unknown = await served.upload(MADIEE, made["id"]), await served.upload(STRANGER, made["id"])
    assert ("refused", "not-found", []) == (refused.slug, unknown.slug, served.files())


async def test_upload_that_settles_what_the_city_asked_for(served: Served) -> None:
    made = await served.applied()
    body = {"kind": "upload", "detail": "Il manque le plan."}
    assert 201 == (await served.reviewer.post(f"/v1/review/applications/{made['id']}/actions", body)).status
    assert 1 == len((await served.as_(CLIENT).get("/v1/actions")).json["actions"])
    await served.upload(CLIENT, made["id"])
    assert [] == (await served.as_(CLIENT).get("/v1/actions")).json["actions"]


async def test_application_takes_no_more_files_than_it_may_have(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "FILES", 2)
    made = await served.applied()
    slugs = [(await served.upload(CLIENT, made["id"], pdf(100))).slug for _ in range(3)]
    assert [None, None, "too-many-files"] == slugs
    assert 2 == len(served.files())


async def test_removed_file_is_gone_and_its_bytes_are_swept(served: Served) -> None:
    made = await served.of_company()
    kept = (await served.upload(VIVIAN, made["id"])).json["id"]
    path = f"/v1/applications/{made['id']}/files/{kept}"
    served.mandat.rights[MADIEE, LMS] = {"pay"}
    assert "refused" == (await served.as_(MADIEE).delete(path)).slug
    assert 204 == (await served.as_(VIVIAN).delete(path)).status
    assert (404, 404) == ((await served.as_(VIVIAN).delete(path)).status, (await served.as_(VIVIAN).get(path)).status)
    assert (0, 1) == (await workers.sweep(served.deps), len(served.files()))
    age(served.files())
    assert (1, []) == (await workers.sweep(served.deps), served.files())


async def test_file_of_another_application_is_not_found_under_ones_own(served: Served) -> None:
    own, other = await served.applied(), await served.of_company()
    kept = (await served.upload(VIVIAN, other["id"])).json["id"]
    assert 404 == (await served.as_(CLIENT).get(f"/v1/applications/{own['id']}/files/{kept}")).status
    assert 404 == (await served.as_(CLIENT).delete(f"/v1/applications/{own['id']}/files/{kept}")).status
    assert 404 == (await served.reviewer.get(f"/v1/review/applications/{own['id']}/files/{kept}")).status
    assert 200 == (await served.reviewer.get(f"/v1/review/applications/{other['id']}/files/{kept}")).status


def age(paths: list[Path]) -> None:
    old = time.time() - storage.ABANDONED - 60
    for path in paths:
        os.utime(path, (old, old))


async def test_sweep_takes_what_a_killed_process_left_and_nothing_else(served: Served) -> None:
    made = await served.applied()
    await served.upload(CLIENT, made["id"])
    left = served.deps.storage.path(ids.uuid7())
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    fresh = served.deps.storage.path(ids.uuid7())
    fresh.parent.mkdir(exist_ok=True)
    fresh.write_bytes(b"being written")
    age([path for path in served.files() if path != fresh])
    assert 1 == await workers.sweep(served.deps)
    assert (False, True, 2) == (left.exists(), fresh.exists(), len(served.files()))


async def test_disk_that_is_full_is_said_and_keeps_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await served.applied()

    def full(file, path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_settle", full)
    reply = await served.upload(CLIENT, made["id"])
    assert (503, "no-room", "60") == (reply.status, reply.slug, reply.headers["Retry-After"])
    assert ([], 0) == (served.files(), await served.count("file"))
    monkeypatch.undo()
    assert 201 == (await served.upload(CLIENT, made["id"])).status


async def test_sender_who_goes_away_leaves_nothing(served: Served) -> None:
    made = await served.applied()
    host, port = served.base.removeprefix("http://").partition("/")[0].split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /permits/v1/applications/{made['id']}/files?name=plan.pdf HTTP/1.1\r\nHost: {host}\r\n"
    head += f"Authorization: Bearer {served.issuer.person(CLIENT)}\r\nContent-Length: 2000000\r\n\r\n"
    writer.write(head.encode() + pdf(1_000_000))
    await writer.drain()
    for _ in range(200):
        if served.files():
            break
        await asyncio.sleep(0.05)
    assert served.files()
    writer.transport.abort()
    for _ in range(200):
        if not served.files():
            break
        await asyncio.sleep(0.05)
    assert ([], 0) == (served.files(), await served.count("file"))


async def test_upload_to_what_does_not_exist_is_not_found(served: Served) -> None:
    assert 404 == (await served.upload(CLIENT, str(uuid4()))).status


async def test_picture_is_taken_as_one(served: Served) -> None:
    made = await served.applied()
    kept = await served.upload(CLIENT, made["id"], PNG, "façade.jpg")
    assert ("façade.jpg.png", "image/png") == (kept.json["name"], kept.json["media_type"])


async def test_sweep_passes_over_a_file_that_goes_meanwhile(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = served.deps.storage.path(ids.uuid7())
    monkeypatch.setattr(type(gone), "glob", lambda *_: [gone])
    assert 0 == await workers.sweep(served.deps)
