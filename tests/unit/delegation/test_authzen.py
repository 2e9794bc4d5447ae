"""Batches of questions: defaults from the top, and where the answers end."""

from __future__ import annotations

import pytest

from shared.contracts import authzen

JEAN = {"type": "user", "id": "jean"}
EDITH = {"type": "user", "id": "edith"}
TOP = {"subject": JEAN, "action": {"name": "read"}, "resource": {"type": "surveyor", "id": "5003"}, "context": {"a": 1}}


def completed(evaluations, **top):
    batch = authzen.Evaluations.model_validate(top | {"evaluations": evaluations})
    return [one and _said(one) for one in authzen.completed(batch)]


def _said(one):
    parts = ((name, value) for name, value in one._asdict().items() if value is not None)
    return {name: value if isinstance(value, dict) else value.model_dump(exclude_none=True) for name, value in parts}


@pytest.mark.parametrize("part", ["subject", "action", "resource", "context"])
def test_item_keeps_what_it_says_and_takes_the_rest_from_the_top(part):
    own = {"subject": EDITH, "action": {"name": "write"}, "resource": EDITH, "context": {"b": 2}}[part]
    assert completed([{part: own}], **TOP) == [TOP | {part: own}]


def test_item_with_an_empty_context_takes_none_from_the_top():
    assert completed([{"context": {}}], **TOP) == [TOP | {"context": {}}]


@pytest.mark.parametrize("part", ["subject", "action", "resource"])
def test_item_that_lacks_a_part_everywhere_is_incomplete(part):
    top = {name: value for name, value in TOP.items() if name != part}
    assert completed([{}, {part: TOP[part]}], **top) == [None, TOP]


def test_batch_without_items_is_the_question_at_the_top():
    assert completed([], **TOP) == [TOP]


@pytest.mark.parametrize(
    ("semantic", "decisions", "kept"),
    [
        ("execute_all", [True, False, True], 3),
        ("deny_on_first_deny", [True, False, True], 2),
        ("deny_on_first_deny", [True, True], 2),
        ("permit_on_first_permit", [False, True, False], 2),
        ("permit_on_first_permit", [False, False], 2),
        ("permit_on_first_permit", [], 0),
    ],
)
def test_answers_end_with_the_one_that_settles_the_batch(semantic, decisions, kept):
    answers = [authzen.Decision(decision=decision, context=authzen.Reason()) for decision in decisions]
    assert authzen.until_settled(answers, authzen.Semantic(semantic)) == answers[:kept]


def test_unknown_semantic_is_not_guessed():
    with pytest.raises(ValueError, match="evaluations_semantic"):
        authzen.Evaluations.model_validate(TOP | {"options": {"evaluations_semantic": "first_wins"}})
