"""The gateway alone, before replicas that tell what reached them: on a network of its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.compose import Failed, docker, ensure_engine
from tests.support.processes import ROOT, free_port

NGINX, PYTHON = "nginx:1-trixie", "python:3.13-slim-trixie"
GATEWAY = ROOT / "deploy/gateway"
ROOMY = {"RATE": "5000", "BURST": "5000", "SIGN_IN_RATE": "5000", "SIGN_IN_BURST": "5000", "CONNECTIONS": "2000"}
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "101:101")
WRITABLE = ("--tmpfs", "/tmp", "--tmpfs", "/etc/nginx/conf.d:uid=101,gid=101")


@dataclass
class Rig:
    """Gateways and replicas that a test starts."""

    name: str = field(default_factory=lambda: f"mandat-test-{secrets.token_hex(3)}")
    started: list[str] = field(default_factory=list)

    async def _run(self, what: str, *words: str) -> str:
        name = f"{self.name}-{what}-{len(self.started)}"
        await docker("run", "--detach", "--name", name, "--network", self.name, *words)
        self.started.append(name)
        return name

    async def replica(self, service: str) -> str:
        """Start a replica of a service, and wait until it listens; give its container."""
        name = await self._run(
            service,
            *("--network-alias", service, "--env", f"SERVICE={service}", "--env", f"REPLICA={len(self.started)}"),
            *("--volume", f"{ROOT}/tests/containers/echo.py:/echo.py:ro", "--init"),
            *(PYTHON, "python", "/echo.py", "8080"),
        )
        await until_it_can(lambda: docker("exec", name, "test", "-e", "/tmp/asked"))
        return name

    async def gateway(self, *more: str, ready: bool = True, **settings: str) -> int:
        """Start a gateway with settings such as `RATE="5"`; give its port."""
        port = free_port()
        values = {"LISTEN": "plain", "FRONT": "127.0.0.1/32"} | ROOMY | settings
        environment = [word for name, value in values.items() for word in ("--env", f"GATEWAY_{name}={value}")]
        inside = "8443" if values["LISTEN"] == "tls" else "8080"
        name = await self._run(
            "gateway",
            *(*HARDENED, *WRITABLE, *environment, *more, "--publish", f"127.0.0.1:{port}:{inside}"),
            *("--volume", f"{GATEWAY}/nginx.conf:/etc/nginx/nginx.conf:ro"),
            *("--volume", f"{GATEWAY}/templates:/etc/nginx/templates:ro"),
            *("--volume", f"{GATEWAY}/mandat:/etc/nginx/mandat:ro", NGINX),
        )
        if ready:
            await until_it_can(lambda: docker("exec", name, "curl", "-fsS", "http://127.0.0.1:8081/livez"))
        return port

    async def asked(self, replica: str) -> list[str]:
        """Give the requests that reached a replica, as `METHOD /path`."""
        return (await docker("exec", replica, "cat", "/tmp/asked")).splitlines()

    async def complaints(self) -> str:
        """Give what the gateway complained of, once each."""
        gateway = next(name for name in self.started if "-gateway-" in name)
        lines = {line.partition("*")[2].partition(" ")[2].partition(", client")[0] for line in await said_of(gateway)}
        return "\n".join(sorted(lines))

    async def close(self) -> None:
        """Remove what was started."""
        with suppress(Failed):
            await docker("rm", "--force", *self.started)
        with suppress(Failed):
            await docker("network", "rm", self.name)


async def said_of(container: str) -> list[str]:
    """Give what a container wrote to its standard error."""
    process = await asyncio.create_subprocess_exec(
        *("docker", "logs", container), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    return complaint.decode(errors="replace").splitlines()


async def until_it_can(attempt, seconds: float = 60) -> None:
    """Try until it does not fail."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            await attempt()
        except (Failed, aiohttp.ClientError, OSError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.3)
        else:
            return


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Give a rig with a network of its own."""
    await ensure_engine()
    made = Rig()
    await docker("network", "create", made.name)
    try:
        yield made
    finally:
        await made.close()


async def certificate(folder: Path) -> None:
    """Make a certificate for 127.0.0.1 and its key."""
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=mandat.example.com", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(folder / "gateway.key"), "-out", str(folder / "gateway.crt")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    for file in folder.iterdir():
        file.chmod(0o644)
