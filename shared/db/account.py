"""The account PostgreSQL runs under: the server refuses root, so root starts it as somebody else."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

CANDIDATES = ("postgres", "nobody")
SECONDS = 60.0
# Nothing of our environment reaches PostgreSQL: a stray PGDATA or PGOPTIONS would change what it does.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run; the message says why and what to do."""


class Switch(TypedDict, total=False):
    """The keyword arguments of `subprocess` that make a child run as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server's processes run as; `switch` is empty when that is ourselves."""

    name: str
    uid: int
    gid: int
    switched: bool

    @property
    def switch(self) -> Switch:
        """Give the arguments for `subprocess` to run a child as this account."""
        return Switch(user=self.uid, group=self.gid, extra_groups=[]) if self.switched else Switch()

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a short command as this account, from a folder everybody can be in (at most 60 s)."""
        return subprocess.run(  # noqa: S603 - fixed commands, no shell, nothing from a user
            [str(word) for word in command],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
            **self.switch,
        )

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account can reach the folder, by trying: mode bits alone do not know of ACLs and mounts."""
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0

    def give(self, path: Path) -> None:
        """Make this account the owner of a file or folder of ours."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose(data: Path) -> Account:
    """Choose the account for a data folder: its owner when it exists, ourselves when we are not root."""
    if os.geteuid() != 0:
        return _account(os.geteuid(), switched=False)
    if not data.exists():
        return _unprivileged()
    owner = data.stat().st_uid
    if owner == 0:
        raise EmbeddedError(f"{data} belongs to root, and PostgreSQL does not run as root: give it to another user")
    return _account(owner, switched=True)


def _unprivileged() -> Account:
    for name in CANDIDATES:
        try:
            return _account(pwd.getpwnam(name).pw_uid, switched=True)
        except KeyError:
            continue
    raise EmbeddedError(f"PostgreSQL does not run as root, and there is no user {' or '.join(CANDIDATES)} to run it as")


def _account(uid: int, *, switched: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedError(f"user {uid} has no entry in the user database, which PostgreSQL needs") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switched)
