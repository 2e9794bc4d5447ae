"""What the contract tests and the generator of documents share: schemas, what breaks them, and samples."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.contracts.envelope import Event

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
SAMPLES = ROOT / "tests" / "contracts" / "samples"
WORDS = ("title", "description")

Schema = dict[str, Any]


def schema_of(event: type[Event]) -> Schema:
    """Give the JSON schema of an event's data, without the words that only explain."""
    return _bare(event.model_json_schema())


def _bare(node: Any, *, named: bool = False) -> Any:
    # Under "properties" and "$defs" stand names, and a field may well be named "title".
    if isinstance(node, dict):
        kept = {key: one for key, one in node.items() if named or key not in WORDS}
        return {key: _bare(one, named=not named and key in ("properties", "$defs")) for key, one in kept.items()}
    return [_bare(one) for one in node] if isinstance(node, list) else node


def golden(event: type[Event]) -> Schema:
    """Give the committed schema of an event."""
    return json.loads(golden_path(event).read_text(encoding="utf-8"))


def golden_path(event: type[Event]) -> Path:
    """Name the file of an event's committed schema."""
    return SCHEMAS / f"{event.type}.json"


def breaks(before: Any, after: Any, where: str = "data") -> Iterator[str]:
    """Say what breaks readers of events when a schema changes: only new optional properties do not."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        if before != after:
            yield f"{where}: {json.dumps(before)} became {json.dumps(after)}"
        return
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if key in ("properties", "$defs"):
            yield from _breaks_of_names(old or {}, new or {}, where)
        elif key == "required":
            yield from _breaks_of_required(set(old or ()), set(new or ()), where)
        else:
            yield from breaks(old, new, f"{where}.{key}")


def _breaks_of_names(before: Schema, after: Schema, where: str) -> Iterator[str]:
    for name, old in before.items():
        if name in after:
            yield from breaks(old, after[name], f"{where}.{name}")
        else:
            yield f"{where}.{name} is gone"


def _breaks_of_required(before: set[str], after: set[str], where: str) -> Iterator[str]:
    for name in sorted(after - before):
        yield f"{where}.{name} is required, and older events do not have it"
    for name in sorted(before - after):
        yield f"{where}.{name} may be left out now, and readers rely on it"


def samples_of(event: type[Event]) -> list[Path]:
    """List the kept samples of an event, one for each schema it ever had."""
    return sorted((SAMPLES / event.type).glob("*.json"))


def sample_path(event: type[Event]) -> Path:
    """Name the file of the sample that fits the present schema."""
    text = json.dumps(schema_of(event), sort_keys=True)
    return SAMPLES / event.type / f"{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"


def sample(event: type[Event]) -> Schema:
    """Make an envelope with data of an event, every field filled."""
    schema = schema_of(event)
    data = event.model_validate(_value(schema, schema, event.type))
    return {
        "specversion": "1.0",
        "id": "019327c4-5a00-7b3c-8d21-4f6e8a9b0c1d",
        "source": "/" + event.type.split(".")[0],
        "type": event.type,
        "subject": data.subject(),
        "time": "2026-11-24T12:00:00.123456Z",
        "datacontenttype": "application/json",
        "data": data.model_dump(mode="json"),
        "actor": "user:019327c4-5a00-7000-8000-000000000001",
        "onbehalfof": "user:019327c4-5a00-7000-8000-000000000002",
        "correlationid": "0f0c6d5e-1f53-4c8e-9f0a-2f5d3b9f7a11",
        "causationid": "019327c4-5a00-7b3c-8d21-000000000000",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "sequence": 1,
    }


FORMATS = {
    "uuid": "019327c4-5a00-7000-8000-000000000003",
    "date-time": "2026-11-24T12:00:00Z",
    "date": "2026-11-24",
    "email": "jean.piette@example.org",
}


def _value(node: Schema, whole: Schema, name: str) -> Any:
    if "$ref" in node:
        return _value(whole["$defs"][node["$ref"].rpartition("/")[2]], whole, name)
    if "anyOf" in node:
        return _value(node["anyOf"][0], whole, name)
    if "enum" in node or "const" in node:
        return node.get("enum", [node.get("const")])[0]
    if node["type"] == "object":
        return {key: _value(one, whole, key) for key, one in node.get("properties", {}).items()}
    return _simple(node, whole, name)


def _simple(node: Schema, whole: Schema, name: str) -> Any:
    match node["type"]:
        case "string" if "pattern" in node:
            return node["pattern"].strip("^$()").split("|")[0]
        case "string":
            return FORMATS.get(node.get("format", ""), name)
        case "integer" | "number":
            return node.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return [_value(node["items"], whole, name)]
    raise AssertionError(f"no sample is known for {node}")
