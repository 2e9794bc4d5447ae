"""A real RabbitMQ for tests: one that is named, a container, or a private node of the installed server."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol
from urllib.parse import urlsplit

from tests.support.processes import free_port, is_free

NAMED = "MANDAT_TEST_AMQP_URL"
IMAGE = "rabbitmq:4-management"
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
FULL_DISK = "1000000000000000"
"""More bytes free than any disk has: the alarm then rings."""
CTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"
CHANNELS = ("--silent", "list_channels", "messages_unacknowledged")
ELECT = """
[ra:trigger_election(amqqueue:get_pid(Queue))
 || Queue <- rabbit_amqqueue:list(<<"/">>), amqqueue:get_type(Queue) =:= rabbit_quorum_queue].
"""
AMQP = 5672
START = 90.0
NOTHING = (
    f"The tests need RabbitMQ: name one in {NAMED}, start a container engine that has or can get {IMAGE}, or install "
    "rabbitmq-server (make test does so as root or with sudo)."
)


class Broker(Protocol):
    """A running broker: its address, and where it comes from."""

    url: str
    how: str


class Named:
    """The broker that the environment names."""

    how = "named by the environment"

    def __init__(self, url: str) -> None:
        self.url = url


class Container:
    """RabbitMQ in a container of its own, through testcontainers."""

    how = f"container of {IMAGE}"

    def __init__(self) -> None:
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        from testcontainers.core.container import DockerContainer

        self._container = DockerContainer(IMAGE).with_exposed_ports(AMQP)
        self.url = ""

    async def start(self) -> None:
        """Start it and wait until it takes connections."""
        await asyncio.to_thread(self._container.start)
        host, port = self._container.get_container_host_ip(), self._container.get_exposed_port(AMQP)
        self.url = f"amqp://guest:guest@{host}:{port}/"
        if not await answers(self.url):
            raise AssertionError(f"RabbitMQ did not start:\n{self._container.get_logs()}")

    async def stop(self) -> None:
        """Remove it."""
        await asyncio.to_thread(self._container.stop)


async def answers(url: str, alive: Callable[[], bool] = lambda: True) -> bool:
    """Wait until a broker greets; False when it does not in time or is no longer alive."""
    deadline = asyncio.get_running_loop().time() + START
    while alive() and asyncio.get_running_loop().time() < deadline:
        if await _greets(url):
            return True
        await asyncio.sleep(0.3)
    return False


async def _greets(url: str) -> bool:
    """Say hello as AMQP 0-9-1 §4.2.2 has it; a broker that is up answers with a method frame."""
    place = urlsplit(url)
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            try:
                writer.write(b"AMQP\x00\x00\x09\x01")
                return await reader.readexactly(1) == b"\x01"
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


def version() -> str:
    """Give the version of the broker that may be killed: the installed one's, or the image's."""
    if not SERVER.exists():
        return IMAGE.rpartition(":")[2]
    found = subprocess.run([CTL, "version"], check=False, capture_output=True, text=True, timeout=60)
    return found.stdout.strip() or "of unknown version"


def has_image() -> bool:
    """Tell whether a container engine answers and has the image, or gets it within a minute."""
    if shutil.which("docker") is None or not _docker("info"):
        return False
    return _docker("image", "inspect", IMAGE) or _docker("pull", "-q", IMAGE)


def _docker(*words: str) -> bool:
    try:
        return subprocess.run(["docker", *words], timeout=60, check=False, capture_output=True).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class PrivateNode:
    """A node of the installed server: own name, ports, folders and cookie; nothing of the system's is touched."""

    how = "private node of the installed server"

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="mandat-rabbit-"))
        self._name = f"mandat-{secrets.token_hex(4)}@localhost"
        self._ports = {"amqp": free_port(), "dist": free_port(), "epmd": free_port()}
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._ports['amqp']}/"

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._ports['amqp']}\nlog.console = false\n"
            "vm_memory_high_watermark.relative = 0.4\n"
            "disk_free_limit.absolute = 50MB\n"
        )
        (folder / "plugins").write_text("[].\n")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_DIST_PORT": str(self._ports["dist"]),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Read by the port mapper when it starts: it may be ended though it still lists the killed node.
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "true",
        }

    async def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self._folder / "out").open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                str(SERVER),
                env=self._environment(),
                stdout=out,
                stderr=out,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._folder,
            )
        await self._ready()

    async def _ready(self) -> None:
        if not await answers(self.url, lambda: self._process is not None and self._process.returncode is None):
            raise AssertionError(f"RabbitMQ did not start:\n{(self._folder / 'out').read_text()[-3000:]}")

    def kill(self) -> None:
        """End it as a crash would (SIGKILL to all its processes)."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    async def restart(self) -> None:
        """Start it again after a kill, on the same data and port."""
        await self._gone()
        await self.start()
        await self._elect()

    async def _gone(self) -> None:
        """Wait until the node has let go of its port: the script that was waited for ends before it."""
        if self._process is not None:
            await asyncio.wait_for(self._process.wait(), 60)
        async with asyncio.timeout(60):
            while not is_free(self._ports["amqp"]):
                await asyncio.sleep(0.1)

    async def alarm(self, *, on: bool) -> None:
        """Let the disk be full, or not any more."""
        assert await self._control("set_disk_free_limit", FULL_DISK if on else "50MB") == 0

    async def channels(self) -> list[int]:
        """Give for each channel how many messages it has not acknowledged."""
        ctl = await asyncio.create_subprocess_exec(
            CTL, *CHANNELS, env=self._environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        output, _ = await asyncio.wait_for(ctl.communicate(), 60)
        assert ctl.returncode == 0
        return [int(line) for line in output.split()]

    async def _control(self, *words: str) -> int:
        with (self._folder / "out").open("ab") as out:
            ctl = await asyncio.create_subprocess_exec(
                CTL, "--quiet", *words, env=self._environment(), stdout=out, stderr=out
            )
        return await asyncio.wait_for(ctl.wait(), 60)

    async def _elect(self) -> None:
        # RabbitMQ 3.10 may leave a quorum queue of one member without a leader after a crash, for good
        # (rabbitmq-server issue 10070, with this remedy): a fault of that broker, and not what we test.
        for _ in range(5):
            if await self._control("eval", ELECT) == 0:
                return
            await asyncio.sleep(1)
        raise AssertionError(f"no leaders after a restart:\n{(self._folder / 'out').read_text()[-3000:]}")

    async def stop(self) -> None:
        """End it and its port mapper, and remove what it wrote."""
        self._signal(signal.SIGCONT)
        self.kill()
        if self._process is not None:
            await asyncio.wait_for(self._process.wait(), 60)
        subprocess.run(["epmd", "-kill"], env=self._environment(), check=False, capture_output=True, timeout=10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, what)


@asynccontextmanager
async def broker() -> AsyncIterator[Broker]:
    """Give a broker for a session: named, container, private node; none of them is a failure."""
    if url := os.environ.get(NAMED):
        yield Named(url)
    elif await asyncio.to_thread(has_image):
        container = Container()
        try:
            await container.start()
            yield container
        finally:
            await container.stop()
    else:
        async with private_node() as node:
            yield node


@asynccontextmanager
async def private_node() -> AsyncIterator[PrivateNode]:
    """Give a node that a test may kill and pause."""
    if not SERVER.exists():
        raise AssertionError(NOTHING)
    node = PrivateNode()
    try:
        await node.start()
        yield node
    finally:
        await node.stop()
