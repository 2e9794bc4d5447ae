"""What takes long works in short turns, and lets others go first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from services.audit.exports import pacing

STEPPED_BACK = """
import os
from services.audit.exports import pacing
pacing.step_back()
group = pacing.GROUP.read_text() if pacing.GROUP.exists() else f"nice {pacing.WEIGHT}"
alone = os.getsid(0) == os.getpid() or not pacing.GROUP.exists()
print(os.sched_getscheduler(0) == os.SCHED_IDLE, alone, group.split()[-1])
"""


class Clocks:
    """The time of the process, and of all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worked, self.passed = 10.0, 50.0
        self.rests: list[float] = []
        monkeypatch.setattr(pacing.time, "process_time", lambda: self.worked)
        monkeypatch.setattr(pacing.time, "perf_counter", lambda: self.passed)
        monkeypatch.setattr(pacing.time, "sleep", self.rests.append)

    def work(self, seconds: float, waiting: float = 0.0) -> None:
        self.worked += seconds
        self.passed += seconds + waiting


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def test_turn_of_work_is_followed_by_a_rest_in_proportion_and_less_than_a_turn_by_none(clocks: Clocks) -> None:
    turns = pacing.Turns()
    for seconds in (0.0005, 0.0015, 0.0001, 0.004):
        clocks.work(seconds)
        turns.pause()
    assert [pytest.approx(0.0004), pytest.approx(0.00082)] == clocks.rests


@pytest.mark.parametrize(("waiting", "rests"), [(0.0001, [0.0003]), (0.0004, []), (1.0, [])])
def test_who_waited_for_others_has_rested(clocks: Clocks, waiting: float, rests: list[float]) -> None:
    """On a full machine a file would else be never done."""
    turns = pacing.Turns()
    clocks.work(0.002, waiting)
    turns.pause()
    assert [pytest.approx(one) for one in rests] == clocks.rests


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has idle processes")
def test_process_that_steps_back_is_idle_in_a_session_of_its_own_that_weighs_little() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", STEPPED_BACK], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert f"True True {pacing.WEIGHT}" == said.stdout.strip()


FORBIDDEN = """
import os
def forbidden(*told): raise PermissionError
os.sched_setscheduler = forbidden
""" + STEPPED_BACK.replace("print(", "print(os.nice(0), ")


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has idle processes")
def test_process_that_must_not_be_idle_is_nice() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", FORBIDDEN], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert f"{pacing.NICE} False True {pacing.WEIGHT}" == said.stdout.strip()
