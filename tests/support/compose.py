"""The production shape for tests: docker compose under a name, ports and secrets of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit

from services.operations import secretfiles
from tests.support.processes import ROOT, free_port

FILES = ("docker-compose.yml", "tests/containers/compose.test.yml")
SERVICES = ("identity", "accounts", "delegation", "notifications", "audit")
OURS = ("MANDAT_", "GATEWAY_", "DEPLOY_", "MAILPIT_", "PROMETHEUS_", "COMPOSE_")
LONGEST = 300.0
NO_ENGINE = "The container tests need a container engine with compose: `docker compose version` must work."


class Failed(AssertionError):
    """A command of docker's ended with an error; the message holds what it said."""


@dataclass
class Project:
    """One compose project. `extra` are more compose files, `environment` more of what `.env` would hold."""

    folder: Path
    extra: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"mandat-test-{secrets.token_hex(3)}")
    port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    prometheus_port: int = field(default_factory=free_port)

    @property
    def secrets(self) -> Path:
        """The folder of secret files."""
        return self.folder / "secrets"

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return clean | {
            "MANDAT_PUBLIC_URL": self.url,
            "GATEWAY_PORT": str(self.port),
            "MAILPIT_PORT": str(self.mail_port),
            "PROMETHEUS_PORT": str(self.prometheus_port),
            "DEPLOY_SECRETS": str(self.secrets),
            "COMPOSE_PROFILES": "examples",
            **self.environment,
        }

    async def compose(self, *words: str, seconds: float = LONGEST) -> str:
        """Run a command of `docker compose` on this project and give what it printed."""
        files = [word for file in (*FILES, *self.extra) for word in ("--file", str(ROOT / file))]
        command = ("compose", "--project-name", self.name, "--project-directory", str(ROOT), *files, *words)
        return await docker(*command, environment=self._environment(), seconds=seconds)

    async def script(self, path: str, *words: str, seconds: float = LONGEST) -> str:
        """Run one of the scripts of deploy/ on this project and give what it printed."""
        files = os.pathsep.join(str(ROOT / file) for file in (*FILES, *self.extra))
        environment = self._environment() | {"COMPOSE_PROJECT_NAME": self.name, "COMPOSE_FILE": files}
        return await run(str(ROOT / path), *words, environment=environment, seconds=seconds)

    async def up(self, *words: str, **scale: int) -> None:
        """Bring it up, or to another scale, and wait until every service is healthy."""
        scaled = [word for name, count in scale.items() for word in ("--scale", f"{name}={count}")]
        await self.compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "240", *scaled, *words)

    async def down(self) -> None:
        """Remove containers, networks and volumes."""
        await self.compose("down", "--volumes", "--timeout", "1")

    async def operate(self, *words: str) -> str:
        """Run a command of `mandat` as operators do."""
        return await self.compose("run", "--rm", "--no-deps", "setup", "services", *words)

    async def containers(self, service: str) -> list[str]:
        """Give the ids of a service's running containers."""
        return (await self.compose("ps", "--quiet", service)).split()

    async def logs(self, *services: str) -> str:
        """Give what services printed."""
        return await self.compose("logs", "--no-log-prefix", *services)

    async def address(self, service: str) -> str:
        """Give the address of a service's first container, which the machine itself reaches."""
        found = await inspect((await self.containers(service))[0])
        networks = found["NetworkSettings"]["Networks"]
        return str(networks.get(f"{self.name}_data", next(iter(networks.values())))["IPAddress"])

    async def database(self, name: str, user: str = "admin") -> str:
        """Give the address of a database, as the administrator or a service's own role."""
        place = urlsplit(secretfiles.address(self.secrets, user, secretfiles.DATABASE))
        host = await self.address("postgres")
        return place._replace(netloc=f"{place.username}:{place.password}@{host}:5432", path=f"/{name}").geturl()

    async def broker(self, user: str = "admin") -> str:
        """Give the broker's address, as the administrator or a service's own user."""
        place = urlsplit(secretfiles.address(self.secrets, user, secretfiles.BROKER))
        host = await self.address("rabbitmq")
        return place._replace(netloc=f"{place.username}:{place.password}@{host}:5672").geturl()


async def docker(*words: str, environment: Mapping[str, str] | None = None, seconds: float = LONGEST) -> str:
    """Run docker and give what it printed; `Failed` with what it complained of."""
    return await run("docker", *words, environment=environment, seconds=seconds)


async def run(*words: str, environment: Mapping[str, str] | None = None, seconds: float = LONGEST) -> str:
    """Run a program and give what it printed; `Failed` with what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *words,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            out, complaint = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Failed(f"{' '.join(words)} did not end within {seconds:.0f} s") from None
    if process.returncode:
        said = (out[-1500:] + complaint[-3000:]).decode(errors="replace")
        raise Failed(f"{' '.join(words)} ended with {process.returncode}:\n{said}")
    return out.decode(errors="replace")


async def inspect(container: str) -> dict[str, Any]:
    """Give all that is known of a container."""
    found: dict[str, Any] = json.loads(await docker("inspect", container))[0]
    return found


async def ensure_engine() -> None:
    """Fail, saying what is missing, where no engine with compose answers."""
    if shutil.which("docker") is None:
        raise AssertionError(NO_ENGINE)
    try:
        await docker("info", seconds=20)
        await docker("compose", "version", seconds=20)
    except Failed as error:
        raise AssertionError(NO_ENGINE) from error


@asynccontextmanager
async def project(**more: Any) -> AsyncIterator[Project]:
    """Give a project with fresh secrets and the image of this tree; what it made is removed at the end."""
    await ensure_engine()
    made = Project(Path(mkdtemp(prefix="mandat-compose-")), **more)
    await asyncio.to_thread(secretfiles.make, made.secrets)
    try:
        await made.compose("build", "--quiet", "setup")
        yield made
    finally:
        with contextlib.suppress(Failed):
            await made.down()
        shutil.rmtree(made.folder, ignore_errors=True)
