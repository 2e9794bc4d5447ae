"""Places in sorted lists; no I/O."""

from __future__ import annotations

import base64
import binascii
import json
from uuid import UUID

from shared.contracts.problems import common
from shared.contracts.texts import Text

UNKNOWN = Text("Reprenez la liste au début.", "Begin the list anew.")


def write_place(sort: str, value: object, row: UUID) -> str:
    """Name the place after a row of a sorted list."""
    text = json.dumps([sort, str(value), str(row)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(place: str | None, sort: str) -> tuple[str | None, UUID | None]:
    """Read a place back; one of another sorting or of nobody’s making is `validation-failed`."""
    if place is None:
        return None, None
    try:
        written, value, row = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if written != sort or not isinstance(value, str) or "\0" in value:
            raise ValueError(place)  # noqa: TRY301 - told like any other
        return value, UUID(row)
    except (ValueError, binascii.Error, TypeError, AttributeError, RecursionError) as error:
        fault = {"pointer": "?after", "code": "place", "detail": UNKNOWN}
        raise common.ValidationFailed(errors=[fault]) from error
