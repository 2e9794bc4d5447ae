"""Imports a roster of many rows, slowly, in a process of its own that a test kills: `DSN FOLDER IMPORT_ID ROWS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from services.accounts import imports, pins
from shared.crypto import keyring, sealing
from shared.db.pool import Pool
from tests.integration.accounts.test_import_size import file

PAUSE = 0.1


async def slowly(rows: int):
    async for chunk in file(rows):
        yield chunk
        await asyncio.sleep(PAUSE)


async def main(dsn: str, folder: str, import_id: str, rows: str) -> None:
    place = Path(folder)
    secrets = pins.Secrets(pins=keyring.Keyring.load(place, "pin"), sealer=sealing.Sealer.load(place))
    pool = await Pool.open(dsn, name="importer", size=2)
    await imports.import_roster(pool, secrets, slowly(int(rows)), import_id=UUID(import_id), started_by="system")
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
