"""How the command line reaches the database of a service: the one that is named, or the embedded one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import platformdirs

from services import together
from services.operations import cli as operations
from services.operations import secretfiles
from shared import ids, logging, requests
from shared.db import embedded
from shared.db.pool import Pool

T = TypeVar("T")


def place() -> together.Place:
    """Read where to live from MANDAT_HOME and MANDAT_PORT."""
    home = os.environ.get("MANDAT_HOME") or platformdirs.user_data_dir("mandat", appauthor=False)
    return together.Place(home=Path(home).expanduser().absolute(), host="127.0.0.1", port=_port())


def _port() -> int:
    text = os.environ.get("MANDAT_PORT", "8080")
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError(f"MANDAT_PORT must be a port number, not {text!r}")
    return int(text)


async def with_database(name: str, work: Callable[[Pool, Path], Awaitable[T]]) -> T:
    """Do something with the database and the secrets of a service."""
    logging.configure("mandat", "warning", development=True)
    async with pool(name) as (own, secrets):
        with requests.working_for(requests.Origin(correlation_id=str(ids.uuid7()))):
            return await work(own, secrets)


@asynccontextmanager
async def pool(name: str) -> AsyncIterator[tuple[Pool, Path]]:
    """Open a service's database.

    It is the one that MANDAT_DATABASE_URL or the service's file among the secrets names, else the embedded one,
    started if it rests.
    """
    if name not in together.PARTS:
        raise ValueError(f"there is no service {name}")
    if url := _address(name):
        async with _opened(url) as own:
            yield own, operations.folder()
        return
    here = place()
    async with _embedded(here) as server, _opened(await server.ensure_database(name)) as own:
        await together.prepare(name, here, own)
        yield own, here.secrets


def is_named(name: str) -> bool:
    """Tell whether the environment names the database of a service: otherwise it is the embedded one."""
    return _address(name) is not None


def _address(name: str) -> str | None:
    if url := os.environ.get("MANDAT_DATABASE_URL"):
        return url
    secrets = os.environ.get("MANDAT_SECRETS")
    return secretfiles.address(Path(secrets), name, secretfiles.DATABASE) if secrets else None


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Pool]:
    own = await Pool.open(url, name="mandat-cli", size=4)
    try:
        yield own
    finally:
        await own.close()


@asynccontextmanager
async def _embedded(here: together.Place) -> AsyncIterator[embedded.EmbeddedPostgres]:
    if running := embedded.EmbeddedPostgres.attach(here.home):
        yield running
        return
    together.make_secrets(here.secrets)
    async with together.database(here) as server:
        yield server
