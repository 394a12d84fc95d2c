"""One digest for each firing, and the answer to a cost sweep, from the same data as mails and webhooks."""

import pytest

from opsportal.slack import digest_words, finding_words
from opsportal.slack.finding_words import FindingSeen

from .seeing import NASTY, URL, calls_somebody, read, wrong

RUN = {
    "run": 3,
    "environment": "dev",
    "runbook": "sweep",
    "status": "succeeded",
    "reason": "",
    "found": 5,
    "new": 1,
    "reopened": 0,
    "closed": 0,
    "usd": 80.0,
    "refused": [],
    "failed": 0,
}
FINDING = {
    "finding": 9,
    "check": "ebs-unattached",
    "environment": "dev",
    "region": "eu-central-1",
    "resource": "vol-1",
    "name": "data_old",
    "owner": "",
    "detail": "Nobody uses it.",
    "advice": "Delete it.",
    "severity": "medium",
    "usd": 40.0,
}
PAGE = "http://localhost:8000/admin/opsportal"


def digest(subject="[opsportal] nightly costs: 1 new finding", **data):
    message = digest_words.message(subject, {"policy": "nightly costs", "firing": 1, **data}, URL)
    assert wrong(message) == []
    return message


def test_a_sweep_is_told_with_its_runs_and_what_it_found():
    assert read(digest(runs=[RUN], findings=[FINDING])) == (
        "nightly costs: 1 new finding\n"
        f"`dev` succeeded. 5 found, 1 new, $80.00 a month. <{PAGE}/run/3/|Run 3>\n\n"
        "🟡 `vol-1` (data_old) · ebs-unattached · $40.00 a month · dev, eu-central-1 · "
        f"<{PAGE}/finding/9/|open>\nNobody uses it. Delete it.\n"
        f"<{URL}|Open in the portal>"
    )


def test_how_much_is_not_named_is_said():
    text = read(digest(runs=[RUN | {"new": 40, "reopened": 2}], findings=[FINDING] * 10))
    assert f"<{URL}|32 more are in the portal>" in text


def test_what_could_not_be_checked_is_told():
    text = read(digest(runs=[RUN | {"refused": [f"check-{n}: denied" for n in range(5)]}]))
    assert "Not checked: check-2: denied" in text
    assert "Not checked: 2 more" in text


def test_a_clean_up_is_told_with_what_it_did():
    changed = {name: FINDING[name] for name in ("finding", "check", "region", "resource")}
    both = [changed | {"owner": "team web", "change": change} for change in ("marked", "cleaned")]
    text = read(digest("[opsportal] nightly costs: 1 marked, dev", runs=[RUN | {"found": 0}], changes=both))
    assert "• Marked for clean-up: `vol-1` · ebs-unattached · eu-central-1 · of team web" in text
    assert "• Cleaned up: `vol-1`" in text


def test_a_firing_that_could_not_start_is_told():
    assert read(digest("[opsportal] nightly: could not start", runs=[])).startswith("nightly: could not start\n")


@pytest.mark.parametrize("text", NASTY)
def test_whatever_it_found_slack_takes_it_and_nobody_is_called(text):
    names = ("check", "environment", "region", "resource", "name", "owner", "detail", "advice", "severity")
    run = RUN | {"environment": text, "reason": text, "status": text, "refused": [text] * 50, "new": 500}
    found = FINDING | dict.fromkeys(names, text)
    message = digest(text, runs=[run] * 100, findings=[found] * 100, changes=[found | {"change": text}] * 100)
    assert not calls_somebody(message)


def seen(check, usd, resource="vol-1"):
    return FindingSeen(check, resource, "dev", "eu-central-1", usd=usd, severity="medium", detail="Nobody uses it.")


def answer(found, refused=()):
    message = finding_words.answer("dev", found, URL, refused)
    assert wrong(message) == []
    return read(message)


def test_a_cost_sweep_answers_with_unused_volumes_and_addresses_the_dearest_first():
    found = [seen("eip-unassociated", 3.65, "eip-1"), seen("ebs-unattached", 40.0), seen("nat-idle", 35.0, "nat-1")]
    assert answer(found) == (
        "dev: 1 unused volume, 1 unused address, $43.65 a month\n"
        "🟡 `vol-1` · ebs-unattached · $40.00 a month · dev, eu-central-1\nNobody uses it.\n"
        "🟡 `eip-1` · eip-unassociated · $3.65 a month · dev, eu-central-1\nNobody uses it.\n"
        f"<{URL}|Open in the portal>"
    )


def test_a_cost_sweep_that_found_nothing_says_so():
    assert answer([seen("nat-idle", 35.0)]).startswith("dev: no unused volumes and addresses\n")


def test_a_read_that_was_refused_is_never_nothing_found():
    text = answer([], ["eip-unassociated: ec2:DescribeAddresses is missing"])
    assert text.startswith("dev: not all was checked\nNot checked: eip-unassociated: ec2:DescribeAddresses is missing")


def test_more_than_a_message_names_are_counted():
    assert f"<{URL}|And 25 more in the portal>" in answer([seen("ebs-unattached", 1.0)] * 40)
