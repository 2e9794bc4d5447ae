"""A PostgreSQL of our own for running without a database server: the wheel's programs, our launcher.

One process owns a home and its server. When the owner dies the server lives on, and the next start on
that home ends it and starts anew; while the owner lives, others are refused (`FolderInUse`) or, like
the command line, join in with `attach`.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from shared.db import account, binaries, databases, postmaster
from shared.db import home as homes
from shared.db.account import EmbeddedError
from shared.db.home import FolderInUse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from subprocess import Popen

__all__ = ["EmbeddedError", "EmbeddedPostgres", "FolderInUse"]

HOST = "127.0.0.1"
SUPERUSER = "mandat"
DATA = f"pg{binaries.MAJOR}"
PORT_ATTEMPTS = 3

T = TypeVar("T")


class EmbeddedPostgres:
    """PostgreSQL over the folder `home`, on loopback; `port` is a free one unless given.

    `durable=False` trades safety at a power cut for speed, for tests only.
    """

    def __init__(
        self, home: Path, *, port: int | None = None, max_connections: int = 120, durable: bool = True
    ) -> None:
        self._home = home.absolute()
        self._wanted_port = port
        self._port = port
        self._max_connections = max_connections
        self._durable = durable
        self._lock = homes.Lock(self._home)
        self._server: postmaster.Postmaster | None = None
        self._process: Popen[bytes] | None = None

    @classmethod
    def attach(cls, home: Path) -> EmbeddedPostgres | None:
        """Give the server that another living process runs on this home, or None."""
        attached = cls(home)
        status = postmaster.read_status(attached.folder / DATA)
        if status is None or not status.ready or not homes.is_owned(attached._home) or not _takes_connections(status):
            return None
        attached._port = status.port
        return attached

    @property
    def folder(self) -> Path:
        """Give the folder that holds the data: the home, or one beside when the server's account cannot reach it."""
        return homes.known_base(self._home)

    @property
    def running(self) -> bool:
        """Tell whether the server we started is alive."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start the server and wait until it takes connections (at most 60 s); does nothing while it runs.

        After the server died, it starts again on the same port. Raises FolderInUse, or EmbeddedError
        with what to do.
        """
        if self.running:
            return
        await _to_the_end(self._take)
        try:
            self._server = await _to_the_end(self._prepare)
            await self._launch(self._server)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server we started and free the home (at most 16 s); an attached one is left alone."""
        try:
            if self._lock.held:
                await _to_the_end(self._end)
        finally:
            self._lock.release()

    def dsn(self, database: str = "postgres") -> str:
        """Give the superuser's address of a database; it holds the password, so it is never logged."""
        return self._dsn(SUPERUSER, homes.password(self._home, SUPERUSER), database)

    async def ensure_database(self, name: str) -> str:
        """Make the database and the role of the same name that owns it, as needed; give that role's address."""
        password = homes.password(self._home, databases.checked(name))
        await databases.ensure(self.dsn(), name, password)
        return self._dsn(name, password, name)

    async def ensure_role(self, database: str, role: str) -> str:
        """Make a role that may enter a database and owns nothing in it, as needed; give its address."""
        password = homes.password(self._home, databases.checked(role))
        await databases.ensure_role(self.dsn(), databases.checked(database), role, password)
        return self._dsn(role, password, database)

    def _dsn(self, role: str, password: str, database: str) -> str:
        # Without sslmode, asyncpg looks for keys in a home folder that a service user may not read.
        return f"postgresql://{role}:{quote(password)}@{HOST}:{self._port}/{quote(database)}?sslmode=disable"

    def _end(self) -> None:
        if self._process is not None:
            postmaster.stop(self._process)
        # Somebody may have restarted it with pg_ctl: then it is not the one we started.
        postmaster.clear_leftovers(self.folder / DATA)
        self._process = None

    def _take(self) -> None:
        try:
            homes.create(self._home)
            self._lock.take()
        except OSError as error:
            reason = f"{self._home} cannot be used ({error.strerror}): set MANDAT_HOME to a folder of yours"
            raise EmbeddedError(reason) from error

    def _prepare(self) -> postmaster.Postmaster:
        who = account.choose(homes.known_base(self._home) / DATA)
        base = homes.choose_base(self._home, who, DATA)
        _refuse_other_versions(base)
        postmaster.clear_leftovers(base / DATA)
        server = postmaster.Postmaster(binaries.provide(who, base), base / DATA, who)
        self._check_password_is_kept(server.data)
        server.initialise(SUPERUSER, homes.password(self._home, SUPERUSER), durable=self._durable)
        server.rotate_log()
        return server

    def _check_password_is_kept(self, data: Path) -> None:
        kept = self._home / homes.PASSWORDS / SUPERUSER
        if data.exists() and not kept.exists():
            raise EmbeddedError(f"{kept}, the password of the data in {data}, is gone: bring it back from a copy")

    async def _launch(self, server: postmaster.Postmaster) -> None:
        for attempt in range(1, PORT_ATTEMPTS + 1):
            port = self._port or _free_port()
            try:
                await self._launch_on(server, port)
            except EmbeddedError as error:
                # Between our finding a free port and the server's taking it, another may have.
                if self._wanted_port is not None or attempt == PORT_ATTEMPTS or "could not bind" not in str(error):
                    raise
                self._port = None
            else:
                self._port = port
                return

    async def _launch_on(self, server: postmaster.Postmaster, port: int) -> None:
        self._process = server.launch(port, max_connections=self._max_connections, durable=self._durable)
        try:
            async with asyncio.timeout(postmaster.START_SECONDS):
                while not server.is_ready(self._process):  # noqa: ASYNC110 - it tells us by a file
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise EmbeddedError(
                f"PostgreSQL on {server.data} is not ready after {postmaster.START_SECONDS:.0f} s: see {server.log}"
            ) from error


def _refuse_other_versions(base: Path) -> None:
    for folder in base.iterdir():
        version = folder / "PG_VERSION"
        if not re.fullmatch(r"pg\d+", folder.name) or not version.exists():
            continue
        major = version.read_text(encoding="utf-8").strip()
        if folder.name != DATA or major != str(binaries.MAJOR):
            raise EmbeddedError(
                f"{folder} holds data of PostgreSQL {major}, and this is PostgreSQL {binaries.MAJOR}: dump them with "
                f"the version that wrote them and load them into a new home, or set MANDAT_HOME to another folder."
            )


def _takes_connections(status: postmaster.Status) -> bool:
    # Its file alone may be from before a crash.
    try:
        with socket.create_connection((HOST, status.port), timeout=1.0):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _to_the_end(work: Callable[[], T]) -> T:
    # A thread cannot be cancelled: whoever is cancelled waits for it, so that nothing runs on behind a freed lock.
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
