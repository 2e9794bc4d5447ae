"""What the one-process mode prints: where things are, who can sign in, how an import goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich import progress, table

from services import sample

if TYPE_CHECKING:
    from rich.console import Console

    from services.accounts.schemas import imports as schemas
    from services.together import Place


def show(out: Console, here: Place, *, sample_data: bool) -> None:
    """Print the address, the accounts with their passphrases, and where the mails are."""
    out.print(f"\n[bold]Mandat[/bold] answers at {here.url}")
    out.print(f"  e-mails   {here.url}/mailbox   (for scripts: {here.url}/mailbox/messages.json)")
    out.print(f"  health    {here.url}/healthz")
    out.print(f"  interface {here.url}/delegation/openapi.json, and so for each service")
    if sample_data:
        out.print(_accounts())
    out.print("Ctrl+C stops it; the data is kept.\n")


def _accounts() -> table.Table:
    accounts = table.Table("user name", "passphrase", "who", title="Sample accounts", title_justify="left")
    for person in sample.PEOPLE:
        role = f"land surveyor {person.matricule}" if person.matricule else person.part
        role = "operator" if person is sample.OPERATOR else role
        accounts.add_row(person.username, person.passphrase, f"{person.first_name} {person.last_name}, {role}")
    return accounts


class ImportProgress:
    """A bar that moves with the bytes read."""

    def __init__(self, out: Console, file: Path) -> None:
        self._bar = progress.Progress(
            *progress.Progress.get_default_columns(), progress.TextColumn("{task.fields[rows]} rows"), console=out
        )
        self._task = self._bar.add_task(file.name, total=file.stat().st_size, rows=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def report(self, done: int, rows: int) -> None:
        """Move to `done` bytes and `rows` rows."""
        self._bar.update(self._task, completed=done, rows=rows)


async def show_import(out: Console, find: Callable[[int], Awaitable[schemas.Import]]) -> None:
    """Print every bad row with its line and reason, then what came of the import."""
    found = await find(0)
    while found.faults:
        for fault in found.faults:
            where = f"line {fault.line}" + (f", {fault.column}" if fault.column else "")
            out.print(f"{where}: {fault.reason_fr} / {fault.reason_en}", markup=False)
        found = await find(found.faults[-1].line)
    out.print(
        f"{found.rows} rows: {found.created} created, {found.changed} changed, "
        f"{found.unchanged} unchanged, {found.bad} bad"
    )
