"""Downloads (Q34), read back by other programs and compared row for row with the list."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
import zipfile
from typing import Any
from uuid import UUID

import aiohttp
import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from services.audit import commands, queries, schemas
from services.audit.exports import desk, plain, rows
from tests.chaos import scorecard
from tests.integration.audit.conftest import Sealed
from tests.integration.audit.downloads import (
    EDITH,
    FORMULAS,
    TITLES,
    ZOE,
    confirmed,
    download,
    excel,
    fetch,
    lay,
    lay_formulas,
    listed,
)


@pytest.mark.item("Q34")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("query", ["", "sort=file", "sort=-by&kind=lot.reserved", f"by={EDITH}&from=2026-01-20"])
async def test_excel_file_has_the_rows_of_the_list_in_its_order(sealed: Sealed, language: str, query: str) -> None:
    await lay(sealed)
    body = await download(sealed, "xlsx", query, language=language)
    book, rows = excel(body)
    assert await listed(sealed, query, language=language) == rows
    assert rows
    sheet = book.worksheets[0]
    assert TITLES[language] == [cell.value for cell in sheet[1]]
    assert ("A2", f"A1:E{len(rows) + 1}") == (sheet.freeze_panes, sheet.auto_filter.ref)
    assert all(sheet.column_dimensions[column].width > 10 for column in "ABCDE")
    assert confirmed(sealed, body, "xlsx")


@pytest.mark.item("Q34")
async def test_excel_file_says_who_asked_for_what_and_is_whole_as_a_package(sealed: Sealed) -> None:
    await lay(sealed)
    body = await download(sealed, "xlsx", f"by={EDITH}&file=1")
    facts = {row[0].value: row[1].value for row in openpyxl.load_workbook(io.BytesIO(body)).worksheets[1].iter_rows()}
    assert "Zoé" == facts["Demandé par"]
    assert "No Dossier commençant par «\u00a01\u00a0», réalisée par Édith" == facts["Filtres"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        types = archive.read("[Content_Types].xml").decode()
        extensions = {name.rsplit(".", 1)[-1] for name in archive.namelist()}
        assert all(f'Extension="{one}"' in types for one in extensions)


async def test_name_of_somebody_not_in_the_list_is_not_told_by_a_file(sealed: Sealed) -> None:
    await lay(sealed)
    async with sealed.pool.transaction() as connection:
        await commands.remember_person(connection, UUID(int=99), "Secret Name", 1)
    body = await download(sealed, "xlsx", f"by={UUID(int=99)}")
    facts = [row[1].value for row in openpyxl.load_workbook(io.BytesIO(body)).worksheets[1].iter_rows()]
    assert not any("Secret" in str(fact) for fact in facts)


@pytest.mark.item("Q34")
async def test_formula_corpus_stays_text_in_excel(sealed: Sealed) -> None:
    await lay_formulas(sealed)
    body = await download(sealed, "xlsx")
    book, _ = excel(body)
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2, min_col=2, max_col=5) for cell in row]
    assert {"s"} == {cell.data_type for cell in cells}
    assert [] == [cell.hyperlink for cell in cells if cell.hyperlink]
    assert set(FORMULAS) == {unescape(cell.value) for cell in cells if cell.column == 2}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert not any("externalLink" in name or "rels/sheet" in name for name in archive.namelist())
    scorecard.note("A5", "Excel", len(FORMULAS), formulas=0, links=0)


@pytest.mark.item("Q34")
@pytest.mark.parametrize(("language", "delimiter"), [("fr", ";"), ("en", ",")])
async def test_csv_opens_in_excel_of_the_language_and_no_cell_begins_like_a_formula(
    sealed: Sealed, language: str, delimiter: str
) -> None:
    await lay_formulas(sealed)
    body = await download(sealed, "csv", language=language)
    assert body.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert TITLES[language] == head
    expected = await listed(sealed, language=language)
    assert [[plain.harmless(cell) for cell in row] for row in expected] == rows
    starts = {cell.lstrip(" \u00a0")[:1] for row in rows for cell in row}
    assert not starts & {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%"}
    assert {cell.removeprefix("'") for _, cell, *_ in rows} >= {text for text in FORMULAS if text != "'=1"}


@pytest.mark.item("Q34")
async def test_json_lines_have_a_row_each_then_the_proof(sealed: Sealed) -> None:
    await lay(sealed)
    body = await download(sealed, "jsonl", "sort=kind")
    lines = [json.loads(line) for line in body.splitlines()]
    rows = [schemas.Activity.model_validate(line) for line in lines if "mandat" not in line]
    found = [
        [row.day.isoformat(), row.file_number or "", row.activity, row.performed_by.name, row.performed_for.name]
        for row in rows
    ]
    assert await listed(sealed, "sort=kind") == found
    assert confirmed(sealed, body, "jsonl")


@pytest.mark.item("Q34")
async def test_pdf_of_too_many_rows_offers_the_other_formats(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PAGES_OF", 5)
    await lay(sealed, 60)
    answer = await sealed.person(ZOE).get("/v1/activities.pdf", headers={"Accept-Language": "fr"})
    assert (422, "export-too-long") == (answer.status, answer.slug)
    assert "Excel, CSV, JSON Lines" in answer.json["detail"]
    assert 200 == (await fetch(sealed, "/v1/activities.csv"))[0]


async def test_excel_of_very_many_rows_is_to_be_prepared_in_the_background(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "AT_ONCE", 5)
    await lay(sealed, 60)
    assert "export-takes-long" == (await sealed.person(ZOE).get("/v1/activities.xlsx")).slug


async def test_download_that_fails_half_way_does_not_look_complete(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        yield b"first part"
        raise OSError("the disk is full")

    monkeypatch.setattr(plain, "write_csv", broken)
    with pytest.raises(aiohttp.ClientPayloadError):
        await fetch(sealed, "/v1/activities.csv")


async def test_download_in_a_language_asked_for_by_name(sealed: Sealed) -> None:
    await lay(sealed, 30)
    book, _ = excel(await download(sealed, "xlsx", "lang=en", language="fr"))
    assert TITLES["en"] == [cell.value for cell in book.worksheets[0][1]]


@pytest.mark.item("Q34")
@pytest.mark.parametrize("kind", ["xlsx", "pdf", "csv", "jsonl"])
async def test_loop_turns_to_others_between_any_two_slices_of_a_download(
    sealed: Sealed, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in turns of the loop, not in time: nobody waits for more than one slice of rows to be written."""
    await lay(sealed, 200)
    turns = 0
    between: list[int] = []

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def noting(write: Any) -> Any:
        def written(row: Any, language: Any) -> Any:
            between.append(turns)
            return write(row, language)

        return written

    monkeypatch.setattr(queries, "activity", noting(queries.activity))
    monkeypatch.setattr(rows, "cells", noting(rows.cells))
    monkeypatch.setattr(rows, "SLICE", 10)
    turning = asyncio.create_task(turn())
    await download(sealed, kind)
    turning.cancel()
    assert len(between) > 30
    # Within ten rows the loop may stand still; over eleven it must have turned.
    assert all(before < after for before, after in zip(between, between[10:], strict=False))


async def test_service_loads_neither_the_writer_of_excel_nor_the_compiler(sealed: Sealed) -> None:
    """The memory they take is the child's."""
    words = "import sys, services.audit.app; print([name for name in ('xlsxwriter', 'typst') if name in sys.modules])"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", words, stdout=asyncio.subprocess.PIPE)
    said, _ = await child.communicate()
    assert "[]" == said.decode().strip()
