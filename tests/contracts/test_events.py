"""The events keep their promises: names, schemas, old samples, who hears them."""

from __future__ import annotations

import copy
import json
import sys

import pytest

from shared.contracts import wiring
from shared.contracts.envelope import Envelope
from shared.contracts.registry import EVENTS, MODULES
from tests.chaos import scorecard
from tests.support import contracts

SECRET_WORDS = {"password", "passphrase", "pin", "token", "secret", "link", "code"}
BEFORE = contracts.schema_of(EVENTS["delegation.delegate.added.v1"])


@pytest.mark.parametrize("name", EVENTS)
def test_event_breaks_no_reader_of_its_golden_schema(name):
    event = EVENTS[name]
    assert contracts.golden_path(event).exists(), "run `make docs`"
    assert list(contracts.breaks(contracts.golden(event), contracts.schema_of(event))) == []


def test_every_golden_schema_still_has_its_event():
    assert {path.stem for path in contracts.SCHEMAS.glob("*.json")} <= EVENTS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_event_has_a_sample_of_its_present_schema(name):
    assert contracts.sample_path(EVENTS[name]).exists(), "run `make docs`"


@pytest.mark.parametrize("path", sorted(contracts.SAMPLES.glob("*/*.json")), ids=lambda path: path.parent.name)
def test_kept_sample_is_still_understood(path):
    envelope = Envelope.model_validate_json(path.read_bytes())
    event = EVENTS[path.parent.name].model_validate(envelope.data)
    assert event.subject() == envelope.subject
    scorecard.note("O3", f"kept sample {path.parent.name}", 1, failures=0)


def test_every_kept_sample_still_has_its_event():
    assert {path.name for path in contracts.SAMPLES.iterdir()} <= EVENTS.keys()


def changed(*path, to=None, drop=False):
    schema = copy.deepcopy(BEFORE)
    node = schema
    for step in path[:-1]:
        node = node[step]
    if drop:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return schema


@pytest.mark.parametrize(
    "after",
    [
        changed("properties", "matricule", drop=True),
        changed("properties", "matricule", to={"type": "integer"}),
        changed("properties", "matricule", to={"type": "string", "maxLength": 4}),
        changed("required", to=[*BEFORE["required"], "removed_at"]),
        changed("required", to=BEFORE["required"][1:]),
        changed("$defs", "Language", "enum", to=["fr"]),
        changed("$defs", "Language", "enum", to=["fr", "en", "iu"]),
        changed("$defs", "Person", "properties", "email", drop=True),
        changed("$defs", "Person", drop=True),
    ],
    ids=["gone", "type", "shorter", "required", "optional", "value gone", "value new", "inner gone", "shape gone"],
)
def test_breaks_of_a_planted_breaking_change_are_found(after):
    assert list(contracts.breaks(BEFORE, after)) != []


@pytest.mark.parametrize(
    "after",
    [
        changed("properties", "note", to={"type": "string", "default": ""}),
        changed("$defs", "Person", "properties", "title", to={"type": "string", "default": ""}),
        changed("$defs", "Place", to={"type": "string"}),
    ],
    ids=["field", "inner field", "shape"],
)
def test_breaks_of_an_additive_change_are_none(after):
    assert list(contracts.breaks(BEFORE, after)) == []


@pytest.mark.parametrize("name", EVENTS)
def test_event_is_named_after_the_service_that_says_it(name):
    module = sys.modules[EVENTS[name].__module__]
    assert name.split(".")[0] == getattr(module, "PUBLISHER", module.__name__.rpartition(".")[2])


def test_every_wire_name_belongs_to_one_event():
    declared = [
        value.__dict__["type"]
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and "type" in value.__dict__ and value.__module__ == module.__name__
    ]
    assert sorted(declared) == sorted(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_event_has_no_field_for_a_secret(name):
    schema = json.dumps(contracts.schema_of(EVENTS[name])).replace("postal_code", "postal")
    fields = set(schema.replace("_", '"').split('"'))
    assert fields & SECRET_WORDS == set()


@pytest.mark.parametrize("name", EVENTS)
def test_event_is_heard_by_somebody(name):
    assert any(wiring.matches(pattern, name) for patterns in wiring.WIRING.values() for pattern in patterns)


@pytest.mark.parametrize(
    ("consumer", "pattern"), [(name, one) for name, patterns in wiring.WIRING.items() for one in patterns]
)
def test_wired_pattern_hears_something(consumer, pattern):
    assert any(wiring.matches(pattern, name) for name in EVENTS)


@pytest.mark.parametrize(
    ("pattern", "event_type", "heard"),
    [
        ("#", "a.b.c.v1", True),
        ("a.#", "a.b.c.v1", True),
        ("a.#", "a", True),
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", False),
        ("a.*", "a", False),
        ("*.b.#", "a.b.c.v1", True),
        ("#.v1", "a.b.c.v1", True),
        ("#.v1", "a.b.c.v2", False),
        ("a.#.c", "a.c", True),
    ],
)
def test_pattern_matches_as_amqp_says(pattern, event_type, heard):
    assert wiring.matches(pattern, event_type) is heard
