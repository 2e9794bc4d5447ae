"""A register with a seal, on a real database: activities go in, checks and attackers come after."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

from services.audit.seal import keys, outside, register, sealer
from shared import ids
from shared.db.migrate import Area
from shared.db.pool import Pool

AREA = Area("audit", resources.files("services.audit") / "sql/migrations")
NAME = "mandat/register"
PEOPLE = {UUID(int=number): f"Personne {number}" for number in range(1, 9)}
KINDS = ("lot.reserved", "product.ordered", "delegate.added", "closing-date.extended")
START = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)

ENTER = """
insert into entry (id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal)
values ($1, $2, $3, $4, $5, $6, $7, $8, true) returning seq
"""
RECORD = """
insert into activity (
    seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
    occurred_at, personal, correlation_id
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, 'c-1')
"""


@dataclass
class Log:
    """A register under seal. `owner` may do what the service's own role may not."""

    owner: Pool
    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(6))

    @property
    def sealer(self) -> sealer.Sealer:
        return sealer.Sealer(pool=self.owner, name=NAME, secrets=self.folder / "secrets", folder=self.folder)

    async def record(self, count: int = 1, **more: Any) -> list[int]:
        """Write activities as the service does; give their seqs."""
        async with self.owner.transaction() as connection:
            return [await self._record(connection, more) for _ in range(count)]

    async def _record(self, connection: Any, more: dict[str, Any]) -> int:
        by, for_ = self.chance.choice([*PEOPLE, None]), self.chance.choice(list(PEOPLE))
        row = {
            "id": ids.uuid7(),
            "kind": self.chance.choice(KINDS),
            "file_number": str(self.chance.randint(1, 9999)),
            "by": by,
            "for": for_,
            "at": START + timedelta(minutes=self.chance.randint(0, 40_000)),
        } | more
        names = [PEOPLE.get(row[role]) if row[role] else None for role in ("by", "for")]
        key = row["id"].hex
        facts = (row["id"], "cadastre", key, row["kind"], row["file_number"])
        seq = await connection.fetchval(ENTER, *facts, row["by"], row["for"], row["at"])
        await connection.execute(RECORD, seq, *facts, row["by"], names[0], row["for"], names[1], row["at"])
        return int(seq)

    async def seal(self, *sizes: int) -> None:
        """Record and seal in several goes, so that there are several signed states."""
        for size in sizes:
            await self.record(size)
            await self.sealer.run()

    async def check(self, *, witness: bool = True) -> register.Report:
        """Check the whole register with the keys of its folder and the file outside the database."""
        trusted = [one.verifier for one in keys.load(self.folder / "secrets", NAME)]
        return await register.check(self.owner, trusted, outside.read(self.folder) if witness else ())

    async def sql(self, statement: str, *values: Any) -> None:
        """Do to the database what somebody with all rights does."""
        await self.owner.execute(statement, *values)
