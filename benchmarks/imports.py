"""Importing business accounts, in rows a second, beside a bare COPY of the same rows: `python -m benchmarks.imports`.

The import reads and checks each row, makes its PIN (digest, ciphertext, sealed notice), links addresses and
applications, says an event and counts, in transactions of 500; the floor only copies the cells into a table.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
from services.accounts import app, imports, pins
from shared import ids, substrate
from shared.crypto import keyring, sealing
from shared.db.pool import Pool
from tests.support import postgres

HEADER = "numero;genre;denomination_sociale;telephone;courriel;rue;ville;province;code_postal;langue;contacts;demandes"
COLUMNS = HEADER.split(";")
CHUNK = 65_536


def rows(count: int) -> Iterator[str]:
    """Give rows as a city has them: one contact, two previous applications each."""
    for number in range(count):
        phone = f"613 555-{number % 10_000:04}"
        yield (
            f"E-{number};entrepreneur;Entreprise {number} inc.;{phone};info{number}@example.com;{number}, rue Elgin;"
            f"Ottawa;Ontario;k1n5y6;fr;contact{number}@example.com;A{number}-1|A{number}-2"
        )


async def chunks(count: int) -> AsyncIterator[bytes]:
    """Give the file as it comes over the wire."""
    held = HEADER + "\r\n"
    for row in rows(count):
        held += row + "\r\n"
        if len(held) >= CHUNK:
            yield held.encode()
            held = ""
    yield held.encode()


async def bare(dsn: str, count: int) -> float:
    """Copy the same cells into a table without an index; give the seconds."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"create table bare ({', '.join(f'{name} text' for name in COLUMNS)})")
        began = time.perf_counter()
        records = (tuple(row.split(";")) for row in rows(count))
        await connection.copy_records_to_table("bare", records=records)
        return time.perf_counter() - began
    finally:
        await connection.close()


async def ours(pool: Pool, secrets: pins.Secrets, count: int) -> tuple[float, float]:
    """Import; give the seconds and the most memory that it took more than before, in MB."""
    process, peaks = psutil.Process(), [0.0]

    def report(done: int, landed: int) -> None:
        peaks.append(process.memory_info().rss / 1e6)
        if landed % 20_000 == 0:
            print(f"  {landed} rows, {done / 1e6:.1f} MB", flush=True)

    before, began = process.memory_info().rss / 1e6, time.perf_counter()
    await imports.import_roster(pool, secrets, chunks(count), import_id=ids.uuid7(), started_by="system", report=report)
    return time.perf_counter() - began, max(peaks) - before


async def main(count: int) -> None:
    """Measure both on one server, the floor before and after."""
    async with postgres.start_postgres() as server:
        databases = postgres.Databases(server)
        dsn, other = await databases.create(*substrate.AREAS, app.AREA), await databases.create()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sealing.ensure(folder)
            secrets = pins.Secrets(pins=keyring.ensure(folder, "pin"), sealer=sealing.Sealer.load(folder))
            pool = await Pool.open(dsn, name="accounts", size=4)
            floor = await bare(other, count)
            took, grown = await ours(pool, secrets, count)
            again, _ = await ours(pool, secrets, count)
            landed = await pool.fetchval("select count(*) from account")
            await pool.close()
    assert landed == count
    print(f"import of {count} business accounts: {took:.1f} s, {count / took:.0f} rows/s, {grown:.1f} MB more")
    print(f"the same again, nothing new:         {again:.1f} s, {count / again:.0f} rows/s")
    print(f"bare COPY of the same rows:          {floor:.2f} s, {count / floor:.0f} rows/s, {took / floor:.0f} x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().rows))
