"""Commands of operators that concern the whole installation."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import cyclopts
from rich import console

from services import together
from services.operations import keys, resealing, secretfiles, setup, status, store
from shared import logging
from shared.crypto import signing
from shared.crypto.keyring import Keyring
from shared.db import migrate
from shared.db.pool import Pool

out = console.Console(highlight=False)
DEFAULT_FOLDER = Path("deploy/secrets")
WIDE = 160
rotation = cyclopts.App(name="keys", help="Replacing keys without a stop; docs/operations.md has the order of steps.")


def register(cli: cyclopts.App) -> None:
    """Add the commands to `mandat`."""
    cli.command(make_secrets, name="secrets")
    cli.command(set_up, name="setup")
    cli.command(show_status, name="status")
    cli.command(say_again, name="rewind")
    cli.command(rotation)


def folder() -> Path:
    """Give the folder of secrets that MANDAT_SECRETS names."""
    return Path(os.environ.get("MANDAT_SECRETS", DEFAULT_FOLDER))


def make_secrets(into: Path = DEFAULT_FOLDER) -> None:
    """Make the secret files of an installation that are missing."""
    made = secretfiles.make(into)
    out.print(f"{into}: {len(made)} new files" if made else f"{into}: complete, nothing was changed")


def set_up(*, through: migrate.Phase = "post") -> None:
    """Make databases, roles, rights, migrations and the broker's users and queues: before services start.

    Parameters
    ----------
    through
        `pre` before a rolling upgrade, when old replicas still run; `post` after it, and at the first start.

    """
    logging.configure("mandat", "warning", development=True)
    asyncio.run(setup.run(folder(), out, through=through))


def show_status() -> None:
    """Tell how every service is: replicas, events to send, parked ones, queues. Ends with 1 when something is wrong."""
    logging.configure("mandat", "error", development=True)
    rows = asyncio.run(status.look(folder()))
    console.Console(highlight=False, width=WIDE).print(status.shown(rows))
    sys.exit(any(row.wrong for row in rows))


def say_again(*, hours: int = 48) -> None:
    """Have every service send once more what it said in the last hours: after a restore. Nothing happens twice.

    Parameters
    ----------
    hours
        As far back as the broker or a database lost something; at most seven days are kept.

    """
    logging.configure("mandat", "warning", development=True)
    for name in secretfiles.SPEAKING:
        count = asyncio.run(_with_pool(name, lambda pool: store.say_again(pool, hours)))
        out.print(f"{name}: {count} events will be sent again")


@rotation.command(name="add")
def add_key(name: str, into: Path = DEFAULT_FOLDER) -> None:
    """Have another key accepted and not used yet: identity, delegation, pin, bank, payment or notifications."""
    _change(keys.add, name, into, "is accepted")


@rotation.command(name="use")
def use_key(name: str, into: Path = DEFAULT_FOLDER) -> None:
    """Have the newest key used; the older ones stay accepted."""
    _change(keys.use, name, into, "is used")


@rotation.command(name="drop")
def drop_keys(name: str, into: Path = DEFAULT_FOLDER, *, resealed: bool = False) -> None:
    """Accept the key in use alone.

    Parameters
    ----------
    name
        identity, delegation, pin, bank, payment or notifications.
    into
        The folder of secrets.
    resealed
        Say that `mandat keys reseal` ended well since: what older keys sealed is lost otherwise.

    """
    if not resealed:
        raise ValueError(
            "run `mandat keys reseal` first, then say --resealed: what older keys sealed is lost otherwise"
        )
    _change(keys.drop, name, into, "alone is accepted")


def _change(step: Callable[[Path, str], None], name: str, into: Path, what: str) -> None:
    step(into, name)
    out.print(f"The newest key of {name} {what}, by every replica that is started again from now on.")


@rotation.command(name="reseal")
def reseal() -> None:
    """Seal again, with the keys in use, whatever older ones sealed. Safe to repeat and while services run."""
    logging.configure("mandat", "warning", development=True)
    for name in ("identity", "delegation"):
        count = asyncio.run(_with_pool(name, partial(resealing.signing_keys, folder=folder(), service=name)))
        out.print(f"{name}: {count} signing keys sealed again")
    for what, work in (
        ("PINs of licences", resealing.licence_pins),
        ("PINs of accounts", resealing.account_pins),
        ("bank details", resealing.bank_details),
    ):
        count = asyncio.run(_with_pool("accounts", partial(work, folder=folder())))
        out.print(f"accounts: {count} {what} sealed again")


@rotation.command(name="sign")
def rotate_signing(service: str) -> None:
    """Replace the key with which identity or delegation signs tokens: published now, used ten minutes later."""
    logging.configure("mandat", "warning", development=True)

    async def rotate(pool: Pool) -> int:
        await signing.SigningKeys(pool, Keyring.load(folder(), service)).rotate()
        return 1

    asyncio.run(_with_pool(service, rotate))
    out.print(f"The new key of {service} is published and signs in ten minutes; nobody notices.")


async def _with_pool(name: str, work: Callable[[Pool], Awaitable[int]]) -> int:
    if name not in together.PARTS:
        raise ValueError(f"there is no service {name}")
    pool = await Pool.open(secretfiles.address(folder(), name, secretfiles.DATABASE), name="mandat-cli", size=2)
    try:
        return await work(pool)
    finally:
        await pool.close()
