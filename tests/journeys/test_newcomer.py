"""What a newcomer does: one command, the sample, Ctrl+C, the same again, and an operator's commands beside it."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services import client, sample
from tests.support.processes import Program, free_port

ROSTER = "\n".join(  # noqa: FLY002 - a line a row
    (
        "matricule;prenom;nom;courriel;bureau",
        '7001;Zoé;Tremblay;zoe.tremblay@mandat.example.com;"Tremblay, Gagnon et ""associés"""',
        "7002;Luc;;luc@mandat.example.com;Gatineau",
        "7003;Anne;Roy;pas-une-adresse;Gatineau",
        "7001;Zoé;Tremblay;zoe.tremblay@mandat.example.com;Gatineau",
        "7004;Ève;Côté;eve.cote@mandat.example.com;Gatineau",
        "",
    )
)


@dataclass
class Home:
    """One installation of a newcomer."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def program(self, *arguments: str) -> Program:
        environment = {"MANDAT_HOME": str(self.folder / "home"), "MANDAT_PORT": str(self.port)}
        return Program("services", environment, self.folder / f"log-{arguments[:1]}", arguments)

    async def start(self, *arguments: str) -> Program:
        program = self.program(*arguments)
        await program.start()
        await program.answers(f"{self.url}/readyz")
        return program

    async def interrupt(self, program: Program) -> None:
        """Press Ctrl+C."""
        assert program.process is not None
        program.process.send_signal(signal.SIGINT)
        assert await program.stop() == 0, program.output()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, free_port())


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_first_run_loads_the_sample_and_the_second_finds_it_again(
    home: Home, http: aiohttp.ClientSession
) -> None:
    """Everything that the guides' people have is there after the banner, and still after Ctrl+C and another start."""
    program = await home.start()
    await client.until(lambda: shown(program, "Ctrl+C stops it"), "the banner", seconds=60)
    output = program.output()
    for person in sample.PEOPLE:
        assert person.username in output
        assert person.passphrase in output
    assert f"{home.url}/mailbox" in output
    before = await seen(home, http)
    assert "lot.reserved" in before["kinds"]
    assert {"Édith Descartes", "Pierre Quiroule"} == set(before["delegates"])
    architects, corp = "LMS Architects inc.", "LMS Corp."
    assert {"vtrainer": (architects, 6), "jtraining": (architects, 3), "mtraining": (corp, 6)} == before["businesses"]
    await home.interrupt(program)

    program = await home.start()
    try:
        after = await seen(home, http)
        same = ("kinds", "delegates", "businesses")
        assert [before[one] for one in same] == [after[one] for one in same]
        assert after["mails"] >= before["mails"]
    finally:
        await home.interrupt(program)


async def shown(program: Program, words: str) -> bool:
    return words in program.output()


async def seen(home: Home, http: aiohttp.ClientSession) -> dict[str, Any]:
    """What Jean sees in his lists, once his newest activity has arrived."""
    anonymous = client.Caller(http, lambda _: home.url)
    jean = await anonymous.sign_in(sample.PIETTE.username, sample.PIETTE.passphrase)

    async def activities() -> list[str]:
        page = await jean.get("/audit/v1/activities", size=100)
        return [row["kind"] for row in page["items"]]

    kinds = await client.until(
        activities, "Jean’s activities", fits=lambda found: {"closing-date.extended", "lot.reserved"} <= set(found)
    )
    delegates = (await jean.get("/delegation/v1/delegates"))["delegates"]
    mails = await anonymous.get("/mailbox/messages.json", to=sample.PIETTE.email)
    names = [f"{row['first_name']} {row['last_name']}" for row in delegates]
    businesses = {}
    for person in (sample.TRAINER, sample.COLLEAGUE, sample.CLAIMER):
        caller = await anonymous.sign_in(person.username, person.passphrase)
        (one,) = (await caller.get("/accounts/v1/accounts"))["accounts"]
        businesses[person.username] = (one["legal_name"], len(one["rights"]))
    return {"kinds": set(kinds), "delegates": names, "mails": len(mails), "businesses": businesses}


async def test_second_start_on_the_same_home_says_who_uses_it(home: Home) -> None:
    program = await home.start("--no-sample")
    try:
        other = Home(home.folder, free_port()).program("--no-sample", "")
        other.arguments = ("--no-sample",)
        await other.start()
        assert other.process is not None
        assert await other.process.wait() == 2
        assert str(home.folder / "home") in other.output()
    finally:
        await home.interrupt(program)


async def test_port_in_use_is_said_with_what_to_do(home: Home) -> None:
    program = await home.start("--no-sample")
    try:
        other = Home(home.folder / "other", home.port)
        other.folder.mkdir()
        second = other.program("--no-sample")
        await second.start()
        assert second.process is not None
        assert await second.process.wait() == 2
        assert "MANDAT_PORT" in second.output()
    finally:
        await home.interrupt(program)


@pytest.mark.item("O3")
@pytest.mark.parametrize("running", [True, False], ids=["beside the running system", "while nothing runs"])
async def test_import_from_the_command_line_lands_good_rows_and_names_bad_ones(
    home: Home, http: aiohttp.ClientSession, *, running: bool
) -> None:
    """Bad rows are named with line and reason; good ones get their PIN by e-mail, once however often imported."""
    file = home.folder / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8-sig")
    program = await home.start("--no-sample") if running else None
    first = await home.program("import", str(file)).run()
    assert "5 rows: 2 created, 0 changed, 0 unchanged, 3 bad" in first
    for line in ("line 3, last_name", "line 4, email", "line 5, matricule"):
        assert line in first
    again = (await home.program("import", str(file)).run()).removeprefix(first)
    assert "5 rows: 0 created, 0 changed, 2 unchanged, 3 bad" in again
    program = program or await home.start("--no-sample")
    try:
        anonymous = client.Caller(http, lambda _: home.url)
        for person in ("zoe.tremblay", "eve.cote"):
            found = await client.until(
                lambda who=person: anonymous.get("/mailbox/messages.json", to=f"{who}@mandat.example.com"), "the notice"
            )
            assert len(found) == 1
            assert client.PIN.search(found[0]["text"])
    finally:
        await home.interrupt(program)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "nothing.csv"), "is not a file"),
        (("operator", "add", "nobody"), "nobody with a verified address has the user name nobody"),
        (("erase", "nobody"), "nobody has the user name nobody: check it\n"),
        (("parked", "list", "weather"), "no service weather"),
    ],
)
async def test_command_that_cannot_be_done_says_why_and_ends_with_2(
    home: Home, arguments: tuple[str, ...], words: str
) -> None:
    program = home.program(*arguments)
    await program.start()
    assert program.process is not None
    assert await program.process.wait() == 2
    assert words in program.output()
    assert "Traceback" not in program.output()


async def test_mistyped_setting_is_refused_with_a_hint(home: Home) -> None:
    program = home.program("--no-sample")
    program.environment["MANDAT_PROT"] = "8081"
    await program.start()
    assert program.process is not None
    assert await program.process.wait() == 2
    assert "MANDAT_PORT" in program.output()


def test_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 11)
