"""One PostgreSQL server process over one data folder: make the folder, start, wait, stop, clear what a crash left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psutil  # type: ignore[import-untyped]

from shared.db.account import ENVIRONMENT, Account, EmbeddedError

START_SECONDS = 60.0
LOG_BYTES = 10_000_000
STOP_STEPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))
# No ICU in the wheel, and libc's order differs by system: the built-in locale sorts alike everywhere.
LOCALE = ("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Statements and details of errors carry people's data, so the log gets neither.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, slots=True)
class Status:
    """What a server says of itself in its `postmaster.pid`."""

    pid: int
    port: int
    ready: bool


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server to be: its programs, its data, its log, and the account it runs under."""

    programs: Path
    data: Path
    account: Account

    @property
    def log(self) -> Path:
        """Give the file the server writes its log into."""
        return self.data.with_name("postgres.log")

    def initialise(self, superuser: str, password: str, *, durable: bool) -> None:
        """Make the data folder when there is none; one cut short by a crash never gets the name."""
        if self.data.exists():
            return
        for unfinished in self.data.parent.glob(f"{self.data.name}.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        draft = Path(mkdtemp(prefix=f"{self.data.name}.new-", dir=self.data.parent))
        folder, secret = draft / "data", draft / "password"
        folder.mkdir(mode=0o700)
        secret.write_text(password, encoding="utf-8")
        secret.chmod(0o400)
        for path in (secret, folder, draft):
            self.account.give(path)
        self._initdb(folder, superuser, secret, durable=durable)
        folder.rename(self.data)
        _sync(self.data.parent)
        shutil.rmtree(draft)

    def _initdb(self, folder: Path, superuser: str, secret: Path, *, durable: bool) -> None:
        done = self.account.run(
            self.programs / "initdb",
            *LOCALE,
            "--data-checksums",
            "--auth=scram-sha-256",
            *([] if durable else ["--no-sync"]),
            f"--username={superuser}",
            f"--pwfile={secret}",
            f"--pgdata={folder}",
        )
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL cannot make its data folder {self.data}: {done.stderr.strip()}")

    def launch(self, port: int, *, max_connections: int, durable: bool) -> subprocess.Popen[bytes]:
        """Start the server on the port; it is not ready yet.

        It gets a session of its own, so that Ctrl+C does not take it away before those who use it.
        """
        settings = SETTINGS | {"port": str(port), "max_connections": str(max_connections)}
        if not durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - fixed command, no shell, nothing from a user
                [str(self.programs / "postgres"), "-D", str(self.data), *options],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.account.switch,
            )

    def is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Tell whether the server takes connections; one that ended raises EmbeddedError with its last words."""
        if process.poll() is not None:
            raise EmbeddedError(f"PostgreSQL did not start on {self.data}: {self._last_words()}")
        status = read_status(self.data)
        # A file from before a crash says "ready" too: only the process we started counts.
        return status is not None and status.pid == process.pid and status.ready

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        return " / ".join([line for line in lines if "FATAL" in line or "could not" in line] or lines[-3:])

    def rotate_log(self) -> None:
        """Put a log over 10 MB aside, in place of the one before."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))


def _sync(folder: Path) -> None:
    # A new name is in the folder's own blocks: without this a power cut may forget it.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def read_status(data: Path) -> Status | None:
    """Read what the server last said of itself; None when there is none, or it is only beginning."""
    try:
        pid, _data, _began, port, *rest = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Status(int(pid), int(port), ready="ready" in (line.strip() for line in rest))
    except (OSError, ValueError):
        return None


def clear_leftovers(data: Path) -> None:
    """End what a dead owner left running on the data, so that a server can start (at most 16 s).

    The caller holds the home's lock. A pid file left alone would do harm too: its number may be
    another program's by now, and PostgreSQL would then refuse to start.
    """
    status = read_status(data)
    if status is None:
        return
    found = _living_in(data)
    head = [process for process in found if process.pid == status.pid]
    # Without their head the others end by themselves, in a moment.
    for number, seconds in STOP_STEPS if head else ((0, 1.0), STOP_STEPS[-1]):
        for process in found if number == signal.SIGKILL else head:
            _signal(process, number)
        found = _still_alive(found, seconds)
    if found:
        raise EmbeddedError(f"processes {[process.pid for process in found]} still use {data}: end them")
    (data / "postmaster.pid").unlink(missing_ok=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server: a clean end first, then a quick one, then by force (at most 16 s)."""
    for number, seconds in STOP_STEPS:
        if process.poll() is not None:
            return
        process.send_signal(number)
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)


def _living_in(data: Path) -> list[psutil.Process]:
    # Every process of a server has its data folder as working directory, the orphaned children too.
    folder = os.path.realpath(data)
    return [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == folder]


def _still_alive(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    # A dead one that its parent never asks about (a container's first process may not) counts as gone.
    deadline = time.monotonic() + seconds
    while processes := [process for process in processes if _alive(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return processes


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
