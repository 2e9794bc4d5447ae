"""Writes what follows from contracts and tests: docs/events.md, problems.md, items.md, schemas. `make docs`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from shared.contracts import wiring
from shared.contracts.problems import MODULES, PROBLEMS
from shared.contracts.registry import EVENTS
from tests.support import contracts, gateway_problems, items

if TYPE_CHECKING:
    from pathlib import Path

    from shared.contracts.envelope import Event
    from shared.contracts.problems.base import Problem

DOCS = contracts.ROOT / "docs"
GENERATED = "<!-- Written by `make docs` from shared/contracts: change it there. -->"


def events_page() -> str:
    """Write the page of all events."""
    lines = [
        GENERATED,
        "",
        "# Events",
        "",
        "Every event is a [CloudEvent](https://cloudevents.io/) 1.0 in JSON; `data` is as below. `subject`",
        "names the aggregate, `sequence` is its version after the change, `actor` who did it, `onbehalfof` for whom.",
        "Fields may be added: ignore what you do not know. The schemas are in `shared/contracts/schemas`.",
        "",
        "| event | says | heard by |",
        "|---|---|---|",
    ]
    lines += [f"| [`{name}`](#{_anchor(name)}) | {_says(event)} | {_hearers(name)} |" for name, event in EVENTS.items()]
    for name, event in EVENTS.items():
        lines += ["", f"## {name}", "", _says(event), "", f"Subject: `{event.aggregate}/<{event.identified_by}>`", ""]
        lines += _fields(event)
    return "\n".join(lines) + "\n"


def problems_page() -> str:
    """Write the page of all problems."""
    lines = [
        GENERATED,
        "",
        "# Problems",
        "",
        "Every error answer is a problem of [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), as",
        "`application/problem+json`. Rely on the slug, the last part of `type`: it does not change. Title and detail",
        "come in the language of the request.",
    ]
    for module in MODULES:
        own = [one for one in PROBLEMS.values() if one.__module__ == module.__name__]
        if own:
            lines += [
                "",
                f"## {module.__name__.rpartition('.')[2]}",
                "",
                "| slug | status | given when | title |",
                "|---|---|---|---|",
            ]
            lines += [_problem(one) for one in own]
    return "\n".join(lines) + "\n"


def _problem(one: type[Problem]) -> str:
    return f"| `{one.slug}` | {one.status} | {_says(one)} | {one.title.en} / {one.title.fr} |"


def _says(one: type[Any]) -> str:
    return " ".join((one.__doc__ or "").split()).replace("|", "\\|")


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _hearers(name: str) -> str:
    return ", ".join(
        consumer for consumer, patterns in wiring.WIRING.items() if any(wiring.matches(one, name) for one in patterns)
    )


def _fields(event: type[Event]) -> list[str]:
    schema = contracts.schema_of(event)
    required = schema.get("required", [])
    rows = [
        f"| `{name}` | {_type(node, schema)} | {'always' if name in required else 'may be absent or null'} |"
        for name, node in schema["properties"].items()
    ]
    return ["| field | type | |", "|---|---|---|", *rows]


def _type(node: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return _type(schema["$defs"][name], schema) if "enum" in schema["$defs"][name] else name
    if "anyOf" in node:
        return " or ".join(_type(one, schema) for one in node["anyOf"])
    if "enum" in node:
        return " or ".join(f"`{one}`" for one in node["enum"])
    if node["type"] == "array":
        return f"list of {_type(node['items'], schema)}"
    return str(node.get("format", node["type"]))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_schema(event: type[Event]) -> list[str]:
    path = contracts.golden_path(event)
    broken = list(contracts.breaks(contracts.golden(event), contracts.schema_of(event))) if path.exists() else []
    if not broken:
        _write(path, json.dumps(contracts.schema_of(event), indent=2, ensure_ascii=False) + "\n")
        _write_sample(event)
    return [f"{event.type}: {one}" for one in broken]


def _write_sample(event: type[Event]) -> None:
    if not contracts.sample_path(event).exists():
        _write(contracts.sample_path(event), json.dumps(contracts.sample(event), indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    """Write everything; a schema that would break its readers is left as it was, and said."""
    broken = [one for event in EVENTS.values() for one in _write_schema(event)]
    _write(DOCS / "events.md", events_page())
    _write(DOCS / "problems.md", problems_page())
    _write(DOCS / "items.md", items.page())
    _write(contracts.ROOT / gateway_problems.PLACE, gateway_problems.page())
    if broken:
        sys.exit("These changes break readers of the events; make a new version (.v2) beside:\n" + "\n".join(broken))


if __name__ == "__main__":
    main()
