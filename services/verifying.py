"""Checking the register from the command line: whose keys are trusted, what was signed, and what is said of it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import cyclopts
from rich import console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services import reach
from services.audit.seal import files, findings, keys, outside, register, statements
from services.audit.settings import Settings
from services.notifications import store as notifications
from shared.merkle import notes

if TYPE_CHECKING:
    from shared.db.pool import Pool

out = console.Console(highlight=False)
PAGE = 1000
SHOWN = 20
TIMEOUT = aiohttp.ClientTimeout(total=30)
LOG = str(Settings.model_fields["register_name"].default)
"""The log's name, where the environment does not say another one as it does to the service."""


def add_to(cli: cyclopts.App) -> None:
    """Add the commands to `mandat`."""
    cli.command(verify)
    seal = cyclopts.App(name="register", help="The seal of the register of activities.")
    seal.command(rotate_key, name="rotate-key")
    cli.command(seal)


def verify(file: Path | None = None, *, key: tuple[str, ...] = (), witness: str | None = None) -> None:
    """Check the whole register, or a downloaded file: ends with 0 when all is as it was sealed, with 1 otherwise.

    Parameters
    ----------
    file
        A downloaded .xlsx, .pdf or .jsonl; a manifest beside it, NAME.manifest.jsonl, is used. No database is needed.
    key
        Public keys to trust (C2SP), instead of those in the folder of secrets. Without either, nothing proves a file.
    witness
        A file of signed states, or the address of a system whose witness to ask, beside what lies here.

    """
    good = (
        check_file(file, _trusted(key))
        if file
        else asyncio.run(reach.with_database("audit", partial(_verify, key, witness)))
    )
    sys.exit(0 if good else 1)


async def _verify(key: Sequence[str], witness: str | None, pool: Pool, secrets: Path) -> bool:
    given = Sources(keys=key, secrets=secrets, witness=witness, folder=_register_folder())
    heard = [] if witness or os.environ.get("MANDAT_DATABASE_URL") else await _heard()
    return await check_register(pool, given, heard)


def _trusted(given: Sequence[str]) -> list[notes.Verifier]:
    """Give the keys by which a file is checked: those named, else those of a system that is here, if there is one."""
    folder = _secrets()
    here = () if given or not (folder / keys.FILE).exists() else keys.load(folder, _log())
    return [notes.Verifier.parse(one) for one in given] or [signer.verifier for signer in here]


def _log() -> str:
    return os.environ.get("MANDAT_REGISTER_NAME", LOG)


async def _heard() -> list[str]:
    async with reach.pool("notifications") as (pool, _):
        return await heard_by(pool)


def _register_folder() -> Path | None:
    if given := os.environ.get("MANDAT_REGISTER_FOLDER"):
        return Path(given)
    return None if reach.is_named("audit") else reach.place().home / "register"


def _secrets() -> Path:
    return Path(os.environ["MANDAT_SECRETS"]) if "MANDAT_SECRETS" in os.environ else reach.place().secrets


def rotate_key() -> None:
    """Make a new key for the register; it and the present one sign together until the next rotation."""
    folder = _secrets()
    keys.rotate(folder)
    out.print("The register is signed by this key too from now on; publish it:")
    out.print(keys.load(folder, _log())[0].verifier.text, soft_wrap=True)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where trust and signed states come from, beside the database that is checked."""

    keys: Sequence[str] = ()
    secrets: Path
    witness: str | None = None
    folder: Path | None = None
    log: str = field(default_factory=_log)

    def trusted(self) -> list[notes.Verifier]:
        """Give the keys to believe: those named, else those with which this system signs."""
        if self.keys:
            return [notes.Verifier.parse(one) for one in self.keys]
        return [signer.verifier for signer in keys.load(self.secrets, self.log)]


async def check_register(pool: Pool, given: Sources, heard: Sequence[str]) -> bool:
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
    _say(report, time.perf_counter() - began)
    return report.good


def _say(report: register.Report, seconds: float) -> None:
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


def check_file(file: Path, trusted: Sequence[notes.Verifier]) -> bool:
    """Check a downloaded file and say what was found; True when nothing is wrong."""
    beside = file.with_name(file.name + files.BESIDE)
    try:
        done = files.check(file.read_bytes(), file.name, trusted, beside.read_bytes() if beside.exists() else None)
    except files.FileWrong as error:
        raise ValueError(str(error)) from error
    if done.state:
        out.print(f"{len(done.rows)} rows, signed {done.state.time:%Y-%m-%d %H:%M} UTC at {done.state.size} leaves")
    for found in done.found[:SHOWN]:
        rows = f"row {found.first}" if found.first == found.last else f"rows {found.first} to {found.last}"
        out.print(f"  {rows if found.first else 'the file'}: {found.sentence('en')} ({found.fault})", style="red")
    _conclude(done, proved=bool(trusted))
    return done.good


def _conclude(done: statements.Checked, *, proved: bool) -> None:
    if done.good:
        out.print("Each row is in the register as it was signed.")
    elif proved or {one.fault for one in done.found} != {statements.Fault.NOT_PROVED}:
        out.print("This is not what was given out.")
    else:
        out.print(
            "It agrees with the key that it names itself, as any forgery would. Give the published one with --key:"
        )
        for one in done.keys:
            out.print(f"  {one.text}", soft_wrap=True)


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
