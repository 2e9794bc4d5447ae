"""The page of the scorecard: what it keeps, in which order, and that it is up to date."""

from __future__ import annotations

import re
from pathlib import Path

from tests.chaos import page, rows, run

NOTED = re.compile(r'scorecard\.note\(\s*"(\w+)"')


def a_note(row: str, what: str, **more: object) -> page.Note:
    return {"row": row, "what": what, "count": 1, "result": {"lost": 0}, "date": "2026-11-26", "full": False} | more


def test_merged_puts_a_new_note_in_the_place_of_the_old_one_and_controls_last():
    old = [a_note("R3", "broker killed"), a_note("R1", "control: x"), a_note("R1", "kills", count=1)]
    new = [a_note("R1", "kills", count=200, full=True)]
    found = [(one["row"], one["what"], one["count"]) for one in page.merged(old, new)]
    assert [("R1", "kills", 200), ("R1", "control: x", 1), ("R3", "broker killed", 1)] == found


def test_rendered_page_names_the_rows_that_were_not_run():
    text = page.rendered([a_note("R1", "kills", count=2_000)], "Python")
    assert "| R1 | kills | 2,000 | lost 0 | slice | 2026-11-26 |" in text
    assert [row for row in rows.ROWS if f"| {row} | {rows.ROWS[row]} (**not run**) |" in text] == list(rows.ROWS)[1:]


def test_page_is_what_was_kept(tmp_path: Path):
    if page.KEPT.exists():
        text = page.PAGE.read_text(encoding="utf-8")
        versions = text.rpartition("## With what\n\n")[2].strip()
        assert text == page.rendered(page.read(), versions), "run `make chaos`"
    kills = a_note("R1", "kills", result={"lost": 0, "events": 7})
    page.write([kills], "Python", tmp_path / "kept.jsonl")
    assert page.read(tmp_path / "kept.jsonl") == [kills]
    written = (tmp_path / page.PAGE.name).read_text(encoding="utf-8")
    assert written == page.rendered(page.read(tmp_path / "kept.jsonl"), "Python")


def test_every_row_of_the_page_is_noted_by_a_test():
    files = [file for file in (run.ROOT / "tests").rglob("test_*.py") if file != Path(__file__)]
    assert set(rows.ROWS) <= {row for file in files for row in NOTED.findall(file.read_text(encoding="utf-8"))}


def test_merged_keeps_a_row_that_the_page_does_not_know_at_the_end():
    found = page.merged([a_note("Z9", "new")], [a_note("S13", "secrets")])
    assert ["S13", "Z9"] == [one["row"] for one in found]


def test_files_that_note_something_are_found_and_folders_of_one_system_stay_together():
    found = run.noting()
    assert {"tests/chaos/test_order.py", "tests/attacks", "tests/authority"} <= set(found)
    assert [one for one in found if one.startswith("tests/attacks/") or "unit" in one] == []


def test_failures_are_read_from_a_report(tmp_path: Path):
    report = tmp_path / "report.xml"
    cases = '<testcase classname="a" name="one"/><testcase classname="a" name="two"><failure/></testcase>'
    report.write_text(f"<testsuite>{cases}</testsuite>")
    assert ["a::two"] == run.failed_in(report)
