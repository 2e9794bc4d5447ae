"""A2 on downloads: whoever changes a file that was given out is found out, and in which row, without the database."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import typst
import xlsxwriter

from services.audit import settings
from services.audit.seal import files, keys, leaves, manifests, stamps, statements
from services.audit.seal.statements import Checked, Fault
from shared.contracts.problems.audit import NotSealedYet
from shared.merkle import notes
from tests.chaos import scorecard
from tests.integration.audit.seal.log import NAME, Log

ABOUT = {"asked_by": "Jean Piette", "made_at": "2026-11-26T09:00:00Z", "language": "fr", "filters": {}}
TIMES = 60


def told(log: Log) -> settings.Settings:
    return settings.Settings(public_url="http://x.example", secrets=log.folder / "secrets", database_url="none")


def signer(log: Log) -> notes.Signer:
    return keys.load(log.folder / "secrets", NAME)[0]


async def manifest(log: Log, count: int = 120) -> list[bytes]:
    rows = await log.owner.fetch("select seq from entry order by occurred_at desc limit $1", count)
    return await written(log, [row["seq"] for row in rows])


async def written(log: Log, activities: list[int]) -> list[bytes]:
    sign = manifests.signing(told(log))
    parts = [part async for part in manifests.write(log.owner, NAME, sign, activities, ABOUT)]
    return b"".join(parts).splitlines(keepends=True)


def cells(lines: list[bytes]) -> list[files.Cells]:
    return [files.shown(row, "fr") for line in lines if "leaf" in (row := json.loads(line))]


def excel(lines: list[bytes], signed: notes.Signer) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = book.add_worksheet("Activités"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["Date activité", "No Dossier", "Activité", "Réalisée par", "Réalisée pour"])
    for number, row in enumerate(cells(lines), 1):
        sheet.write_datetime(number, 0, datetime.combine(date.fromisoformat(row[0]), datetime.min.time()), day)
        for column, text in enumerate(row[1:], 1):
            sheet.write_string(number, column, text)
    book.close()
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(files.MANIFEST, b"".join(lines))
        archive.comment = stamps.BLANK
    return stamps.stamp(out.getvalue(), signed)


def pdf(lines: list[bytes], signed: notes.Signer) -> bytes:
    source = """
#set document(title: "Activités", date: datetime(year: 2026, month: 11, day: 24), keywords: (sys.inputs.blank,))
#set text(lang: "fr", size: 8pt)
#let rows = json(bytes(sys.inputs.rows))
#pdf.attach("manifest.jsonl", bytes(sys.inputs.manifest), mime-type: "application/jsonl", relationship: "data",
  description: "Preuve")
#table(columns: 5, table.header([Date activité], [No Dossier], [Activité], [Réalisée par], [Réalisée pour]),
  ..rows.flatten())
