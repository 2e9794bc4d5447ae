"""What the two guides ask for, item by item, and the tests that prove each: docs/items.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = "<!-- Written by `make docs` from the marks of the tests: change it there. -->"

ITEMS: dict[str, str] = {
    "Q1": "A surveyor gives another person his access rights to the online services",
    "Q2": "Only a surveyor can be a delegator [délégant]",
    "Q3": "A delegate [délégataire] is anyone with an identifier",
    "Q4": "No sub-delegation",
    "Q5": "A surveyor may be delegator and delegate at once",
    "Q6": "Several delegators, any number of delegates",
    "Q7": "The delegator alone revokes; a delegation lasts until he ends it",
    "Q8": "Each has an identifier of his own, which opens every connected application",
    "Q9": "All six services are delegated, all or nothing",
    "Q10": "Except the deposit of a cadastre update request",
    "Q11": "Alerts go to the surveyor responsible alone",
    "Q12": "A file read by a delegate counts as read by the delegator",
    "Q13": "Both see what was done by the one for the other",
    "Q14": "Sign-in page [Authentification] and its links",
    "Q15": "Self-registration [Création d’un identifiant]",
    "Q16": "Onboarding of a delegate",
    "Q17": "The message to who was never designated",
    "Q18": "The only delegator is selected by default; his file tracking opens",
    "Q19": "The delegator’s name and matricule stand on the business tabs",
    "Q20": "With several delegators the choice opens by itself",
    "Q21": "Another delegator can be chosen later",
    "Q22": "Tabs, sub-tabs and header",
    "Q23": "[Gestion des délégataires]: the table and its buttons",
    "Q24": "The first-ever delegate waits for a password change",
    "Q25": "Search by user name or by e-mail address",
    "Q26": "The result is shown before it is confirmed",
    "Q27": "The person must have an identifier",
    "Q28": "The delegate appears at once and two e-mails leave",
    "Q29": "Removal asks for confirmation first",
    "Q30": "[Suivi des activités]: five columns",
    "Q31": "A delegate sees what he did for others",
    "Q32": "A surveyor sees his acts, those in his name, and those he does for others",
    "Q33": "Sort and filter in the column headers",
    "Q34": "Download in Excel and PDF",
    "Q35": "Pages of ten, newest first, and all at once",
    "Q36": "The kinds of activity",
    "O1": "A client account first, then a professional or contractor account",
    "O2": "For applications on behalf of a client",
    "O3": "Imported accounts and their PIN [NIP]",
    "O4": "Dashboard [Tableau de bord]",
    "O5": "The tab with the PIN field and its mask",
    "O6": "The grid of one’s companies",
    "O7": "The first to claim an imported account manages it",
    "O8": "Any client creates an account; it gets one PIN",
    "O9": "Registration and its sections",
    "O10": "The tabs of an account",
    "O11": "The creator is manager, with every permission",
    "O12": "The table of members",
    "O13": "The six permissions",
    "O14": "There is always a manager",
    "O15": "The PIN lets others join",
    "O16": "The company as a contact in applications",
    "O17": "Joining by PIN",
    "O18": "Who joins by PIN has no permission yet",
    "O19": "Managers remove members and permissions",
}
DECISIONS: dict[str, str] = {
    "decision 1": "Nobody deposits on behalf of another",
    "decision 2": "A surveyor who is also a delegate starts in his own name",
    "decision 3": "Who is concerned is told by e-mail",
    "decision 4": "A former delegate keeps seeing what he did, and nothing newer",
    "decision 5": "A removed delegate can be added again; oneself or an active one is refused",
    "decision 6": "What is not committed when the delegation ends is refused",
    "decision 7": "The first delegate is the first in the delegator’s life",
    "decision 8": "Search finds exact matches, is limited and recorded",
    "decision 9": "PINs: their signs, forgiving typing, guessing without locking anybody out",
    "decision 10": "Rights stay as they are when [Gérer] goes; a member can leave",
    "decision 11": "A licence makes a surveyor; a suspended one freezes its delegations",
    "decision 12": "Verified addresses, long passwords, and what changing one ends",
}
"""What was decided where the guides are silent."""


def marks(tree: Path = ROOT / "tests") -> Iterator[tuple[str, str, str]]:
    """Give item, test and file for every `@pytest.mark.item(…)` on a test."""
    for path in sorted(tree.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for item in _items(node):
                    yield item, node.name, path.relative_to(tree.parent).as_posix()


def _items(test: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [
        str(argument.value)
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.item"
        for argument in mark.args
        if isinstance(argument, ast.Constant)
    ]


def page() -> str:
    """Write the page: each item with its tests."""
    found: dict[str, list[str]] = {item: [] for item in ITEMS | DECISIONS}
    for item, test, file in marks():
        found[item].append(f"- `{test}` ([{file}](../{file}))")
    lines = [
        GENERATED,
        "",
        "# What the guides ask for, and the tests that prove it",
        "",
        "`Q` is the guide to the delegation of services for land surveyors, `O` the guide to professional and",
        "contractor accounts.",
    ]
    for item, title in (ITEMS | DECISIONS).items():
        if not found[item] and item in DECISIONS:
            continue
        lines += ["", f"## {item} {title}", "", *sorted(found[item])]
    return "\n".join(lines) + "\n"
