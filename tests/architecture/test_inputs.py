"""Numbers that callers send have an upper end: a larger one than the database takes would be an error of ours."""

from __future__ import annotations

import importlib
import typing
from collections.abc import Iterator

from pydantic import Field

from shared.web.routing import Input
from tests.support.processes import ROOT


def inputs(base: type[Input] = Input) -> Iterator[type[Input]]:
    for one in base.__subclasses__():
        yield one
        yield from inputs(one)


def endless(model: type[Input]) -> list[str]:
    """Name the whole numbers of a model that have no upper end."""
    return [
        f"{model.__qualname__}.{name}"
        for name, one in model.model_fields.items()
        if int in (one.annotation, *typing.get_args(one.annotation))
        and not any(hasattr(bound, "le") or hasattr(bound, "lt") for bound in one.metadata)
    ]


def test_every_number_that_callers_send_has_an_upper_end() -> None:
    for path in sorted([*ROOT.glob("services/**/schemas*.py"), *ROOT.glob("services/**/schemas/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted([*ROOT.glob("examples/**/schemas*.py"), *ROOT.glob("examples/**/schemas/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [model for model in inputs() if model.__module__.startswith(("services.", "examples."))]
    assert len(found) > 50
    assert [name for model in found for name in endless(model)] == []


def test_planted_number_without_an_upper_end_is_found() -> None:
    class Planted(Input):
        good: int = Field(ge=1, le=5)
        bad: int | None = Field(default=None, ge=1)

    assert endless(Planted) == [f"{Planted.__qualname__}.bad"]
