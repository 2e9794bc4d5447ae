"""JSON that is too deep is found fast, and what stands in strings does not count."""

from __future__ import annotations

import time

import pytest

from shared.contracts.problems import common
from shared.web import binding, routing


def nested(levels: int) -> bytes:
    return b'{"a":[' * (levels // 2) + b"1" + b"]}" * (levels // 2)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        nested(binding.DEEPEST),
        b"[" + b"[]," * 1000 + b"[]]",
        b'{"a":"' + b"[" * 1000 + b'"}',
        b'{"a":"\\"' + b"[{" * 1000 + b'\\\\"}',
        b'["' + b'\\"[' * 1000 + b'"]',
    ],
)
def test_json_no_deeper_than_ours_passes_whatever_its_strings_hold(body) -> None:
    assert body == binding._shallow(body)


@pytest.mark.parametrize("body", [nested(binding.DEEPEST + 2), b"[" * 1000, b'"\\\\"' + b"[" * 40 + b"]" * 40])
def test_json_deeper_than_ours_is_refused(body) -> None:
    with pytest.raises(ValueError, match="too deep"):
        binding._shallow(body)


@pytest.mark.parametrize("part", [b"[],", b'"\\"', b'"', b"[", b"]", b"{", b'[\\"', b"\\", b'"[', b"a"])
def test_json_of_a_mebibyte_made_to_be_slow_is_judged_in_no_time(part) -> None:
    body = b"[" * 40 + b'"\\' + part * (routing.MEBIBYTE // len(part))
    for one in (body, b"[" * 40 + part * (routing.MEBIBYTE // len(part))):
        started = time.perf_counter()
        binding._is_shallow(one)
        assert time.perf_counter() - started < 10


async def fetch(call, thing_id: int, body: routing.Input) -> None:
    """Fetch."""


def test_binding_reads_what_the_endpoint_takes_from_its_annotations() -> None:
    bound = binding.bind(routing.Route("GET", "/{thing_id}", fetch, routing.Permission.ANYONE_CATALOGUE_READ))
    assert (routing.Input, None, {"thing_id"}) == (bound.body, bound.query, set(bound.path))


def test_input_refuses_a_field_that_is_not_documented() -> None:
    assert "forbid" == routing.Input.model_config["extra"]
    assert common.ValidationFailed.status == 422
