"""Rules about the code, each a function over a tree, so that a planted violation can prove it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
SERVICES = ("accounts", "audit", "delegation", "identity", "notifications", "portal")
COMPOSERS = ("operations",)
"""Folders of `services` that know all of them: what operators do."""
USUAL = frozenset(
    {"__init__", "__main__", "app", "settings", "routes", "api", "schemas", "rules", "commands", "queries", "store"}
    | {"subscribers", "workers"}
)
MORE: dict[str, frozenset[str]] = {
    # reading CSV; PIN limits and secrets; the queries of each kind of thing in a file of its own; the port to payment
    "accounts": frozenset({"pins", "roster", "store_companies", "store_disputes", "store_imports", "store_members"})
    | frozenset({"provider", "store_bank", "store_connected", "store_fees", "store_past", "store_payments"}),
    "audit": frozenset({"store_lists", "store_tallies", "tallies"}),  # lists, and their counts
    "delegation": frozenset(),
    "identity": frozenset({"callers", "deps", "hashing", "limits", "oauth", "passwords", "store_sessions", "tokens"})
    | frozenset({"looks", "store_looks"}),  # operators who look at somebody's screens
    "notifications": frozenset(
        {"emails", "facts", "letters", "smtp"}
    ),  # THE E-MAIL TABLE; writing; talking to the server
    # from a request to a page; the services as the portal sees them; words, and how pages are written
    "portal": frozenset({"routing", "site", "visits", "contexts", "sessions", "secrecy", "forms", "fields", "errors"})
    | frozenset({"answers", "backend", "api", "narrowing"})
    | frozenset({"catalogues", "formats", "frames", "moments", "navigation", "pictures", "rendering"})
    | frozenset({"applications", "downloads", "uploads"}),  # connected applications; files on their way
}
"""Files beyond the usual ones, and why a service has them."""

ALL = ("services", "shared", "examples", "tests")
MACHINE = re.compile(r"(^|[^\w./-])/(work|root|farm|home/[a-z]+)/")
REGISTRY = re.compile(r"pypi\.(org)|pythonhosted\.(org)|registry\.npmjs|(deb|security)\.debian\.(org)")
ALLOWED_TERMS = re.compile(
    r"add_signal_handler|handle_signals|logging\.|StreamHandler|\.handlers\b|\bhandler\b[,(:)]"
    r"|web\.RequestHandler|made\.request_handler"
)
RULES_MAY_IMPORT = ("shared.contracts", "email_validator", "__future__")


def python_files(tree: Path, *folders: str) -> list[Path]:
    """List the Python files below some folders of a tree."""
    return sorted(path for folder in folders for path in (tree / folder).rglob("*.py"))


def long_files(tree: Path) -> list[str]:
    """Name files of more than 300 lines."""
    return [str(path) for path in python_files(tree, *ALL) if len(path.read_text().splitlines()) > LONGEST_FILE]


def long_functions(tree: Path) -> list[str]:
    """Name functions of more than 40 lines."""
    return [
        f"{path}:{node.name}"
        for path in python_files(tree, *ALL)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def imports(path: Path) -> Iterator[str]:
    """Give what a file imports, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def foreign_imports(tree: Path) -> list[str]:
    """Name imports that go against the arrows: service to service, shared or examples to a service."""
    wrong = []
    for path in python_files(tree, "services", "shared", "examples"):
        parts = path.relative_to(tree).parts
        inside = parts[0] == "services" and len(parts) > 2 and parts[1] not in COMPOSERS
        own = f"services.{parts[1]}" if inside else None
        for name in imports(path):
            to_own = own is not None and f"{name}.".startswith(f"{own}.")
            composer = parts[0] == "services" and own is None
            if re.match(r"services\.\w+", name) and not to_own and not composer:
                wrong.append(f"{path.relative_to(tree)} imports {name}")
    return wrong


def rule_files(tree: Path) -> list[Path]:
    """List the files of rules: `rules.py`, or a package of that name."""
    return [*tree.glob("services/*/rules.py"), *tree.glob("services/*/rules/*.py")]


def impure_rules(tree: Path) -> list[str]:
    """Name what a `rules.py` imports beyond the standard library and the contracts."""
    import sys

    wrong = []
    for path in rule_files(tree):
        own = f"services.{path.relative_to(tree).parts[1]}."
        for name in imports(path):
            known = name.split(".")[0] in sys.stdlib_module_names or name.startswith(RULES_MAY_IMPORT)
            if not known and not name.startswith(own):
                wrong.append(f"{path.relative_to(tree)} imports {name}")
    return wrong


def waiting_rules(tree: Path) -> list[str]:
    """Name coroutines in a `rules.py`: rules neither wait nor talk."""
    return [
        f"{path.relative_to(tree)}:{node.name}"
        for path in rule_files(tree)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef)
    ]


def broker_imports(tree: Path) -> list[str]:
    """Name files other than the bus that know the broker's library."""
    bus = {tree / "shared/messaging" / name for name in ("rabbit.py", "links.py", "topology.py")}
    return [
        str(path.relative_to(tree))
        for path in python_files(tree, "services", "shared", "examples")
        if path not in bus and any(name.split(".")[0] in ("aio_pika", "aiormq") for name in imports(path))
    ]


def odd_files(tree: Path) -> list[str]:
    """Name files of a service that are neither usual nor explained in MORE."""
    return [
        str(path.relative_to(tree))
        for name in SERVICES
        for path in (tree / "services" / name).glob("*.py")
        if path.stem not in USUAL | MORE.get(name, frozenset())
    ]


def sql_users(tree: Path) -> list[str]:
    """Name files of a service, other than its store, that load its named queries."""
    return [
        str(path.relative_to(tree))
        for path in python_files(tree, "services")
        if not path.stem.startswith("store") and "queries.load(" in path.read_text()
    ]


def confusing_names(tree: Path) -> list[str]:
    """Name uses of the word that means three things in this field, other than those of libraries."""
    return [
        f"{path.relative_to(tree)}:{number}"
        for path in python_files(tree, "services", "shared", "examples")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"handler", line, re.IGNORECASE) and not ALLOWED_TERMS.search(line)
    ]


def leaks(tree: Path, files: list[str]) -> list[str]:
    """Name text files that hold a path of one machine or the address of a package registry."""
    found = []
    for name in files:
        try:
            text = (tree / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if MACHINE.search(text) or REGISTRY.search(text):
            found.append(name)
    return found
