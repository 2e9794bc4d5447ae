"""Checks a file that anybody may have made, in a process of its own: a small one can unpack to more than there is.

The child is asked with a line of JSON and the file behind it, and answers with JSON. It ends without an answer where
the file is none of ours, or takes more memory or time than any of ours.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import orjson

from services.audit.exports import filling
from services.audit.seal import files
from shared.contracts.problems import common
from shared.contracts.problems.audit import FileNotRead
from shared.merkle.notes import Verifier

MEMORY, SECONDS, PATIENCE = 300 << 20, 30, 60.0
SHOWN = 50
NICE = 10


async def check(content: bytes, kind: str, trusted: Sequence[Verifier]) -> dict[str, Any]:
    """Check a file (`file-not-read`): how many rows, of which signed state, about what, and the faults."""
    head = orjson.dumps({"kind": kind, "keys": [key.text for key in trusted]})
    try:
        answer = await _ask(head + b"\n" + content)
    except TimeoutError as error:
        raise common.TemporarilyUnavailable(retry_after=60) from error
    if answer is None:
        raise FileNotRead
    found: dict[str, Any] = orjson.loads(answer)
    return found


async def _ask(question: bytes) -> bytes | None:
    pipe, nothing, environment = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL, filling.environment()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=pipe, stdout=pipe, stderr=nothing, env=environment
    )
    try:
        async with asyncio.timeout(PATIENCE):
            answer, _ = await child.communicate(question)
        return answer if child.returncode == 0 else None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _answer(question: bytes) -> bytes:
    head, _, content = question.partition(b"\n")
    asked = orjson.loads(head)
    done = files.check(content, asked["kind"], [Verifier.parse(one) for one in asked["keys"]])
    return orjson.dumps(
        {
            "good": done.good,
            "rows": len(done.rows),
            "size": done.state.size if done.state else None,
            "signed_at": done.state.time if done.state else None,
            "about": done.about,
            "found": [(one.first, one.last, one.fault) for one in done.found[:SHOWN]],
        }
    )


def _limit() -> None:
    import resource  # noqa: PLC0415 - where there is none, nothing is limited

    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    if os.name == "posix":
        _limit()
    try:
        sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))
    except (files.FileWrong, MemoryError):
        sys.exit(3)
