"""CloudEvents 1.0 in JSON, structured mode: what the specification asks of an event, as a check of our own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = {"type": "string", "minLength": 1}
RFC3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    # Core specification §3.1 and §3.2: required and optional context attributes.
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "id": TEXT,
        "source": TEXT,
        "specversion": {"const": "1.0"},
        "type": TEXT,
        "datacontenttype": {"type": "string", "pattern": r"^[\w.+-]+/[\w.+-]+(\s*;.*)?$"},
        "dataschema": TEXT,
        "subject": TEXT,
        "time": {"type": "string", "pattern": RFC3339},
        "data": True,
        "data_base64": {"type": "string", "contentEncoding": "base64"},
    },
    # §3: names are lower-case letters and digits; §3.1 type system: boolean, 32-bit integer or string.
    "propertyNames": {"anyOf": [{"pattern": "^[a-z0-9]{1,20}$"}, {"const": "data_base64"}]},
    "additionalProperties": {
        "anyOf": [
            {"type": "boolean"},
            {"type": "string"},
            {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
        ]
    },
    # JSON format §3.1.1: data stands under one of the two names.
    "not": {"required": ["data", "data_base64"]},
}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def faults(event: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with an event."""
    for error in VALIDATOR.iter_errors(event):
        yield f"{'.'.join(map(str, error.path))}: {error.message}"
    for name, value in event.items():
        if name != "data" and isinstance(value, str) and CONTROLS.search(value):
            yield f"{name}: control characters"
    if isinstance(event.get("time"), str):
        try:
            datetime.fromisoformat(event["time"])
        except ValueError:
            yield "time: no such time"
