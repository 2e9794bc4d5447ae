"""Problems as answers: texts in both languages for every fault, and nothing of what was typed."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import pytest
from pydantic import AwareDatetime, Field, ValidationError, create_model

from shared.contracts.people import Language
from shared.contracts.problems import PROBLEMS, Problem, common
from shared.web import problems, routing

CANARY = "canari-9f3b"
CASES: list[tuple[Any, Any]] = [
    (int, CANARY),
    (int, 1.5),
    (int, None),
    (bool, CANARY),
    (str, {CANARY: 1}),
    (UUID, CANARY),
    (UUID, 3),
    (AwareDatetime, "2026-01-01T00:00:00"),
    (AwareDatetime, CANARY),
    (Literal["a"], CANARY),
    (Language, CANARY),
    (list[str], CANARY),
    (dict[str, str], CANARY),
    (Annotated[str, Field(min_length=99)], CANARY),
    (Annotated[str, Field(max_length=3)], CANARY),
    (Annotated[str, Field(pattern="^x$")], CANARY),
    (Annotated[int, Field(gt=3, lt=5)], 3),
    (Annotated[int, Field(lt=5)], 5),
    (Annotated[list[str], Field(min_length=1)], []),
]


def faults(kind: Any, value: Any) -> list[dict[str, Any]]:
    model = create_model("Model", __base__=routing.Input, field=(kind, ...))
    try:
        model.model_validate({"field": value})
    except ValidationError as error:
        return problems.from_validation(error).values["errors"]
    raise AssertionError("it was valid")


@pytest.mark.parametrize(("kind", "value"), CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("language", Language)
def test_fault_says_what_to_do_in_the_language_and_repeats_nothing(kind, value, language) -> None:
    problem = common.ValidationFailed(errors=faults(kind, value))
    body = orjson.loads(problems.answer(problem, language).body)
    (fault,) = body["errors"]
    assert "/field" == fault["pointer"]
    assert fault["detail"].endswith(".")
    assert "{" not in fault["detail"]
    assert CANARY not in str(body)


def test_faults_are_no_more_than_fifty() -> None:
    assert 50 == len(faults(list[int], [CANARY] * 60))


@pytest.mark.parametrize("kind", [one for one in PROBLEMS.values() if one.__init__ is Problem.__init__])
@pytest.mark.parametrize("language", Language)
def test_problem_of_every_kind_becomes_an_answer(kind, language) -> None:
    # Some texts name what only the place that raises knows.
    names = re.findall(r"{(\w+)}", f"{kind.title} {kind.detail}")
    answer = problems.answer(kind(**dict.fromkeys(names, 1)), language)
    body = orjson.loads(answer.body)
    assert (kind.status, kind.slug, f"/problems/{kind.slug}") == (answer.status, body["slug"], body["type"])
    assert language.value == answer.headers["Content-Language"]
