"""The command line: `mandat` alone runs everything; the commands are for operators."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import cyclopts
import platformdirs
from rich import console

from services import banner, sample, together, verifying
from services.accounts import imports, pins
from services.accounts.queries import imports as queries
from services.identity import commands as identity
from services.operations import cli as operations
from services.operations import secretfiles
from shared import ids, logging, requests, runtime
from shared.contracts.problems import Problem
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
register = cyclopts.App(name="register", help="The seal of the register of activities.")
cli.command(operator)
cli.command(register)
cli.command(parked)
operations.register(cli)

T = TypeVar("T")

CHUNK = 65_536
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


def place() -> together.Place:
    """Read where to live from MANDAT_HOME and MANDAT_PORT."""
    home = os.environ.get("MANDAT_HOME") or platformdirs.user_data_dir("mandat", appauthor=False)
    return together.Place(home=Path(home).expanduser().absolute(), host="127.0.0.1", port=_port())


def _port() -> int:
    text = os.environ.get("MANDAT_PORT", "8080")
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError(f"MANDAT_PORT must be a port number, not {text!r}")
    return int(text)


@cli.default
def serve(*, sample_data: Annotated[bool, cyclopts.Parameter(name="--sample")] = True) -> None:
    """Run everything in one process until Ctrl+C.

    Parameters
    ----------
    sample_data
        Load the people and the roster of the guides on the first run.

    """
    here = place()
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
    async with _pool("identity") as (pool, _), pool.transaction() as connection:
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
    asyncio.run(_with_database("accounts", partial(_import, file)))


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
    asyncio.run(_with_database("identity", partial(_add_operator, username)))


async def _add_operator(username: str, pool: Pool, secrets: Path) -> None:
    del secrets
    async with pool.transaction() as connection:
        await identity.make_operator(connection, username)
    out.print(f"{username} is an operator from the next sign-in on.")


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

    asyncio.run(_with_database("identity", add))


@cli.command
def verify(*, key: tuple[str, ...] = (), witness: str | None = None) -> None:
    """Check the whole register, leaf by leaf: ends with 0 when all is as it was sealed, with 1 otherwise.

    Parameters
    ----------
    key
        Public keys to trust (C2SP), instead of those in the folder of secrets.
    witness
        A file of signed states, or the address of a system whose witness to ask, beside what lies here.

    """

    async def check(pool: Pool, secrets: Path) -> bool:
        given = verifying.Sources(keys=key, secrets=secrets, witness=witness, folder=_register_folder())
        heard = await _heard() if witness is None and not os.environ.get("MANDAT_DATABASE_URL") else []
        return await verifying.check_register(out, pool, given, heard)

    if not asyncio.run(_with_database("audit", check)):
        sys.exit(1)


async def _heard() -> list[str]:
    async with _pool("notifications") as (pool, _):
        return await verifying.heard_by(pool)


def _register_folder() -> Path | None:
    given = os.environ.get("MANDAT_REGISTER_FOLDER")
    if given or os.environ.get("MANDAT_DATABASE_URL"):
        return Path(given) if given else None
    return place().home / "register"


@register.command(name="rotate-key")
def rotate_key() -> None:
    """Make a new key for the register; it and the present one sign together until the next rotation."""
    folder = Path(os.environ["MANDAT_SECRETS"]) if "MANDAT_SECRETS" in os.environ else place().secrets
    out.print(f"The register is signed by this key too from now on: {verifying.rotate_key(folder)}")


@parked.command(name="list")
def list_parked(service: ServiceName) -> None:
    """List what a service parked, by cause."""

    async def show(pool: Pool, secrets: Path) -> None:
        del secrets
        groups = await retry.list_parked(pool)
        for group in groups:
            out.print(f"{group.fingerprint}  {group.count} ×  {group.error}")
        out.print(f"{sum(group.count for group in groups)} parked in {service}")

    asyncio.run(_with_database(service, show))


@parked.command(name="replay")
def replay_parked(service: ServiceName, cause: str) -> None:
    """Try again what was parked for one cause (a fingerprint of `parked list`, or an event id)."""

    async def replay(pool: Pool, secrets: Path) -> None:
        del secrets
        out.print(f"{await retry.replay(pool, cause)} will be tried again")

    asyncio.run(_with_database(service, replay))


@parked.command(name="discard")
def discard_parked(service: ServiceName, cause: str) -> None:
    """Give up what was parked for one cause."""

    async def discard(pool: Pool, secrets: Path) -> None:
        del secrets
        out.print(f"{await retry.discard(pool, cause)} discarded")

    asyncio.run(_with_database(service, discard))


async def _with_database(name: str, work: Callable[[Pool, Path], Awaitable[T]]) -> T:
    logging.configure("mandat", "warning", development=True)
    async with _pool(name) as (pool, secrets):
        with requests.working_for(requests.Origin(correlation_id=str(ids.uuid7()))):
            return await work(pool, secrets)


@asynccontextmanager
async def _pool(name: str) -> AsyncIterator[tuple[Pool, Path]]:
    """Open a service's database.

    It is the one that MANDAT_DATABASE_URL or the service's file among the secrets names, else the embedded one,
    started if it rests.
    """
    if name not in together.PARTS:
        raise ValueError(f"there is no service {name}")
    if url := _address(name):
        async with _opened(url) as pool:
            yield pool, operations.folder()
        return
    here = place()
    async with _embedded(here) as server, _opened(await server.ensure_database(name)) as pool:
        await together.prepare(name, here, pool)
        yield pool, here.secrets


def _address(name: str) -> str | None:
    if url := os.environ.get("MANDAT_DATABASE_URL"):
        return url
    secrets = os.environ.get("MANDAT_SECRETS")
    return secretfiles.address(Path(secrets), name, secretfiles.DATABASE) if secrets else None


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Pool]:
    pool = await Pool.open(url, name="mandat-cli", size=4)
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def _embedded(here: together.Place) -> AsyncIterator[embedded.EmbeddedPostgres]:
    if running := embedded.EmbeddedPostgres.attach(here.home):
        yield running
        return
    together.make_secrets(here.secrets)
    async with together.database(here) as server:
        yield server
