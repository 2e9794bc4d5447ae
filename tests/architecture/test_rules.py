"""The code keeps its rules, and each rule catches what breaks it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import checks

ROOT = Path(__file__).resolve().parents[2]
LONG = "def long():\n" + "    x = 1\n" * 41

RULES: list[tuple[Callable[[Path], list[str]], str, str]] = [
    (checks.long_files, "services/audit/api.py", "x = 1\n" * 301),
    (checks.long_functions, "services/audit/api.py", LONG),
    (checks.foreign_imports, "services/audit/api.py", "from services.identity import rules\n"),
    (checks.foreign_imports, "services/audit/api.py", "import services.identity.rules\n"),
    (checks.foreign_imports, "shared/web/server.py", "from services.identity import rules\n"),
    (checks.foreign_imports, "examples/cadastre/api.py", "from services.identity import rules\n"),
    (checks.impure_rules, "services/audit/rules.py", "import asyncpg\n"),
    (checks.impure_rules, "services/audit/rules.py", "from shared.db import pool\n"),
    (checks.waiting_rules, "services/audit/rules.py", "async def ensure(): ...\n"),
    (checks.broker_imports, "services/audit/api.py", "from aio_pika import Message\n"),
    (checks.odd_files, "services/audit/helpers.py", ""),
    (checks.sql_users, "services/audit/api.py", "SQL = queries.load('services.audit')\n"),
    (checks.confusing_names, "services/audit/api.py", "class RequestHandler: ...\n"),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _, _ in RULES), ids=lambda rule: rule.__name__)
def test_code_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "name", "text"), RULES)
def test_rule_catches_a_planted_violation(
    rule: Callable[[Path], list[str]], name: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    if name.endswith(("api.py", "rules.py", "server.py")):
        assert rule(tmp_path) == []
    path.write_text(text)
    assert len(rule(tmp_path)) == 1


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and not name.startswith("deploy/")]


def test_tree_names_neither_a_machine_nor_a_registry() -> None:
    assert checks.leaks(ROOT, tracked()) == []


@pytest.mark.parametrize("text", ["see /" + "work/main/x", "https://pypi." + "org/simple", "cd /" + "root/x"])
def test_leak_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(text)
    assert checks.leaks(tmp_path, ["note.md"]) == ["note.md"]
