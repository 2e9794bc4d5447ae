"""A process that owns an embedded PostgreSQL until its standard input ends: `python -m … HOME [USER [WHEEL]]`.

With USER it becomes that ordinary user first; WHEEL is a folder with the wheel's package that the user can read.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread  # noqa: F401 - loaded late by asyncio, from where the user may not read
import os
import pwd
import sys
from pathlib import Path

import asyncpg

from shared.db.embedded import EmbeddedError, EmbeddedPostgres


def become(user: str) -> None:
    """Turn from root into an ordinary user, for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def say(line: str) -> None:
    """Tell the test a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def own(home: Path) -> None:
    """Start, say the address, wait, stop."""
    server = EmbeddedPostgres(home, durable=False)
    try:
        await server.start()
    except EmbeddedError as error:
        say(f"{type(error).__name__}: {error}")
        return
    connection = await asyncpg.connect(server.dsn())
    await connection.execute("create table if not exists kept (value int); insert into kept values (1)")
    await connection.close()
    say(server.dsn())
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    home, *rest = sys.argv[1:]
    sys.path[:0] = rest[1:]
    if rest:
        become(rest[0])
    asyncio.run(own(Path(home)))
