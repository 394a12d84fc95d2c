"""The metrics, ills and alarms of docs/operate.md are those of the code."""

import re

import pytest
import yaml

from config.env import ROOT
from opsportal.health import SEVERITY, Facts, metrics, tally
from opsportal.health.observing import Store
from tests.docs import pages

PAGE = ROOT / "docs/operate.md"
HEALTH = PAGE.read_text().partition("## Health")[2].partition("## Doctor")[0]
FACTS = Facts(**dict.fromkeys(Facts.__dataclass_fields__, 1))
STORE = Store(0.1, {}, {"portal:1": 2}, {f"{tally.AWS_CALLS} sts ok": 3})


def column(pattern):
    return re.findall(rf"^\| `({pattern})` \|", HEALTH, re.MULTILINE)


def families():
    yield from metrics.of_the_tool(FACTS)
    yield from metrics.of_runs(({}, {}))
    yield from metrics.of_redis(STORE)


def test_every_metric_has_a_row_with_its_labels():
    rows = dict(re.findall(r"^\| `(opsportal_\w+)` \| (.*?) ?\|", HEALTH, re.MULTILINE))
    told = {family.name + ("_total" if family.type == "counter" else ""): family for family in families()}
    assert rows.keys() == told.keys()
    for name, family in told.items():
        labels = {label for sample in family.samples for label in sample.labels}
        assert labels <= set(re.findall(r"`(\w+)`", rows[name])), name


def test_every_ill_has_a_row_with_its_severity():
    rows = re.findall(r"^\| `(\w+)` \| (critical|warning) \|", HEALTH, re.MULTILINE)
    assert dict(rows) == SEVERITY


@pytest.fixture
def rules():
    (block,) = (text for text in pages.blocks(PAGE, "yaml") if "alert:" in text)
    return yaml.safe_load(block)["groups"][0]["rules"]


def test_every_alarm_says_what_it_means(rules):
    assert [rule["alert"] for rule in rules] == column("Opsportal[A-Za-z]+")


def test_every_alarm_asks_for_metrics_that_there_are(rules):
    known = {sample.name for family in families() for sample in family.samples} | set(column(r"opsportal_\w+"))
    for rule in rules:
        assert set(re.findall(r"opsportal_\w+", rule["expr"])) <= known, rule["alert"]
