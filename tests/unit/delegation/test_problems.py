"""Refusals say why, by which rule, who can change it and by which step, in both languages."""

from __future__ import annotations

import re

import pytest

from services.delegation import queries, settings
from shared.contracts.problems import delegation as problems

REFUSALS = problems.Refusal.__subclasses__()
TYPOGRAPHY = re.compile(r"[^\u202f][;!?]|[^\u00a0]:|[«][^\u00a0]|[^\u00a0]»|'")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.slug)
def test_refusal_is_complete_in_both_languages(refusal):
    decision = queries.DENIALS[refusal]
    assert decision.decision is False
    said = decision.context.model_dump()
    assert (refusal.slug, refusal.rule) == (said["slug"], said["rule"])
    texts = [said[name][language] for name in ("reason", "who_can_change", "next_step") for language in ("fr", "en")]
    assert all(texts)
    assert len(set(texts)) == 6


FRENCH = [
    text.fr
    for one in vars(problems).values()
    if isinstance(one, type) and "slug" in vars(one)
    for text in (one.title, one.detail, getattr(one, "who_can_change", one.title))
] + [text.fr for one in settings.load_catalogue(settings.PACKAGED).services for text in (one.name, one.description)]


@pytest.mark.parametrize("text", FRENCH)
def test_french_text_is_typographically_right(text):
    assert TYPOGRAPHY.search(text) is None


def test_planted_typographic_faults_are_caught():
    faults = ["Quoi?", "Attention :", "« mot »", "l'ordre", "Bien\u00a0!", "Fin;"]
    assert all(TYPOGRAPHY.search(text) for text in faults)
    assert not any(TYPOGRAPHY.search(text) for text in ["Quoi\u202f?", "Note\u00a0: «\u00a0mot\u00a0»", "l’ordre"])
