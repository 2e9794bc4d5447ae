"""The pages that follow from the contracts are up to date, and the problems say what they must."""

from __future__ import annotations

import re

import pytest

from shared.contracts.problems import MODULES, PROBLEMS
from shared.contracts.problems.base import Problem
from tests.support import contracts, gateway_problems, generate_docs, items


@pytest.mark.parametrize(
    ("page", "write"),
    [("events.md", generate_docs.events_page), ("problems.md", generate_docs.problems_page), ("items.md", items.page)],
)
def test_page_is_what_the_contracts_say(page, write):
    assert (generate_docs.DOCS / page).read_text(encoding="utf-8") == write(), "run `make docs`"


def test_answers_of_the_gateway_are_what_the_contracts_say():
    assert (contracts.ROOT / gateway_problems.PLACE).read_text(encoding="utf-8") == gateway_problems.page()


@pytest.mark.parametrize("slug", PROBLEMS)
def test_problem_says_when_in_kebab_case_and_in_both_languages(slug):
    problem = PROBLEMS[slug]
    texts = (problem.title.fr, problem.title.en, problem.detail.fr, problem.detail.en, problem.__doc__)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
    assert all(texts)
    assert 400 <= problem.status < 600


def test_every_slug_belongs_to_one_problem():
    declared = [
        value.slug
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Problem)
        and "slug" in value.__dict__
        and value.__module__ == module.__name__
    ]
    assert sorted(declared) == sorted(PROBLEMS)


def test_each_item_of_the_guides_has_a_test_and_each_mark_names_an_item():
    marked = {item for item, _, _ in items.marks()}
    assert set(items.ITEMS) - marked == set()
    assert marked - set(items.ITEMS | items.DECISIONS) == set()


def test_mark_on_a_test_is_found(tmp_path):
    source = '@pytest.mark.item("Q1", "O2")\nasync def test_it(): ...\n\ndef test_other(): ...\n'
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_one.py").write_text("import pytest\n\n" + source)
    found = list(items.marks(tmp_path / "tests"))
    assert [("Q1", "test_it", "tests/test_one.py"), ("O2", "test_it", "tests/test_one.py")] == found
