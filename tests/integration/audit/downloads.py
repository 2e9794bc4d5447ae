"""What the tests of downloads share: laying, fetching, reading."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp
import openpyxl

from services.audit import store
from services.audit.seal import files, keys
from tests.integration.audit import model
from tests.integration.audit.conftest import Sealed

ZOE, EDITH = UUID(int=1), UUID(int=2)
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://x.example","click")',
    "=cmd|' /C calc'!A0",
    "@SUM(1,1)",
    "+1-2",
    "-2+3",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "|calc",
    "%0A=1",
    "  =1+1",
    "http://evil.example/",
    "mailto:a@x.example",
    "file:///etc/passwd",
    "internal:Sheet2!A1",
    "{=1+1}",
    "1e5",
    "007",
    "'=1",
    "<b>x</b>&amp;",
    "_x000D_=1",
)
TITLES = {
    "fr": ["Date activité", "No Dossier", "Activité", "Réalisée par", "Réalisée pour"],
    "en": ["Activity date", "File number", "Activity", "Performed by", "Performed for"],
}


async def fetch(sealed: Sealed, path: str, person: UUID = ZOE, **headers: str) -> tuple[int, Any, bytes]:
    token = sealed.person(person).token
    async with (
        aiohttp.ClientSession() as http,
        http.get(sealed.base + path, headers={"Authorization": f"Bearer {token}"} | headers) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


async def download(sealed: Sealed, kind: str, query: str = "", person: UUID = ZOE, language: str = "fr") -> bytes:
    path = f"/v1/activities.{kind}?{query}"
    status, headers, body = await fetch(sealed, path, person, **{"Accept-Language": language})
    assert status == 200, body
    assert f".{kind}" in headers["Content-Disposition"]
    assert "no-store" == headers["Cache-Control"]
    return body


async def listed(sealed: Sealed, query: str = "", person: UUID = ZOE, language: str = "fr") -> list[list[str]]:
    found: list[list[str]] = []
    cursor = ""
    while cursor is not None:
        path = f"/v1/activities?size=100&{query}" + (f"&after={cursor}" if cursor else "")
        page = (await sealed.person(person).get(path, headers={"Accept-Language": language})).json
        for item in page["items"]:
            row = [item["day"], item["file_number"] or "", item["activity"]]
            found.append([*row, item["performed_by"]["name"], item["performed_for"]["name"]])
        cursor = page["next"]
    return found


def excel(body: bytes) -> tuple[Any, list[list[str]]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book.worksheets[0]
    rows = []
    for row in sheet.iter_rows(min_row=2, max_col=5):
        day = row[0].value
        assert isinstance(day, datetime), "a real date"
        rows.append([day.date().isoformat(), *(str(cell.value or "") for cell in row[1:])])
    return book, rows


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "").replace("\u00ad", "")


async def lay(sealed: Sealed, count: int = 300, seed: int = 3) -> model.Model:
    laid = await model.lay(sealed.pool, random.Random(seed), count)
    await sealed.sealer.run()
    return laid


def confirmed(sealed: Sealed, body: bytes, kind: str) -> bool:
    signer = keys.load(sealed.settings.secrets, sealed.settings.register_name)[0]
    done = files.check(body, f"activites.{kind}", [signer.verifier])
    assert [] == done.found
    return done.good


async def lay_formulas(sealed: Sealed) -> None:
    """The corpus as file numbers and as names of people."""
    async with sealed.pool.transaction() as connection:
        for number, text in enumerate(FORMULAS):
            row = replace(
                model.draw(random.Random(number), number),
                kind="lot.reserved",
                file_number=text,
                performed_by=ZOE,
                performed_by_name=text,
                performed_for=ZOE,
                performed_for_name=text,
                personal=True,
            )
            await store.insert_activities(connection, [row])
    await sealed.sealer.run()
