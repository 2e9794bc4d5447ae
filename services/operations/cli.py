"""Commands of operators that concern the whole installation."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import cyclopts
from rich import console

from services.operations import secretfiles, setup
from shared import logging
from shared.db import migrate

out = console.Console(highlight=False)
DEFAULT_FOLDER = Path("deploy/secrets")


def register(cli: cyclopts.App) -> None:
    """Add the commands to `mandat`."""
    cli.command(make_secrets, name="secrets")
    cli.command(set_up, name="setup")


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
