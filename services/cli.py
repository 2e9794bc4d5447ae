"""The command line: `mandat` alone runs everything; the commands are for operators."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import cyclopts
from rich import console

from services import banner, reach, sample, together, verifying
from services.accounts import imports, pins
from services.accounts.queries import imports as queries
from services.identity import commands as identity
from services.operations import cli as operations
from shared import ids, logging, runtime
from shared.contracts.problems import Problem, common
from shared.crypto import keyring, sealing
from shared.db import embedded, migrate
from shared.db.pool import Pool
from shared.merkle.notes import NoteWrong
from shared.messaging import retry
from shared.settings import UnknownSettings, check_environment, variables

out = console.Console(highlight=False)
cli = cyclopts.App(name="mandat", help="Mandat: delegated access for public-service portals.", version="0.1.0")
operator = cyclopts.App(name="operator", help="Operators: people who import rosters and look after the service.")
parked = cyclopts.App(name="parked", help="Events that could not be handled, grouped by cause.")
cli.command(operator)
verifying.add_to(cli)
cli.command(parked)
operations.register(cli)

CHUNK = 65_536
NOBODY = "nobody has the user name {}: check it"
NOBODY_YET = "nobody with a verified address has the user name {}: check it, or create the identifier first"
CALLERS_ERRORS = (embedded.EmbeddedError, migrate.MigrationError, NoteWrong, UnknownSettings, ValueError, OSError)
"""What the caller can mend: said in a line, without a traceback."""
OWN = {"MANDAT_HOME", "MANDAT_PORT"}
ServiceName = Annotated[str, cyclopts.Parameter(help="identity, accounts, delegation, notifications or audit")]


def main() -> None:
    """Run the command line; an error of the caller's ends with 2 and says what to do."""
    try:
        check_environment(OWN | {name for part, _ in together.PARTS.values() for name in variables(part)})
        cli()
    except Problem as problem:
        fail(problem.detail.in_("en", **problem.values))
    except CALLERS_ERRORS as error:
        fail(str(error))


def fail(reason: str) -> None:
    """Say why it did not work, and end with 2."""
    sys.stderr.write(f"mandat: {reason}\n")
    sys.exit(2)


@cli.default
def serve(*, sample_data: Annotated[bool, cyclopts.Parameter(name="--sample")] = True) -> None:
    """Run everything in one process until Ctrl+C.

    Parameters
    ----------
    sample_data
        Load the people and the roster of the guides on the first run.

    """
    here = reach.place()
    logging.configure("mandat", os.environ.get("MANDAT_LOG_LEVEL", "warning"), development=True)
    together.ensure_port_free(here)
    out.print(f"Mandat is starting; its data is in {here.home}")
    runtime.run(together.serve(here, partial(_started, here, sample_data)))
    out.print("Stopped. Everything is kept.")


async def _started(here: together.Place, sample_data: bool) -> None:  # noqa: FBT001 - bound by partial
    if sample_data:
        await sample.load(here.url, here.home / "sample.loaded", out, _make_operator)
    banner.show(out, here, sample_data=sample_data)


async def _make_operator(username: str) -> None:
    async with reach.pool("identity") as (pool, _), pool.transaction() as connection:
        await identity.make_operator(connection, username)


@cli.command(name="import")
def import_roster(file: Path) -> None:
    """Import a roster of licences from a CSV file: safe to repeat, bad rows are reported, good rows land.

    Parameters
    ----------
    file
        UTF-8, comma or semicolon, with a header: matricule, prenom, nom, courriel, bureau, langue.

    """
    if not file.is_file():
        raise ValueError(f"{file} is not a file")
    asyncio.run(reach.with_database("accounts", partial(_import, file)))


async def _import(file: Path, pool: Pool, folder: Path) -> None:
    secrets = pins.Secrets(pins=keyring.Keyring.load(folder, "pin"), sealer=sealing.Sealer.load(folder))
    import_id = ids.uuid7()
    with banner.ImportProgress(out, file) as bar:
        await imports.import_roster(
            pool, secrets, _chunks(file), import_id=import_id, started_by="system", report=bar.report
        )
    await banner.show_import(out, lambda line: queries.find_import(pool, import_id, line))


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as source:
        while chunk := await asyncio.to_thread(source.read, CHUNK):
            yield chunk


@operator.command(name="add")
def add_operator(username: str) -> None:
    """Make a registered person an operator."""
    asyncio.run(reach.with_database("identity", partial(_add_operator, username)))


async def _add_operator(username: str, pool: Pool, secrets: Path) -> None:
    del secrets
    async with _somebody(username, NOBODY_YET), pool.transaction() as connection:
        await identity.make_operator(connection, username)
    out.print(f"{username} is an operator from the next sign-in on.")


@asynccontextmanager
async def _somebody(username: str, otherwise: str) -> AsyncIterator[None]:
    """Say of whom it is that there is nobody (`not-found` speaks of addresses)."""
    try:
        yield
    except common.NotFound as error:
        raise ValueError(otherwise.format(username)) from error


@cli.command(name="erase")
def erase(username: str) -> None:
    """Erase a person for good: every service forgets him; what he did stays in the register, without the name."""
    asyncio.run(reach.with_database("identity", partial(_erase, username)))


async def _erase(username: str, pool: Pool, secrets: Path) -> None:
    del secrets
    async with _somebody(username, NOBODY), pool.transaction() as connection:
        person = await identity.erase_person(connection, username)
    out.print(f"{username} is erased; the other services forget person {person} as they hear of it.")


@cli.command(name="application")
def add_application(client_id: str, name: str, *, secret_file: Path | None = None) -> None:
    """Register a connected application; its secret is read from a file, or made and printed once."""

    async def add(pool: Pool, secrets: Path) -> None:
        del secrets
        given = (await asyncio.to_thread(secret_file.read_text)).strip() if secret_file else None
        async with pool.transaction() as connection:
            secret = await identity.register_application(connection, client_id, name, given)
        out.print(f"client id: {client_id}")
        if given is None:
            out.print(f"client secret (shown once): {secret}")

    asyncio.run(reach.with_database("identity", add))


@parked.command(name="list")
def list_parked(service: ServiceName) -> None:
    """List what a service parked, by cause."""

    async def show(pool: Pool, secrets: Path) -> None:
        del secrets
        groups = await retry.list_parked(pool)
        for group in groups:
            out.print(f"{group.fingerprint}  {group.count} ×  {group.error}")
            out.print(
                f"  events {', '.join(map(str, group.event_ids))}{' …' if group.count > len(group.event_ids) else ''}"
            )
        out.print(f"{sum(group.count for group in groups)} parked in {service}")

    asyncio.run(reach.with_database(service, show))


@parked.command(name="replay")
def replay_parked(service: ServiceName, cause: str) -> None:
    """Try again what was parked for one cause (a fingerprint of `parked list`, or an event id)."""

    async def replay(pool: Pool, secrets: Path) -> None:
        del secrets
        out.print(f"{await retry.replay(pool, cause)} will be tried again")

    asyncio.run(reach.with_database(service, replay))


@parked.command(name="discard")
def discard_parked(service: ServiceName, cause: str) -> None:
    """Give up what was parked for one cause (a fingerprint of `parked list`, or an event id)."""

    async def discard(pool: Pool, secrets: Path) -> None:
        del secrets
        out.print(f"{await retry.discard(pool, cause)} discarded")

    asyncio.run(reach.with_database(service, discard))
