"""Named places where a chaos run ends, stops or fails a process at an exact step; nothing at all unless it is armed.

`MANDAT_FAILPOINTS=relay.confirmed=kill@3` ends the process with SIGKILL the third time it has a
confirmation. Actions: `kill`, `stop` (SIGSTOP), `fail` (raises). Several are separated by commas.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from enum import StrEnum

NAMES = (
    "write.uncommitted",
    "write.committed",
    "relay.unsent",
    "relay.confirmed",
    "relay.marked",
    "effect.begun",
    "effect.uncommitted",
    "effect.committed",
    "effect.acknowledged",
    "retry.claimed",
    "mail.claimed",
    "mail.handed-over",
    "mail.answered",
    "mail.ended",
    "stop.draining",
)
"""Every place there is, in the order of an event's life."""


class Action(StrEnum):
    """What happens at the place."""

    KILL = "kill"
    STOP = "stop"
    FAIL = "fail"


class FailpointReached(Exception):
    """Raised where a failpoint says `fail`."""


@dataclass(slots=True)
class _Armed:
    action: Action
    left: int


_armed: dict[str, _Armed] = {}


def arm(text: str) -> None:
    """Arm what `name=action@count,…` names, in place of what was; ValueError for an unknown name or action."""
    _armed.clear()
    for word in filter(None, text.split(",")):
        name, _, what = word.partition("=")
        action, _, count = what.partition("@")
        if name not in NAMES:
            raise ValueError(f"{name} is no failpoint: {', '.join(NAMES)}")
        _armed[name] = _Armed(Action(action), int(count or 1))


def reach(name: str) -> None:
    """Do what is armed at this place, at its turn."""
    if _armed and (armed := _armed.get(name)):
        armed.left -= 1
        if armed.left == 0:
            _act(name, armed.action)


def _act(name: str, action: Action) -> None:
    # Written straight to the descriptor: nothing buffered survives what follows.
    os.write(2, f"failpoint {name} {action}\n".encode())
    if action is Action.FAIL:
        raise FailpointReached(name)
    os.kill(os.getpid(), signal.SIGKILL if action is Action.KILL else signal.SIGSTOP)
