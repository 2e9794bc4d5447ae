"""Named SQL: each query stands in a `.sql` file, under its name and a sentence that says what it is for.

A query begins with the line `-- name: find_delegate`; the comment lines that follow are its intent,
and the rest, up to the next name, is its SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources

NAME = re.compile(r"-- name:\s*(\S*)\s*$")
FORM = re.compile(r"[a-z][a-z0-9_]*")


class QueryFileError(ValueError):
    """A file of named queries breaks its format; the message says where and how."""


class Queries(Mapping[str, str]):
    """The queries of one file, by name."""

    def __init__(self, source: str, texts: Mapping[str, str], intents: Mapping[str, str]) -> None:
        self._source = source
        self._texts = dict(texts)
        self._intents = dict(intents)

    @property
    def names(self) -> list[str]:
        """Give the names in the order of the file."""
        return list(self._texts)

    def intent(self, name: str) -> str:
        """Say what a query is for."""
        return self._intents[name]

    def __getitem__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise KeyError(f"{self._source} has no query {name}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def load(package: str, file: str = "sql/queries.sql") -> Queries:
    """Load the named queries of a package; raises QueryFileError when the file breaks the format."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    return parse(text, source=f"{package}/{file}")


def parse(text: str, *, source: str) -> Queries:
    """Read named queries from text; `source` names it in errors (QueryFileError)."""
    texts: dict[str, str] = {}
    intents: dict[str, str] = {}
    for name, lines in _blocks(text, source):
        if not FORM.fullmatch(name):
            raise QueryFileError(f"{source}: {name!r} is no name for a query: small letters, digits and _ only")
        if name in texts:
            raise QueryFileError(f"{source}: two queries are named {name}")
        intents[name], texts[name] = _split(lines)
        if not intents[name]:
            raise QueryFileError(f"{source}: {name} does not say what it is for: add a comment line under its name")
        if not texts[name]:
            raise QueryFileError(f"{source}: {name} has no SQL")
    return Queries(source, texts, intents)


def _blocks(text: str, source: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = None, list[str]()
    for line in text.splitlines():
        if found := NAME.match(line):
            if name is not None:
                yield name, lines
            name, lines = found[1], []
        elif name is not None:
            lines.append(line)
        elif line.strip() and not line.startswith("--"):
            raise QueryFileError(f"{source}: SQL stands before the first name: {line.strip()[:60]}")
    if name is not None:
        yield name, lines


def _split(lines: list[str]) -> tuple[str, str]:
    first = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    intent = " ".join(line.removeprefix("--").strip() for line in lines[:first])
    return intent.strip(), "\n".join(lines[first:]).strip()
