"""What a clean-up chooses: table by table, without AWS or rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from opsportal.cleaning import Swept
from tasks.cleanups.choosing import Candidate, Rules, choose
from tasks.cleanups.target import Target

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLACE = ("ebs-unattached", "eu-central-1")
SWEPT = Swept("", NOW - timedelta(hours=1), looked=100)
RULES = Rules("clean", timedelta(days=7), most=20, percent=10, now=NOW, swept={PLACE: SWEPT})


def due(number=1, **changed):
    """A finding that may be cleaned up now."""
    target = Target(number, *PLACE, f"vol-{number}")
    plain = Candidate(target, NOW, marked_at=NOW - timedelta(days=8), after="2026-11-25")
    return replace(plain, **changed)


def fates(choice):
    kinds = ("clean", "mark", "left", "later")
    return {kind: len(getattr(choice, kind)) for kind in kinds if getattr(choice, kind)}


def test_what_is_marked_and_has_had_its_grace_is_cleaned_up():
    assert fates(choose([due()], RULES)) == {"clean": 1}


def test_what_is_not_marked_is_marked_and_not_cleaned_up():
    assert fates(choose([due(marked_at=None)], RULES)) == {"mark": 1}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"spared": "its finding is exempt"}, "its finding is exempt"),
        ({"tags": {"Keep": "yes"}}, "it is tagged Keep"),
        ({"tags": {"opsportal:keep": ""}}, "it is tagged opsportal:keep"),
        ({"seen_at": NOW - timedelta(hours=2)}, "the last sweep did not see it"),
    ],
)
def test_what_stands_against_a_resource_leaves_it_out(changed, why):
    assert [told for _, told in choose([due(**changed)], RULES).left] == [why]


def test_a_tag_that_says_not_to_keep_it_keeps_nothing():
    assert fates(choose([due(tags={"keep": "false"})], RULES)) == {"clean": 1}


def test_after_an_incomplete_sweep_nothing_is_chosen_not_even_to_be_marked():
    rules = replace(RULES, swept={PLACE: Swept("was not checked")})

    assert fates(choose([due(), due(2, marked_at=None)], rules)) == {"left": 2}


@pytest.mark.parametrize(
    "changed", [{"marked_at": NOW - timedelta(days=6)}, {"after": "2026-11-27"}, {"after": "2027-01-31"}]
)
def test_within_its_grace_or_before_its_day_it_waits_for_the_next_time(changed):
    assert fates(choose([due(**changed)], RULES)) == {"later": 1}


def test_no_more_than_the_cap_is_chosen_and_the_rest_is_for_the_next_time():
    choice = choose(map(due, range(10)), replace(RULES, most=3))

    assert [each.resource for each in choice.clean] == ["vol-0", "vol-1", "vol-2"]
    assert fates(choice) == {"clean": 3, "later": 7}


def test_no_more_than_the_share_of_what_the_sweep_read_is_chosen():
    swept = replace(SWEPT, looked=59)

    assert fates(choose(map(due, range(10)), replace(RULES, swept={PLACE: swept}))) == {"clean": 5, "later": 5}


def test_a_share_of_less_than_one_resource_is_none():
    swept = replace(SWEPT, looked=9)

    assert fates(choose([due()], replace(RULES, swept={PLACE: swept}))) == {"later": 1}


def test_what_was_cleaned_up_since_the_sweep_counts_towards_its_share():
    assert fates(choose(map(due, range(10)), replace(RULES, done={PLACE[0]: 8}))) == {"clean": 2, "later": 8}


def test_a_run_that_only_marks_cleans_nothing_up():
    assert fates(choose([due(), due(2, marked_at=None)], replace(RULES, degree="mark"))) == {"mark": 1, "later": 1}
