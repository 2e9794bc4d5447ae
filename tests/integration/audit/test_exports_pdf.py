"""Downloads as PDF (Q34), read back: structure, language, rows, and what no font has."""

from __future__ import annotations

import io
import random
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from services.audit import store
from services.audit.exports import filling, printing
from tests.integration.audit import model
from tests.integration.audit.conftest import Sealed
from tests.integration.audit.downloads import (
    FORMULAS,
    TITLES,
    ZOE,
    confirmed,
    download,
    lay,
    lay_formulas,
    listed,
    squeezed,
)


def structure(reader: pypdf.PdfReader) -> list[str]:
    """Give the kinds of all elements of the structure tree."""
    found: list[str] = []
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found += [str(node["/S"])] if "/S" in node else []
            if "/K" in node:
                waiting.append(node["/K"])
    return found


@pytest.mark.item("Q34")
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_pdf_is_tagged_names_its_language_and_has_the_rows_of_the_list(sealed: Sealed, language: str) -> None:
    await lay(sealed)
    body = await download(sealed, "pdf", "sort=-date", language=language)
    reader = pypdf.PdfReader(io.BytesIO(body))
    root = reader.trailer["/Root"]
    expected = await listed(sealed, language=language)
    kinds = structure(reader)
    assert ("fr-CA" if language == "fr" else "en-CA") == root["/Lang"]
    assert {"fr": "Suivi des activités", "en": "Activity tracking"}[language] == reader.metadata.title
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (5, 1, 1) == (kinds.count("/TH"), kinds.count("/Table"), kinds.count("/H1"))
    assert 5 * len(expected) == kinds.count("/TD")
    assert {"/THead", "/TBody"} <= set(kinds)
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 1
    text = squeezed("".join(pages))
    place = 0
    for row in expected:
        place = text.index(squeezed("".join(row)), place)
    for number, page in enumerate(pages, start=1):
        assert all(squeezed(title) in squeezed(page) for title in TITLES[language])
        words = f"Page {number} de {len(pages)}" if language == "fr" else f"Page {number} of {len(pages)}"
        assert words in page
        assert "Zoé" in page
    assert confirmed(sealed, body, "pdf")


async def test_pdf_of_nothing_says_so(sealed: Sealed) -> None:
    await lay(sealed, 10)
    reader = pypdf.PdfReader(io.BytesIO(await download(sealed, "pdf", "from=2031-01-01")))
    assert "Aucune activité à afficher" in reader.pages[0].extract_text()


async def test_formula_corpus_and_markup_stay_text_in_pdf(sealed: Sealed) -> None:
    await lay_formulas(sealed)
    reader = pypdf.PdfReader(io.BytesIO(await download(sealed, "pdf")))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    assert all(squeezed(one) in text for one in FORMULAS if one.isascii())
    assert [] == [page["/Annots"] for page in reader.pages if "/Annots" in page]


async def test_pdf_with_signs_that_no_font_has_is_made_nevertheless(sealed: Sealed) -> None:
    row = replace(model.draw(random.Random(1), 1), performed_by=ZOE, performed_by_name="山本 \U0001f600", personal=True)
    async with sealed.pool.transaction() as connection:
        await store.insert_activities(connection, [replace(row, kind="lot.reserved")])
    await sealed.sealer.run()
    (page,) = pypdf.PdfReader(io.BytesIO(await download(sealed, "pdf"))).pages
    assert squeezed("Certains noms comportent des signes") in squeezed(page.extract_text())


async def test_child_that_hangs_is_ended_and_the_next_one_has_its_turn(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lay(sealed, 30)
    (tmp_path / "hanging.py").write_text("import time\ntime.sleep(600)\n")
    with monkeypatch.context() as patched:
        patched.setattr(sys, "path", [*sys.path, str(tmp_path)])
        patched.setitem(filling.MODULES, "pdf", "hanging")
        patched.setitem(printing.LONGEST, "pdf", 0.5)
        answer = await sealed.person(ZOE).get("/v1/activities.pdf")
    assert (500, "internal-error") == (answer.status, answer.slug)
    assert (await download(sealed, "pdf")).startswith(b"%PDF")
