"""The values that the bodies of permits know."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a permit is for."""

    BUILDING = "building"
    DEMOLITION = "demolition"
    PLUMBING = "plumbing"
    POOL = "pool"
    SIGN = "sign"


class InspectionKind(StrEnum):
    """What is inspected."""

    FOOTING = "footing"
    FRAMING = "framing"
    PLUMBING = "plumbing"
    FINAL = "final"


class InspectionResult(StrEnum):
    """How an inspection ended."""

    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FeeState(StrEnum):
    """What accounts said last of a fee."""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
