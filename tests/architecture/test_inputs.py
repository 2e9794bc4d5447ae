"""What callers send has an end, numbers and moments: what the database does not take would be an error of ours."""

from __future__ import annotations

import importlib
import typing
from collections.abc import Iterator
from datetime import datetime
from types import UnionType
from typing import Any

from pydantic import AwareDatetime, Field
from pydantic.fields import FieldInfo

from shared.contracts.moments import Moment
from shared.web.routing import Input
from tests.support.processes import ROOT

ENDLESS = (int, datetime, AwareDatetime)


def inputs(base: type[Input] = Input) -> Iterator[type[Input]]:
    for one in base.__subclasses__():
        yield one
        yield from inputs(one)


def endless(model: type[Input]) -> list[str]:
    """Name the whole numbers and moments of a model that have no upper end."""
    return [
        f"{model.__qualname__}.{name}"
        for name, one in model.model_fields.items()
        if any(kind in ENDLESS and not ends(bounds) for kind, bounds in parts(one.annotation, one.metadata))
    ]


def parts(annotation: Any, bounds: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Take a type apart: what it may be, and what holds for that."""
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        for one in typing.get_args(annotation):
            yield from parts(one, bounds)
    elif typing.get_origin(annotation) is typing.Annotated:
        kind, *more = typing.get_args(annotation)
        yield kind, [*bounds, *more]
    else:
        yield annotation, bounds


def ends(bounds: list[Any]) -> bool:
    flat = [inner for one in bounds for inner in (one.metadata if isinstance(one, FieldInfo) else [one])]
    return any(hasattr(bound, "le") or hasattr(bound, "lt") for bound in flat)


def test_every_number_and_moment_that_callers_send_has_an_upper_end() -> None:
    for path in sorted([*ROOT.glob("services/**/schemas*.py"), *ROOT.glob("services/**/schemas/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted([*ROOT.glob("examples/**/schemas*.py"), *ROOT.glob("examples/**/schemas/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [model for model in inputs() if model.__module__.startswith(("services.", "examples."))]
    assert len(found) > 50
    assert [name for model in found for name in endless(model)] == []


def test_planted_field_without_an_upper_end_is_found() -> None:
    class Planted(Input):
        good: int = Field(ge=1, le=5)
        bad: int | None = Field(default=None, ge=1)
        when: Moment | None = None
        whenever: AwareDatetime | None = None

    assert endless(Planted) == [f"{Planted.__qualname__}.{name}" for name in ("bad", "whenever")]
