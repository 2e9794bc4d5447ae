"""The home of an embedded PostgreSQL: who uses it, where its data lie, its passwords.

The data lie in the home itself. When the server's account cannot reach the home (the usual case for
root, whose own folder is closed to others), nothing is opened to everybody: the data go to a folder
such as `/var/lib/mandat-<hash of the home>`, and the file `postgres-folder` in the home says which.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared.db.account import EmbeddedError

if TYPE_CHECKING:
    from shared.db.account import Account

LOCK = "lock"
REMEMBERED = "postgres-folder"
PASSWORDS = "database-passwords"
SHELTERS = (Path("/var/lib"), Path("/srv"), Path("/opt"))
LOCK_SECONDS = 1.0


class FolderInUse(EmbeddedError):
    """Another living process runs its PostgreSQL in this folder."""

    def __init__(self, home: Path, owner: str) -> None:
        super().__init__(f"{home} is in use by {owner}. Stop that one, or set MANDAT_HOME to another folder.")


class Lock:
    """The lock of a home: held by the process that owns the server, freed by the kernel when it dies."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._file is not None

    def take(self) -> None:
        """Take the lock and write our process id into it; another's living owner raises FolderInUse (within 1 s)."""
        if self._file is not None:
            return
        file = os.open(self._home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked_within(file, LOCK_SECONDS):
            owner = os.pread(file, 200, 0).decode(errors="replace").strip()
            os.close(file)
            raise FolderInUse(self._home, owner or "another process")
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()}, running since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        """Free the lock; the file stays, because removing it would let two processes lock two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _locked_within(file: int, seconds: float) -> bool:
    # A short patience, because `is_owned` looks by locking and the process before may be on its last line.
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def is_owned(home: Path) -> bool:
    """Tell whether a living process holds the home."""
    try:
        file = os.open(home / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(file)


def create(home: Path) -> None:
    """Make the home when it is new: others may pass through it, which the server's account must, but not list it."""
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)


def known_base(home: Path) -> Path:
    """Give the folder that holds the data of this home, as far as the home knows."""
    try:
        return Path((home / REMEMBERED).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return home


def choose_base(home: Path, account: Account, data_name: str) -> Path:
    """Choose the folder for the data: the home, or one beside when the account cannot reach the home."""
    base = known_base(home)
    if not base.is_dir():
        raise EmbeddedError(f"the data of {home} were in {base}, which is gone: bring it back, or remove {home}")
    if account.can_enter(base):
        return base
    if base != home or (home / data_name).exists():
        raise EmbeddedError(f"user {account.name}, who runs PostgreSQL, can no longer enter {base}: let it pass")
    return _shelter(home, account)


def _shelter(home: Path, account: Account) -> Path:
    name = f"mandat-{hashlib.sha256(bytes(home.resolve())).hexdigest()[:12]}"
    for parent in SHELTERS:
        if parent.is_dir() and os.access(parent, os.W_OK) and account.can_enter(parent):
            return _remember(home, _new_folder(parent, name))
    places = ", ".join(map(str, SHELTERS))
    raise EmbeddedError(f"user {account.name} can enter neither {home} nor {places}: choose another MANDAT_HOME")


def _new_folder(parent: Path, name: str) -> Path:
    # A folder that exists already belonged to a home of this name that is gone, and its passwords with it.
    for attempt in range(1, 1000):
        folder = parent / (name if attempt == 1 else f"{name}-{attempt}")
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o711)
            return folder
    raise EmbeddedError(f"{parent} is full of folders named {name}: remove those no longer used")


def _remember(home: Path, base: Path) -> Path:
    _write(home / REMEMBERED, f"{base}\n", 0o444)
    return base


def password(home: Path, role: str) -> str:
    """Give the password of a database role, made at the first call and kept in a file only we can read."""
    folder = home / PASSWORDS
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / role
    if not path.exists():
        _write(path, secrets.token_urlsafe(32), 0o400)
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str, mode: int) -> None:
    # Linked when whole, and never over another's: of two processes at once, both then read the same.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
