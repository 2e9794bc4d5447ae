"""Pictures of every e-mail, in both languages, light and dark: `python -m tests.support.email_screens FOLDER`.

`make screens` keeps one sheet of a few of them for each language; with a folder, all are written there to be looked at,
each beside its plain text.
"""

from __future__ import annotations

import asyncio
import base64
import html
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import async_playwright

from services.notifications import emails, letters
from services.notifications.settings import Settings
from shared import ids
from tests.support import png

if TYPE_CHECKING:
    from playwright.async_api import Browser

SCREENS = Path(__file__).resolve().parents[2] / "docs/screens"
CHROMIUM = os.environ.get("MANDAT_TEST_CHROMIUM", "/usr/bin/chromium")
LARGEST = 150_000
WIDTH, COLUMNS, BESIDE = 520, 3, 24
SHOWN = ("verification", "delegate-added-delegator", "file-alert", "account-pin-notice", "fee-due", "payment-received")
"""Those of the sheets in docs/screens: three in light, three in dark."""
SAID: dict[str, Any] = {
    "when": "2026-11-24T17:05:00+00:00",
    "until": "2026-12-08T17:05:00+00:00",
    "username": "edescartes",
    "matricule": "5003",
    "delegator": "Jean Piette",
    "delegate": "Édith Descartes",
    "delegate_username": "edescartes",
    "delegate_email": "edith.descartes@mandat.example.com",
    "company": "LMS Architectes et associés inc.",
    "account_name": "LMS Architectes et associés inc.",
    "member": "Jannee Training",
    "member_username": "jtraining",
    "member_email": "jannee.training@mandat.example.com",
    "granted": ["pay", "inspect"],
    "withdrawn": ["templates"],
    "rights": ["submit", "pay", "inspect"],
    "claimer": "Vivian Trainer",
    "asker": "Vivian Trainer",
    "changed_by": "Vivian Trainer",
    "ground": "gone",
    "reason": "La personne a quitté l’entreprise en septembre.",
    "file_number": "1093112",
    "kind": "message",
    "count": 1,
    "reference": "PC-2026-0412",
    "label_fr": "Droits de permis de construire",
    "label_en": "Building permit fee",
    "amount_cents": 123_456,
    "due_on": "2026-12-24",
    "payment": "019327c4-5a00-7b3c-8d21-4f6e8a9b0c1d",
    "surplus": False,
    "export": "019327c4-5a00-7b3c-8d21-4f6e8a9b0c1e",
    "format": "Excel",
    "rows": 48_213,
}
SAID["items"] = [
    {name: SAID[name] for name in ("label_fr", "label_en", "reference", "account_name", "amount_cents")},
    {
        "label_fr": "Inspection supplémentaire",
        "label_en": "Additional inspection",
        "reference": "PC-2026-0398",
        "account_name": SAID["account_name"],
        "amount_cents": 8_500,
    },
]
STEPS = ("requested", "objected", "approved", "completed", "refused", "withdrawn")
VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    "takeover-step": tuple({"step": step} for step in STEPS),
    "operator-wanted": ({"step": "contested"}, {"step": "approved"}, {"step": "requested"}),
    "file-alert": ({}, {"count": 4}, {"kind": "communique"}),
    "application-alert": ({}, {"count": 4}),
    "payment-received": ({}, {"surplus": True}),
    "takeover-announced": ({}, {"ground": "pin"}),
}
SECRET = {"token": "4Yq9bQm2VwZk7Nf0tHs6cX1rJd8uLgEo5PaTiBhKyRM", "pin": "M5D-C58-TA2"}
SHEET = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 16px; background: #8b949e; columns: {columns}; column-gap: 16px; font: 13px sans-serif; }}
figure {{ margin: 0 0 16px; break-inside: avoid; }} img {{ width: 100%; display: block; }}
figcaption {{ background: #30363d; color: #fff; padding: 2px 6px; }}
pre {{ margin: 0; padding: 8px; background: #fff; color: #000; font: 12px monospace; white-space: pre-wrap; }}
</style>{figures}"""


@dataclass(frozen=True)
class Letter:
    """One e-mail: its name, its subject, and both of its bodies."""

    name: str
    subject: str
    plain: str
    rich: str


def all_letters(language: str) -> Iterator[Letter]:
    """Write every e-mail of the table in a language, each in all that it may say."""
    for template in sorted({row.template for row in emails.EMAILS}):
        for number, more in enumerate(VARIANTS.get(template, ({},))):
            yield _letter(f"{template}-{number}" if number else template, template, language, more)


def _letter(name: str, template: str, language: str, more: dict[str, Any]) -> Letter:
    row: dict[str, Any] = {
        "id": ids.uuid7(),
        "template": template,
        "language": language,
        "name": "Édith Descartes",
        "address": "edith.descartes@mandat.example.com",
        "created_at": datetime(2026, 11, 24, 17, 5, tzinfo=UTC),
        "message_id": "<1@mandat.example.com>",
        "data": SAID | {"step": "requested"} | more,
    }
    settings = Settings(
        public_url="https://mandat.example.com", database_url="postgresql://nowhere/none", secrets=Path("secrets")
    )
    message = letters.write(row, SECRET, settings)  # type: ignore[arg-type]  # a row as the database gives it
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    return Letter(name, str(message["Subject"]), plain.get_content(), rich.get_content())


async def draw(browser: Browser, letter: Letter, scheme: str) -> bytes:
    """Take the picture of an e-mail."""
    context = await browser.new_context(viewport={"width": WIDTH, "height": 200}, color_scheme=scheme)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.set_content(letter.rich)
    picture = await page.screenshot(full_page=True)
    await context.close()
    return picture


async def sheet(browser: Browser, figures: list[str], columns: int = COLUMNS) -> bytes:
    """Put pictures side by side."""
    page = await browser.new_page(viewport={"width": columns * (WIDTH * 2 // 3 + BESIDE), "height": 200})
    await page.set_content(SHEET.format(columns=columns, figures="".join(figures)))
    picture = await page.screenshot(full_page=True)
    await page.close()
    return picture


def _figure(picture: bytes, words: str, text: str = "") -> str:
    data = base64.b64encode(picture).decode()
    below = f"<pre>{html.escape(text)}</pre>" if text else ""
    return (
        f"<figure><figcaption>{html.escape(words)}</figcaption><img src='data:image/png;base64,{data}'>{below}</figure>"
    )


async def take(browser: Browser) -> None:
    """Write the sheets of docs/screens."""
    for language in ("fr", "en"):
        found = {one.name: one for one in all_letters(language)}
        schemes = [(name, "light" if place < COLUMNS else "dark") for place, name in enumerate(SHOWN)]
        figures = [_figure(await draw(browser, found[name], how), found[name].subject) for name, how in schemes]
        picture = png.small(await sheet(browser, figures))
        if len(picture) > LARGEST:
            raise ValueError(f"emails-{language}.png is of {len(picture)} bytes: {LARGEST} at the most")
        await asyncio.to_thread((SCREENS / f"emails-{language}.png").write_bytes, picture)


async def take_all(browser: Browser, folder: Path) -> None:
    """Write every e-mail into a folder, eight to a sheet: in light with its plain text, and in dark."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for language in ("fr", "en"):
        found = list(all_letters(language))
        for start in range(0, len(found), 8):
            figures = []
            for one in found[start : start + 8]:
                figures.append(_figure(await draw(browser, one, "light"), f"{one.name}: {one.subject}", one.plain))
                figures.append(_figure(await draw(browser, one, "dark"), one.name))
            picture = await sheet(browser, figures, columns=4)
            await asyncio.to_thread((folder / f"{language}-{start // 8}.png").write_bytes, picture)


async def main(folder: str | None) -> None:
    """Draw what is asked for."""
    arguments = ["--disable-lcd-text", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        await (take_all(browser, Path(folder)) if folder else take(browser))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
