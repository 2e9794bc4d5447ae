"""`make bench`: run the benchmarks, print tables with goals, keep the figures, write docs/performance.md."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
from dataclasses import replace

from benchmarks import report, results, stage, wrk

NAMES = ("decisions", "write", "chain", "latency", "signins", "start", "accounts", "lists", "ingest", "excel", "pages")


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all without any")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all contenders, medians are given")
    parser.add_argument("--seconds", type=float, default=5, help="seconds of one run")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md and its picture too")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    return arguments


async def main(names: list[str], rounds: int, seconds: float) -> dict[str, results.Result]:
    """Run benchmarks one after the other on one stage, and keep each as soon as it is measured."""
    kept = results.load()
    async with stage.stage() as made:
        for name in names:
            module = importlib.import_module(f"benchmarks.{name}")
            found = await module.run(made, rounds, seconds)
            busy = f"load of the machine meanwhile: {os.getloadavg()[1]:.0f}"
            kept[name] = replace(found, remarks=[*found.remarks, busy])
            kept = {one: kept[one] for one in NAMES if one in kept}
            results.save(kept)
            print(kept[name].text(), flush=True)
    return kept


if __name__ == "__main__":
    told = read_arguments()
    wrk.ensure_installed()
    found = asyncio.run(main(told.names or list(NAMES), told.rounds, told.seconds))
    if told.docs:
        report.write(found)
    goals = [goal for name in told.names or NAMES for goal in found[name].goals]
    missed = [goal for goal in goals if not goal.met]
    print(f"\n{len(goals) - len(missed)} of {len(goals)} goals met")
