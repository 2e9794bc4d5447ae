"""Draws the panels of the dashboard from a real Prometheus beside the composed system under load, with no Grafana.

`python -m tests.support.dashboard` writes docs/screens/dashboard.png: under load, in the middle of which the broker is
gone for a while. It asks for each panel's own expression and draws what comes.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import async_playwright

from tests.chaos.load import Load
from tests.support import compose, png
from tests.support.composed import compose_world
from tests.support.gateways import until_it_can
from tests.support.processes import ROOT
from tests.support.screens import CHROMIUM, SCREENS

PANELS = json.loads((ROOT / "deploy/grafana/dashboards/mandat.json").read_text())["panels"]
COLOURS = ("#1f6f8b", "#c8553d", "#588157", "#8a5a9e", "#b08900", "#444444", "#d46a9f", "#2a9d8f")
BEFORE, AWAY, AFTER = 75, 20, 45
STEP, WIDTH, HEIGHT, LEFT = 5, 470, 130, 44
Series = tuple[str, list[tuple[float, float]]]


async def ask(http: aiohttp.ClientSession, base: str, panel: dict[str, Any], span: tuple[float, float]) -> list[Series]:
    """Give the series of a panel, each with its name as the dashboard has it."""
    found: list[Series] = []
    for target in panel["targets"]:
        query = {"query": target["expr"], "start": str(span[0]), "end": str(span[1]), "step": str(STEP)}
        async with http.get(f"{base}/api/v1/query_range", params=query) as answer:
            for one in (await answer.json())["data"]["result"]:
                name = re.sub(r"{{(\w+)}}", lambda part, of=one["metric"]: of.get(part[1], ""), target["legendFormat"])
                points = [(float(at), float(value)) for at, value in one["values"] if value != "NaN"]
                found.append((name, points))
    return found


def draw(panel: dict[str, Any], series: list[Series], span: tuple[float, float]) -> str:
    """Draw a panel: its title, a line a series, the highest value, and who is who."""
    top = max([value for _, points in series for _, value in points], default=0) or 1
    lines = []
    for number, (_, points) in enumerate(series):
        places = [
            f"{LEFT + (at - span[0]) / (span[1] - span[0]) * WIDTH:.1f},{HEIGHT - value / top * (HEIGHT - 14) - 2:.1f}"
            for at, value in points
        ]
        colour = COLOURS[number % len(COLOURS)]
        lines.append(f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    unit = {"reqps": "/s", "s": "s"}.get(panel["fieldConfig"]["defaults"]["unit"], "")
    names = "".join(
        f'<span style="color:{COLOURS[number % len(COLOURS)]}">■ {html.escape(name)}</span> '
        for number, (name, _) in enumerate(series)
    )
    axis = f'<text x="2" y="14">{top:.3g} {unit}</text><text x="2" y="{HEIGHT - 2}">0</text>'
    frame = f'<path d="M{LEFT} 8V{HEIGHT - 2}H{LEFT + WIDTH}" stroke="#999" fill="none"/>'
    picture = f'<svg width="{LEFT + WIDTH}" height="{HEIGHT}">{frame}{axis}{"".join(lines)}</svg>'
    return f"<section><h2>{html.escape(panel['title'])}</h2>{picture}<p>{names or 'nothing'}</p></section>"


def page(sections: list[str], span: tuple[float, float]) -> str:
    """Put the panels on one page that says what it is."""
    moment = time.strftime("%Y-%m-%d %H:%M", time.gmtime(span[1]))
    said = (
        f"Panels of deploy/grafana/dashboards/mandat.json, drawn from a real Prometheus without Grafana. "
        f"{BEFORE + AWAY + AFTER} s of load until {moment} UTC; the broker was gone for {AWAY} s."
    )
    style = (
        "body{font:12px sans-serif;margin:12px;width:1060px}main{display:grid;grid-template-columns:1fr 1fr;gap:10px}"
        "section{border:1px solid #ccc;padding:6px}h2{font-size:13px;margin:0}p{margin:2px}text{font-size:10px}"
    )
    return f"<meta charset=utf-8><style>{style}</style><p>{said}</p><main>{''.join(sections)}</main>"


async def take(text: str, into: Path) -> None:
    """Take a picture of a page."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        shown = await browser.new_page(viewport={"width": 1090, "height": 600})
        await shown.set_content(text)
        picture = png.small(await shown.screenshot(full_page=True))
        await asyncio.to_thread(into.write_bytes, picture)
        await browser.close()


async def run(into: Path) -> None:
    """Bring everything up, work, take the broker away for a while, and draw what Prometheus saw."""
    async with compose.project() as project, aiohttp.ClientSession() as http:
        await project.up()
        await project.compose("--profile", "observability", "up", "--detach", "--no-deps", "prometheus")
        base = f"http://127.0.0.1:{project.prometheus_port}"
        system = await compose_world(project, http)
        await system.people()
        begun = time.time()
        async with Load(system).running():
            await asyncio.sleep(BEFORE)
            (broker,) = await project.containers("rabbitmq")
            await compose.docker("kill", broker)
            await asyncio.sleep(AWAY)
            await compose.docker("start", broker)
            await asyncio.sleep(AFTER)
        await until_it_can(lambda: ask(http, base, PANELS[0], (begun, time.time())))
        span = (begun, time.time())
        sections = [draw(panel, await ask(http, base, panel, span), span) for panel in PANELS]
        await take(page(sections, span), into)
        await project.compose("--profile", "observability", "rm", "--force", "--stop", "prometheus")


if __name__ == "__main__":
    asyncio.run(run(SCREENS / "dashboard.png"))