"""
    given = {"blank": stamps.BLANK.decode(), "rows": json.dumps(cells(lines)), "manifest": b"".join(lines).decode()}
    made = typst.compile(
        source.encode(), sys_inputs=given, pdf_standards=["ua-1", "a-3a"], timestamp=datetime(2026, 11, 26, tzinfo=UTC)
    )
    return stamps.stamp(made, signed)


def jsonl(lines: list[bytes], signed: notes.Signer) -> bytes:
    rows = [json.dumps(dict(zip(files.COLUMNS, row, strict=True))).encode() + b"\n" for row in cells(lines)]
    proof = [b'{"mandat":' + line.rstrip() + b"}\n" for line in lines]
    return stamps.stamp(b"".join([*rows, *proof, b'{"mandat":"' + stamps.BLANK + b'"}\n']), signed)


Make = Callable[[list[bytes], notes.Signer], bytes]
MAKERS: dict[str, Make] = {".xlsx": excel, ".pdf": pdf, ".jsonl": jsonl}


@pytest.mark.parametrize("kind", MAKERS)
async def test_file_that_was_given_out_is_confirmed_without_the_database(log: Log, kind: str) -> None:
    await log.seal(40, 90)
    made = MAKERS[kind](await manifest(log), signer(log))
    done = files.check(made, f"activites{kind}", [signer(log).verifier])
    assert ([], 120, 130) == (done.found, len(done.rows), done.state.size if done.state else 0)


@pytest.mark.parametrize("kind", MAKERS)
async def test_file_checked_without_a_key_that_is_trusted_is_said_to_be_proved_by_nothing(log: Log, kind: str) -> None:
    await log.seal(40, 90)
    done = files.check(MAKERS[kind](await manifest(log), signer(log)), f"activites{kind}", [])
    assert ([(0, 0, Fault.NOT_PROVED)], [signer(log).verifier]) == (
        [(one.first, one.last, one.fault) for one in done.found],
        done.keys,
    )


@pytest.mark.parametrize("kind", MAKERS)
async def test_file_of_somebody_elses_making_is_not_confirmed(log: Log, kind: str) -> None:
    """Who makes up a register of his own can sign it, but not with a key that is trusted."""
    await log.seal(30)
    made = MAKERS[kind](await manifest(log, 10), signer(log))
    keys.rotate(log.folder / "secrets")
    done = files.check(made, f"activites{kind}", [signer(log).verifier])
    assert Fault.NOT_SIGNED in {one.fault for one in done.found}


def change_a_cell(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    """Change what a row shows."""
    rows, place, column = cells(lines), chance.randrange(120), chance.randrange(5)
    texts = list(rows[place])
    texts[column] = "2026-01-01" if column == 0 else texts[column] + "7"
    rows[place] = tuple(texts)
    return rows, lines, place + 1


def swap_rows(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    rows = cells(lines)
    place = chance.choice([n for n in range(119) if rows[n] != rows[n + 1]])
    rows[place], rows[place + 1] = rows[place + 1], rows[place]
    return rows, lines, place + 1


def delete_a_row(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    rows, place = cells(lines), chance.randrange(120)
    del rows[place]
    return rows, lines, place + 1


def insert_a_row(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    rows, place = cells(lines), chance.randrange(120)
    rows.insert(place, ("2026-11-24", "4242", "Commande de produits cadastraux", "Personne 1", "Personne 99"))
    return rows, lines, place + 1


def cut_the_end(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    rows = cells(lines)
    keep = chance.randrange(1, 120)
    return rows[:keep], lines, keep + 1


def change_row_and_proof(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    """Change a fact in the manifest too, and perhaps the hash that stands beside it."""
    place = chance.randrange(120)
    numbers = [number for number, line in enumerate(lines) if b'"leaf"' in line]
    row = json.loads(lines[numbers[place]])
    row["leaf"]["file_number"] = "666"
    if chance.random() < 0.5:
        statements.complete(whole := json.loads(json.dumps(row)))
        row["hash"] = leaves.hashed(whole["leaf"]).hex()[:8]
    changed = [*lines]
    changed[numbers[place]] = leaves.canonical(row) + b"\n"
    return cells(changed), changed, place + 1


def rename_somebody(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    """Put another name into row and manifest."""
    place = chance.randrange(120)
    numbers = [number for number, line in enumerate(lines) if b'"leaf"' in line]
    row = json.loads(lines[numbers[place]])
    row["for"]["name"] = "Quelqu’un d’Autre"
    changed = [*lines]
    changed[numbers[place]] = leaves.canonical(row) + b"\n"
    return cells(changed), changed, place + 1


def drop_row_and_proof(lines: list[bytes], chance: random.Random) -> tuple[list[files.Cells], list[bytes], int]:
    """Take a row out of the file and out of the manifest."""
    place = chance.randrange(120)
    numbers = [number for number, line in enumerate(lines) if b'"leaf"' in line]
    kept = [line for number, line in enumerate(lines) if number != numbers[place]]
    return cells(kept), kept, place + 1


CHANGES = (
    change_a_cell,
    swap_rows,
    delete_a_row,
    insert_a_row,
    cut_the_end,
    change_row_and_proof,
    rename_somebody,
    drop_row_and_proof,
)


def located(done: Checked, place: int) -> bool:
    """A finding in the row, or in the fifty rows that are proved together with it."""
    first = (place - 1) // manifests.CHUNK * manifests.CHUNK + 1
    return any(one.first <= place <= one.last or one.first == first for one in done.found)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_change_in_a_file_is_found_and_located_each_time(log: Log, change) -> None:
    """The forger knows everything but the key: he even stamps the file again, with a key of his own."""
    await log.seal(40, 90)
    lines, thief = await manifest(log), notes.Signer(NAME, notes.Ed25519PrivateKey.generate())
    missed = []
    for seed in range(TIMES):
        rows, forged, place = change(lines, random.Random(seed))
        said = [json.dumps(dict(zip(files.COLUMNS, row, strict=True))).encode() + b"\n" for row in rows]
        proof = [b'{"mandat":' + line.rstrip() + b"}\n" for line in forged]
        made = stamps.stamp(b"".join([*said, *proof, b'{"mandat":"' + stamps.BLANK + b'"}\n']), thief)
        done = files.check(made, "x.jsonl", [signer(log).verifier])
        if done.good or not located(done, place):
            missed.append((seed, place, done.found))
    assert [] == missed
    scorecard.note("A2", f"files: {change.__name__}", TIMES, wrong=len(missed))


@pytest.mark.parametrize("kind", MAKERS)
async def test_any_byte_of_a_file_that_is_changed_is_found(log: Log, kind: str) -> None:
    await log.seal(60)
    made, missed = MAKERS[kind](await manifest(log, 30), signer(log)), []
    for seed in range(40):
        chance = random.Random(seed)
        place = chance.randrange(len(made))
        forged = made[:place] + bytes([made[place] ^ (1 << chance.randrange(8))]) + made[place + 1 :]
        try:
            good = files.check(forged, f"x{kind}", [signer(log).verifier]).good
        except files.FileWrong:
            good = False
        missed += [place] if good else []
    assert [] == missed
    scorecard.note("A2", f"bytes of {kind}", 40, wrong=len(missed))


async def test_cells_of_excel_and_pdf_are_compared_row_by_row(log: Log) -> None:
    """The stamp says that a file was changed; the rows say where."""
    await log.seal(60)
    lines = await manifest(log, 30)
    other = [
        line.replace(b'"file_number":"', b'"file_number":"9', 1) if n == 7 else line for n, line in enumerate(lines)
    ]
    place = [n for n, line in enumerate(lines) if b'"leaf"' in line].index(7) + 1
    book = excel(other, signer(log))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[files.MANIFEST] = b"".join(lines)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    done = files.check(out.getvalue(), "x.xlsx", [signer(log).verifier])
    assert [(0, Fault.FILE_CHANGED), (place, Fault.CELL_CHANGED)] == [(one.first, one.fault) for one in done.found]
    paper = files.check(pdf(other, signer(log)), "x.pdf", [signer(log).verifier], beside=b"".join(lines))
    assert (place, Fault.CELL_CHANGED) in [(one.first, one.fault) for one in paper.found]


async def test_file_without_a_proof_is_named_so(log: Log) -> None:
    done = files.check(b'{"day": "2026-11-24"}\n', "x.jsonl", [])
    assert [Fault.MANIFEST_MISSING] == [one.fault for one in done.found]
    for content, name in ((b"PK", "x.xlsx"), (b"%PDF-", "x.pdf"), (b"{", "x.jsonl"), (b"MZ", "x.exe"), (b"", "x")):
        with pytest.raises(files.FileWrong):
            files.check(content, name, [])


async def test_manifest_of_what_is_not_sealed_waits_for_the_seal(log: Log) -> None:
    await log.seal(5)
    (last,) = await log.record(1)
    activities: list[int] = [row["seq"] for row in await log.owner.fetch("select seq from entry")]
    with pytest.raises(NotSealedYet):
        await manifests.settle(log.owner, last, seconds=0.3)
    with pytest.raises(NotSealedYet):
        await written(log, activities)
    await log.sealer.run()
    await manifests.settle(log.owner, last, seconds=0.3)
    assert len(await written(log, activities)) > len(activities)
