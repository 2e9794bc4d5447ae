"""Checks a manifest: that its rows stand in the register as signed, and are those that were given out; no I/O."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.audit.seal import leaves
from services.audit.seal.manifests import FORMAT, FORMER, STATEMENT
from shared.contracts.texts import Text
from shared.merkle import notes, proofs

LONGEST = 1 << 20


class Fault(StrEnum):
    """What is wrong with a file."""

    CELL_CHANGED = "cell-changed"
    FILE_CHANGED = "file-changed"
    MANIFEST_CHANGED = "manifest-changed"
    MANIFEST_MISSING = "manifest-missing"
    NAME_CHANGED = "name-changed"
    NOT_IN_REGISTER = "not-in-register"
    NOT_PROVED = "not-proved"
    NOT_SIGNED = "not-signed"
    ROW_CHANGED = "row-changed"
    ROWS_DIFFER = "rows-differ"


FAULTS = {
    Fault.CELL_CHANGED: Text("la ligne n’est pas celle du registre", "the row is not the one of the register"),
    Fault.FILE_CHANGED: Text("le fichier n’est plus tel qu’il a été remis", "the file is not as it was given out"),
    Fault.MANIFEST_CHANGED: Text("la preuve jointe a été changée", "the proof that goes with it was changed"),
    Fault.MANIFEST_MISSING: Text("aucune preuve n’est jointe", "no proof goes with it"),
    Fault.NAME_CHANGED: Text("le nom n’est pas celui du registre", "the name is not the one of the register"),
    Fault.NOT_IN_REGISTER: Text(
        "ces lignes ne figurent pas au registre signé", "these rows are not in the register as it was signed"
    ),
    Fault.NOT_PROVED: Text(
        "aucune clé de confiance n’est connue\N{NO-BREAK SPACE}: rien ne prouve que le registre a signé ce fichier",
        "no key is known that could be trusted: nothing proves that the register signed this file",
    ),
    Fault.NOT_SIGNED: Text("la signature n’est d’aucune clé connue", "the signature is of no key that is known"),
    Fault.ROW_CHANGED: Text("la preuve de la ligne a été changée", "the proof of the row was changed"),
    Fault.ROWS_DIFFER: Text(
        "le fichier n’a pas le nombre de lignes signé", "the file has not the number of rows that was signed"
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One fault: in rows from `first` to `last`, counted from 1; in the file as a whole with zeros."""

    first: int
    last: int
    fault: Fault

    def sentence(self, language: str) -> str:
        """Say it."""
        return FAULTS[self.fault].in_(language)


@dataclass(slots=True)
class Checked:
    """What checking gave: the rows as they stand in the register, the signed state, whose keys, and the faults."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    state: notes.Checkpoint | None = None
    keys: list[notes.Verifier] = field(default_factory=list)
    former: bool = False
    found: list[Found] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.found

    def say(self, fault: Fault, first: int = 0, last: int | None = None) -> None:
        """Note a fault."""
        self.found.append(Found(first, first if last is None else last, fault))


class _Wrong(Exception):
    """A line is not of the format."""


def check(lines: Iterable[bytes], trusted: Sequence[notes.Verifier]) -> Checked:
    """Check a manifest by the keys that are trusted.

    Where there are none, only whether it agrees with the keys that it names itself, and `not-proved` is said of it:
    anybody can write such a file.
    """
    done = Checked()
    if not trusted:
        done.say(Fault.NOT_PROVED)
    try:
        _check(lines, trusted, done)
    except (_Wrong, KeyError, TypeError, AttributeError, ValueError, StopIteration):
        done.say(Fault.MANIFEST_CHANGED)
    except notes.NoteWrong:
        done.say(Fault.NOT_SIGNED)
    done.found.sort()
    return done


def _check(lines: Iterable[bytes], trusted: Sequence[notes.Verifier], done: Checked) -> None:
    digest, source = hashlib.sha256(), iter(lines)
    first = next(source)
    header = _read(first)
    if header["mandat"] not in (FORMAT, FORMER):
        raise _Wrong
    done.former = header["mandat"] == FORMER
    digest.update(first)
    done.keys = list(trusted) or [notes.Verifier.parse(one) for one in header["keys"]]
    done.about = dict(header["about"])
    done.state = notes.open_checkpoint(header["note"], done.keys)
    pending: list[dict[str, Any]] = []
    for line in source:
        content = _read(line)
        if "statement" in content:
            _settle(content["statement"], digest, pending, done)
            return
        digest.update(line)
        if "hashes" in content:
            _prove(pending, content["hashes"], done)
            pending = []
        else:
            pending.append(content)
            done.rows.append(content)
    done.say(Fault.MANIFEST_CHANGED)


def _read(line: bytes) -> dict[str, Any]:
    content = json.loads(line) if len(line) <= LONGEST else None
    if not isinstance(content, dict):
        raise _Wrong
    return content


def _prove(rows: Sequence[dict[str, Any]], filling: Sequence[str], done: Checked) -> None:
    """Check some rows together: each against its own hash, and all of them against the root that was signed."""
    assert done.state is not None
    last = len(done.rows)
    hashes: dict[int, bytes] = {}
    for number, row in enumerate(rows, last - len(rows) + 1):
        complete(row)
        hashed = leaves.hashed(row["leaf"])
        hashes[int(row["index"])] = hashed
        if row["hash"] != (base64.b64encode(hashed).decode() if done.former else hashed.hex()[:8]):
            done.say(Fault.ROW_CHANGED, number)
        if any(_renamed(row, role) for role in leaves.ROLES):
            done.say(Fault.NAME_CHANGED, number)
    try:
        given = iter([base64.b64decode(one, validate=True) for one in filling])
        root = proofs.root_of(hashes, done.state.size, given)
        holds = root == done.state.root and len(hashes) == len(rows) and next(given, None) is None
    except (proofs.ProofWrong, binascii.Error):
        holds = False
    if not holds:
        done.say(Fault.NOT_IN_REGISTER, last - len(rows) + 1, last)


def complete(row: dict[str, Any]) -> None:
    """Put into a row's leaf what was committed to, where the row opens the name and leaves that out."""
    for role in leaves.ROLES:
        if f"{role}_name" not in row["leaf"]:
            opened = row[role]
            row["leaf"][f"{role}_name"] = leaves.commit(bytes.fromhex(opened["salt"]), opened["name"]).hex()


def _renamed(row: dict[str, Any], role: str) -> bool:
    opened, sealed = row[role], row["leaf"][f"{role}_name"]
    if opened is None:
        return False
    return bool(sealed != leaves.commit(bytes.fromhex(opened["salt"]), opened["name"]).hex())


def _settle(statement: str, digest: hashlib._Hash, pending: Sequence[object], done: Checked) -> None:
    text, _ = notes.open_note(statement, done.keys)
    kind, log, rows, said, _ = text.split("\n")
    assert done.state is not None
    if kind != STATEMENT or log != done.state.origin:
        raise _Wrong
    if int(rows) != len(done.rows) or pending:
        done.say(Fault.ROWS_DIFFER)
    elif said != base64.b64encode(digest.digest()).decode():
        done.say(Fault.MANIFEST_CHANGED)
