"""Checking the register from the command line: whose keys are trusted, what was signed, and what is said of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.audit.seal import findings, keys, outside, register
from services.audit.settings import Settings
from services.notifications import store as notifications
from shared.merkle import notes

if TYPE_CHECKING:
    from rich.console import Console

    from shared.db.pool import Pool

PAGE = 1000
SHOWN = 20
TIMEOUT = aiohttp.ClientTimeout(total=30)
LOG = str(Settings.model_fields["register_name"].default)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where trust and signed states come from, beside the database that is checked."""

    keys: Sequence[str] = ()
    secrets: Path
    witness: str | None = None
    folder: Path | None = None
    log: str = LOG

    def trusted(self) -> list[notes.Verifier]:
        """Give the keys to believe: those named, else those with which this system signs."""
        if self.keys:
            return [notes.Verifier.parse(one) for one in self.keys]
        return [signer.verifier for signer in keys.load(self.secrets, self.log)]


async def check_register(out: Console, pool: Pool, given: Sources, heard: Sequence[str]) -> bool:
    """Check the register and say what was found; True when nothing is wrong."""
    signed = [*heard, *await _witness(given.witness)]
    if given.folder:
        signed += await asyncio.to_thread(lambda: list(outside.read(given.folder or Path())))
    if not signed:
        out.print("No state signed outside the database was found: a cut or restored register cannot be told.")
    began = time.perf_counter()
    with Progress(
        TextColumn("Register"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out, transient=True
    ) as bar:
        task = bar.add_task("leaves", total=None)
        report = await register.check(
            pool, given.trusted(), signed, lambda done, total: bar.update(task, completed=done, total=total)
        )
    _say(out, report, time.perf_counter() - began)
    return report.good


def _say(out: Console, report: register.Report, seconds: float) -> None:
    rate = report.leaves / seconds if seconds else 0
    out.print(
        f"{report.leaves} leaves checked against {report.checkpoints} signed states "
        f"in {seconds:.1f} s ({rate:.0f} leaves a second)"
    )
    for finding in report.findings[:SHOWN]:
        out.print(f"  {_place(finding)}: {finding.sentence('en')} ({finding.what})", style="red")
    if len(report.findings) > SHOWN:
        out.print(f"  and {len(report.findings) - SHOWN} more")
    verdict = (
        "All is as it was sealed." if report.good else f"Not as it was sealed, first at {_place(report.findings[0])}."
    )
    out.print(verdict)


def _place(finding: findings.Finding) -> str:
    activity = f"activity {finding.seq}" if finding.seq is not None else ""
    if finding.index == register.NEVER:
        return activity
    last = finding.end - 1
    leaf = f"leaf {finding.index}" if last <= finding.index else f"leaves {finding.index} to {last}"
    return f"{leaf}, {activity}" if activity else leaf


async def heard_by(pool: Pool) -> list[str]:
    """Give all signed states that a witness heard of, from its database."""
    found, before = [], None
    while rows := await notifications.list_witnessed(pool, before, PAGE):
        found += [row["note"] for row in rows]
        before = rows[-1]["size"]
    return found


async def _witness(where: str | None) -> list[str]:
    if where is None:
        return []
    if not where.startswith(("http://", "https://")):
        folder = Path(where)
        return list(outside.read(folder.parent if folder.name == outside.FILE else folder))
    found: list[str] = []
    before: int | None = 1 << 62
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        while before:
            url = f"{where.rstrip('/')}/notifications/v1/witness?size={PAGE}&before={before}"
            async with http.get(url, raise_for_status=True) as answer:
                page = await answer.json()
            found += [one["note"] for one in page["checkpoints"]]
            before = page["next"]
    return found


def rotate_key(folder: Path) -> str:
    """Make a new sealing key in front of the present one; give its public half."""
    keys.rotate(folder)
    return keys.load(folder, LOG)[0].verifier.text
