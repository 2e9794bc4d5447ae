"""Waiting after failures: longer each time, and not all at the same moment."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Waits in seconds that double from `first` to `most`, each moved by up to a fifth."""

    first: float = 0.1
    most: float = 5.0
    _seconds: float = 0.0

    def grow(self) -> float:
        """Give the next wait in seconds."""
        self._seconds = min(max(self._seconds * 2, self.first), self.most)
        return self._seconds * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret

    def reset(self) -> None:
        """Begin anew after a success."""
        self._seconds = 0.0
