"""The secret files of an installation: made once; docker-compose.yml says what each container is given of them."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from services import together
from shared.contracts import wiring
from shared.crypto import files

DATABASE, BROKER = ".database", ".broker"
ADMIN = "admin"
MAIL_PASSWORD = "smtp.password"  # noqa: S105 - the name of its file
"""Empty until an operator writes the one of his mail server into it."""
DATABASE_HOST, BROKER_HOST = "postgres:5432", "broker:5672"
SPEAKING = tuple(sorted({"identity", *wiring.WIRING}))
"""Who has a user of the broker."""
BY_ALL, IN_PRIVATE = 0o444, 0o700


def make(folder: Path) -> list[str]:
    """Make what is missing and give its names; what is there stays, so that this is safe to repeat.

    A container reads its files under a number of its own: so they may be read by all, in a folder that
    only its owner enters.
    """
    before = {path.name for path in folder.glob("*")}
    folder.mkdir(mode=IN_PRIVATE, parents=True, exist_ok=True)
    together.make_secrets(folder)
    for name in together.PARTS:
        _address(folder / f"{name}{DATABASE}", f"postgresql://{name}", f"{DATABASE_HOST}/{name}")
    for name in SPEAKING:
        _address(folder / f"{name}{BROKER}", f"amqp://{name}", f"{BROKER_HOST}/")
    _administrators(folder)
    for path in folder.iterdir():
        path.chmod(BY_ALL)
    return sorted({path.name for path in folder.iterdir()} - before)


def _administrators(folder: Path) -> None:
    database, broker = folder / f"{ADMIN}{DATABASE}", folder / f"{ADMIN}{BROKER}"
    _address(database, "postgresql://postgres", f"{DATABASE_HOST}/postgres")
    _address(broker, f"amqp://{ADMIN}", f"{BROKER_HOST}/")
    files.write_once(folder / MAIL_PASSWORD, "")
    files.write_once(folder / "rabbitmq.cookie", secrets.token_urlsafe(24))
    files.write_once(folder / "grafana.password", secrets.token_urlsafe(24))
    files.write_once(folder / "postgres.password", _password(database))
    files.write_once(folder / "rabbitmq.conf", f"default_user = {ADMIN}\ndefault_pass = {_password(broker)}\n")


def _address(path: Path, user: str, place: str) -> None:
    files.write_once(path, f"{user}:{secrets.token_urlsafe(24)}@{place}\n")


def _password(path: Path) -> str:
    return urlsplit(path.read_text().strip()).password or ""


def is_there(folder: Path, name: str, kind: str) -> bool:
    """Tell whether there is an address."""
    return (folder / f"{name}{kind}").is_file()


def address(folder: Path, name: str, kind: str) -> str:
    """Read an address; ValueError says which file is missing."""
    if not is_there(folder, name, kind):
        raise ValueError(f"{folder / f'{name}{kind}'} is missing: make secrets makes it")
    return (folder / f"{name}{kind}").read_text().strip()
