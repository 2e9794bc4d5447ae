"""A proof that a signed-in person just typed the password again: for one purpose, in one session, for minutes."""

from __future__ import annotations

from enum import StrEnum

LIFETIME = 300
"""Seconds."""


class Purpose(StrEnum):
    """What a proof is good for, and nothing else."""

    BANK_DETAILS = "bank-details"
