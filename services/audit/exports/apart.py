"""A long list is read by a process of its own, which leaves room: who asks meanwhile hardly waits for it.

It asks the database for little at a time, as the database has no priorities either.

The child is given what was asked and the address of the database on its input, never in its environment or on its
command line. It has no key: it gives the digest of the proofs, and is told what the service signed about it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from services.audit.exports import filling, pacing, rows
from services.audit.exports.schemas import Download, Prepare
from shared.contracts.people import Language
from shared.contracts.problems.audit import NotSealedYet
from shared.db.pool import Pool

if TYPE_CHECKING:
    from services.audit.seal.manifests import Sign

MODULE = "services.audit.exports.apart"
LINE = 1 << 20
FETCHED = 100
"""Rows that the database is asked for at once: a millisecond of its time."""
INTERVAL = 0.2
"""Seconds between two words about how far the file is."""


async def fill(asked: rows.Asked, kind: str, log: str, sign: Sign, out: Path, progress: rows.Progress) -> None:
    """Do as `filling.fill` does, in a child."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=filling.environment(),
        limit=LINE,
    )
    assert child.stderr is not None
    words = asyncio.create_task(child.stderr.read())
    try:
        await _attend(child, _job(asked, kind, log, out), sign, progress)
        if await child.wait():
            raise filling.PrintingFailed((await words).decode(errors="replace")[-2000:])
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        await words


async def _attend(child: asyncio.subprocess.Process, job: dict[str, Any], sign: Sign, progress: rows.Progress) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(orjson.dumps(job) + b"\n")
    while line := await child.stdout.readline():
        said = orjson.loads(line)
        if "done" in said:
            progress(said["done"])
        elif "digest" in said:
            statement = await sign(said["rows"], bytes.fromhex(said["digest"]))
            child.stdin.write(orjson.dumps(statement) + b"\n")
        else:
            raise NotSealedYet


def _job(asked: rows.Asked, kind: str, log: str, out: Path) -> dict[str, Any]:
    return {
        "database": asked.pool.dsn,
        "viewer": asked.viewer,
        "name": asked.name,
        "query": asked.query.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "language": asked.language.value,
        "made_at": asked.made_at,
        "kind": kind,
        "log": log,
        "out": str(out),
    }


def _say(**said: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
    sys.stdout.buffer.flush()


class _Told:
    """Says how many rows are done, now and then: the service wakes each time."""

    def __init__(self) -> None:
        self._at = time.monotonic() - INTERVAL

    def __call__(self, done: int) -> None:
        if (now := time.monotonic()) - self._at >= INTERVAL:
            self._at = now
            _say(done=done)


async def _sign(count: int, digest: bytes) -> str:
    _say(rows=count, digest=digest.hex())
    return str(orjson.loads(await asyncio.to_thread(sys.stdin.buffer.readline)))


async def _main(job: dict[str, Any]) -> None:
    pool = await Pool.open(job["database"], name="audit-export", size=2)
    try:
        asked = rows.Asked(
            pool=pool,
            viewer=UUID(job["viewer"]) if job["viewer"] else None,
            name=job["name"],
            query=(Prepare if "format" in job["query"] else Download).model_validate(job["query"]),
            language=Language(job["language"]),
            made_at=datetime.fromisoformat(job["made_at"]),
            fetched=FETCHED,
        )
        await filling.fill(asked, job["kind"], job["log"], _sign, Path(job["out"]), _Told(), pacing.pause)
    except NotSealedYet:
        _say(failed="not-sealed-yet")
    finally:
        await pool.close()


if __name__ == "__main__":
    pacing.step_back()
    asyncio.run(_main(orjson.loads(sys.stdin.buffer.readline())))
