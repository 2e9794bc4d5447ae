"""What a service loads when it starts: heavy libraries only where their work is done, when it is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checks import SERVICES

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "cyclopts",
    "fontTools",
    "lxml",
    "numpy",
    "openpyxl",
    "PIL",
    "playwright",
    "pygments",
    "rich",
    "typst",
    "xlsxwriter",
)
"""Each takes tens of milliseconds and megabytes from every process; a function that needs one imports it itself."""
LOADED = f"import importlib, sys; importlib.import_module(sys.argv[1]); print(*sorted(set(sys.modules) & set({HEAVY})))"


def heavy_imports(tree: Path, module: str) -> list[str]:
    """Name the heavy libraries that importing a module loads."""
    command = [sys.executable, "-c", LOADED, module]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tree), str(ROOT)])}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split()


@pytest.mark.parametrize("name", SERVICES)
def test_service_starts_without_heavy_libraries(name: str) -> None:
    assert heavy_imports(ROOT, f"services.{name}.__main__") == []


@pytest.mark.parametrize("text", ["import rich.console\n", "from shared import runtime\nimport xlsxwriter as x\n"])
def test_heavy_library_that_is_planted_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(text)
    assert set(heavy_imports(tmp_path, "planted")) & {"rich", "xlsxwriter"}
