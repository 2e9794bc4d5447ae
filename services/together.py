"""All services in one process: an embedded PostgreSQL, the bus in memory, a mail sink, one port."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from examples.cadastre import app as cadastre
from examples.cadastre import settings as cadastre_settings
from examples.permits import app as permits
from examples.permits import settings as permits_settings
from services.accounts import app as accounts
from services.accounts import settings as accounts_settings
from services.audit import app as audit
from services.audit import settings as audit_settings
from services.audit.seal import keys as seal_keys
from services.delegation import app as delegation
from services.delegation import settings as delegation_settings
from services.identity import app as identity
from services.identity import commands as identity_commands
from services.identity import settings as identity_settings
from services.mailbox import Mailbox
from services.notifications import app as notifications
from services.notifications import settings as notifications_settings
from services.operations import store as operations
from services.portal import app as portal
from services.portal import settings as portal_settings
from shared import runtime, service, substrate, worker
from shared.crypto import files, keyring, sealing
from shared.db import embedded, migrate
from shared.db.pool import Pool
from shared.messaging import memory
from shared.settings import ServiceSettings
from shared.web import clients

PARTS: dict[str, tuple[type[ServiceSettings], runtime.Build]] = {
    "identity": (identity_settings.Settings, identity.build),
    "accounts": (accounts_settings.Settings, accounts.build),
    "delegation": (delegation_settings.Settings, delegation.build),
    "notifications": (notifications_settings.Settings, notifications.build),
    "audit": (audit_settings.Settings, audit.build),
    "cadastre": (cadastre_settings.Settings, cadastre.build),
    "permits": (permits_settings.Settings, permits.build),
    "portal": (portal_settings.Settings, portal.build),
}
"""Everything that runs, in the order of its start."""

GUARDED = ("audit",)
"""Who runs as a role of its own here too, with the rights of `services/operations/rights.py`."""
HEARING = ("accounts", "audit", "delegation", "notifications")
KEYS = ("identity", "delegation", "pin", "bank", "payment")
CLIENTS = {"cadastre": "Cadastre", "permits": "Permits"}
"""The connected applications, by client id."""
CONNECTIONS = 8


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the process keeps its things and where it answers."""

    home: Path
    host: str
    port: int

    @property
    def url(self) -> str:
        """The public address."""
        return f"http://{self.host}:{self.port}"

    @property
    def secrets(self) -> Path:
        """The folder of key files."""
        return self.home / "secrets"


def ensure_port_free(place: Place) -> None:
    """Raise OSError, saying what to do, when somebody listens on our port already."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((place.host, place.port))
        except OSError as error:
            raise OSError(
                f"port {place.port} is in use: stop what listens there, or choose another with MANDAT_PORT"
            ) from error


def make_secrets(folder: Path) -> None:
    """Make the keys that are missing; existing ones stay."""
    for name in KEYS:
        keyring.ensure(folder, name)
    sealing.ensure(folder)
    seal_keys.ensure(folder)
    for client_id in CLIENTS:
        client = folder / f"{client_id}.secret"
        if not client.exists():
            files.write_once(client, secrets.token_urlsafe(32))


def settings_for(name: str, place: Place, database_url: str, smtp_port: int = 0) -> ServiceSettings:
    """Give the settings of one part; what is not said here comes from the environment or the defaults."""
    values: dict[str, object] = {
        "public_url": place.url,
        "secrets": place.secrets,
        "database_url": database_url,
        "port": place.port,
        "pool_size": CONNECTIONS,
        "development": True,
        "trusted_proxies": clients.LOOPBACK,
        "migrate": name not in GUARDED,
    }
    if name == "notifications":
        values |= {"smtp_host": "127.0.0.1", "smtp_port": smtp_port}
    if name == "audit":
        values |= {"register_folder": place.home / "register"}
    if name in CLIENTS:
        values |= {"audit_url": place.url, "notifications_url": place.url}
    if name == "permits":
        values |= {"accounts_url": place.url, "uploads": place.home / "uploads"}
    return PARTS[name][0](**values)  # type: ignore[arg-type]  # each checked by pydantic


@asynccontextmanager
async def database(place: Place) -> AsyncIterator[embedded.EmbeddedPostgres]:
    """Start the embedded PostgreSQL, and stop it after everything else."""
    server = embedded.EmbeddedPostgres(place.home)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def serve(place: Place, started: Callable[[], Awaitable[None]]) -> None:
    """Run everything until told to stop; `started` is called once, when the first request can come."""
    make_secrets(place.secrets)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(database(place))
        mailbox = await stack.enter_async_context(_mailbox(place.home / "mail"))
        carrier = memory.MemoryBus(HEARING)
        stack.push_async_callback(carrier.close)
        running = []
        for name, (_, build) in PARTS.items():
            settings = settings_for(name, place, await _address(server, name, place), mailbox.port)
            running.append(await stack.enter_async_context(runtime.assembled(name, settings, build, carrier)))
        await introduce_applications(running[0].pool, place.secrets)
        stack.push_async_callback(runtime.unlisten, running, carrier)
        await runtime.listen(running, carrier)
        supervisor = worker.Supervisor([one for each in running for one in each.workers])
        root = runtime.root_app(running, carrier, supervisor)
        root.add_subapp("/mailbox", mailbox.app())
        await runtime.serve(root, place.host, place.port, supervisor, drain=0, started=started)


async def _address(server: embedded.EmbeddedPostgres, name: str, place: Place) -> str:
    """Give the address at which a part finds its database; a guarded one is brought up by its owner before."""
    owner = await server.ensure_database(name)
    if name not in GUARDED:
        return owner
    role = f"{name}_service"
    address = await server.ensure_role(name, role)
    pool = await Pool.open(owner, name="setup", size=1)
    try:
        await prepare(name, place, pool)
        async with pool.connection() as connection:
            await operations.grant(connection, name, role)
    finally:
        await pool.close()
    return address


async def prepare(name: str, here: Place, pool: Pool) -> None:
    """Bring the database of one part to its newest version, for the command line while nothing runs."""
    async with aiohttp.ClientSession() as http:
        settings = settings_for(name, here, pool.dsn, 1025)
        infra = service.Infra(pool=pool, http=http, tokens=runtime.token_verifier(settings, http))
        built = await PARTS[name][1](settings, infra)
        await migrate.migrate(pool.dsn, [*substrate.AREAS, *built.areas])


async def introduce_applications(pool: Pool, folder: Path) -> None:
    """Make the example applications known to identity, with the secrets that they read from their files."""
    for client_id, name in CLIENTS.items():
        secret = (folder / f"{client_id}.secret").read_text().strip()
        async with pool.transaction() as connection:
            await identity_commands.register_application(connection, client_id, name, secret)


@asynccontextmanager
async def _mailbox(folder: Path) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(folder)
    await mailbox.start()
    try:
        yield mailbox
    finally:
        await mailbox.stop()
