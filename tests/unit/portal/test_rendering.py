"""The environment of the templates takes shorter ways than Jinja's own, and gives the same."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest

from services.portal.rendering import Environment

TYPED = {"items": "a", "get": "b", "number": "7", "name": None}
MACROS = """{% macro row(one, last='.') %}{{ one }}{{ last }}{{ caller() if caller else '' }}{% endmacro %}
{%- for one in '<&' %}{{ row(one, last=';') }}{% call row(one) %}{{ one }}!{% endcall %}{% endfor %}"""


class Person:
    """Something with an attribute and a member."""

    name = "Jean"

    def __getitem__(self, key: str) -> str:
        if key != "number":
            raise KeyError(key)
        return "5003"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ typed.number }}, {{ typed.name }}", "7, None"),
        ("{{ typed.get('number') }}, {{ typed.items() | length }}", "7, 4"),
        ("{{ person.name }}, {{ person.number }}", "Jean, 5003"),
        (MACROS, "&lt;;&lt;.&lt;!&amp;;&amp;.&amp;!"),
    ],
    ids=["members", "methods", "objects", "macros"],
)
def test_environment_shows_what_jinja_shows(source: str, shown: str) -> None:
    for made in (jinja2.Environment(autoescape=True), Environment(autoescape=True)):
        assert made.from_string(source).render(typed=TYPED, person=Person()) == shown


@pytest.mark.parametrize("given", [{}, Person()])
def test_member_that_is_missing_is_an_error(given: Any) -> None:
    made = Environment(undefined=jinja2.StrictUndefined)
    with pytest.raises(jinja2.UndefinedError, match="age"):
        made.from_string("{{ given.age }}").render(given=given)
