"""Rules and dashboard name only metrics that exist, and every rule leads to a run-book that is there."""

from __future__ import annotations

import importlib
import json
import re

import pytest

from services import together
from shared.web import gauges
from shared.web.metrics import REGISTRY
from tests.support.processes import ROOT

RULES = (ROOT / "deploy/prometheus/rules.yml").read_text()
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/mandat.json").read_text())
OPERATIONS = ROOT / "docs/operations.md"
OF_RABBITMQ = {
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_queue_messages_ready",
    "rabbitmq_queue_messages_unacked",
}
METRIC = re.compile(r"\b(?:mandat|rabbitmq)_\w+")
ENDINGS = re.compile(r"_(total|count|bucket|sum|created)$")


def known() -> set[str]:
    for _, build in together.PARTS.values():
        importlib.import_module(build.__module__)
    assert gauges
    return {metric.name for metric in REGISTRY.collect()}


def expressions() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return panels + re.findall(r"expr: (?:>\n((?:\s{10}.*\n)+)|(.*))", RULES)


def test_every_metric_of_rules_and_panels_exists() -> None:
    named = {name for one in expressions() for name in METRIC.findall(str(one))}
    assert len(named) > 8
    unknown = {name for name in named - OF_RABBITMQ if ENDINGS.sub("", name) not in known()}
    assert unknown == set()


def test_every_metric_of_ours_is_in_a_rule_or_panel() -> None:
    named = {ENDINGS.sub("", name) for one in expressions() for name in METRIC.findall(str(one))}
    assert {name for name in known() if name.startswith("mandat_")} - named <= {"mandat_pin_budget_refusals"}


@pytest.mark.parametrize("place", re.findall(r"docs/operations\.md#([\w-]+)", RULES))
def test_run_book_of_a_rule_is_there(place) -> None:
    headings = re.findall(r"^#+ (.*)$", OPERATIONS.read_text(), re.MULTILINE)
    assert place in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
