"""What takes long leaves room for who asks a question meanwhile.

A priority counts within one session, or one container, only: beside a database, or another service, a process of the
lowest priority is one among equals, and who wakes may wait until its turn ends, for milliseconds. So it works in turns
of one millisecond and rests after each; and where sessions are weighed (`autogroup`), its own weighs little.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

TURN = 0.001
REST = 0.2
"""For each second of work: that many seconds in which it does not, waiting for others included."""
NICE = 19
WEIGHT = "5"
"""Of the session, as a nice value: a third of what others weigh, so that on a full machine the file gets done too."""
GROUP = Path("/proc/self/autogroup")


def step_back() -> None:
    """Let others go first: those of this session, and in a session of its own, those of the machine."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):  # another system than Linux, or a container that forbids it
        with suppress(AttributeError):
            os.nice(NICE)
    if GROUP.exists():
        os.setsid()
        with suppress(OSError):  # the kernel takes it ten times a second, from all together
            GROUP.write_text(WEIGHT)


class Turns:
    """The turns of this process."""

    def __init__(self) -> None:
        self._worked, self._at = time.process_time(), time.perf_counter()

    def pause(self) -> None:
        """Rest, if there was a turn of work since the last time and not rest enough in it; to be called often."""
        worked = time.process_time() - self._worked
        if worked < TURN:
            return
        rested = time.perf_counter() - self._at - worked
        if rested < worked * REST:
            time.sleep(worked * REST - rested)
        self._worked, self._at = time.process_time(), time.perf_counter()


pause = Turns().pause
