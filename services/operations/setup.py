"""The step before services start or are replaced: databases, migrations, rights, broker. Safe to repeat and to race."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from services import together
from services.operations import broker, databases, secretfiles
from shared.db import migrate
from shared.db.pool import Pool


async def run(folder: Path, out: Console, *, through: migrate.Phase) -> None:
    """Do all of it and say what was new.

    `through="pre"` before replicas are replaced: old and new code both work with that; `"post"` after it.
    """
    for name in together.PARTS:
        if not secretfiles.is_there(folder, name, secretfiles.DATABASE):
            out.print(f"{name}: left out, as its secrets are not here")
            continue
        await databases.ensure(folder, name)
        done = await databases.bring_up(folder, name, through=through)
        out.print(f"{name}: {', '.join(done) or 'nothing new'}", soft_wrap=True)
    await _introduce(folder)
    await broker.ensure(folder)
    out.print("broker: users, queues and bindings are as they should be")


async def _introduce(folder: Path) -> None:
    """Make the example applications known to identity, with the secrets that they read from their files."""
    pool = await Pool.open(secretfiles.address(folder, "identity", secretfiles.DATABASE), name="setup", size=1)
    try:
        await together.introduce_applications(pool, folder)
    finally:
        await pool.close()
