"""What is written down is in the installation's language; what somebody is answered is in theirs."""

import pytest
from django.utils.translation import override

from opsportal import runs
from opsportal.errors import Invalid, Refused
from opsportal.models import Event
from tests import factories, languages


@pytest.fixture(autouse=True)
def german(monkeypatch):
    languages.tag(monkeypatch)
    with override("de"):
        yield


def test_a_run_that_a_german_starts_cancels_and_retries_is_written_down_in_english(hand):
    run = factories.start({"a": []}, do={"a": "wait:9,60"})
    runs.cancel(run.pk, run.requested_by)
    runs.retry(run.pk, run.requested_by)
    texts = Event.objects.filter(run=run).values_list("text", flat=True)
    assert [text[:12] for text in texts] == ["<en>Started ", "<en>Cancelle", "<en>Cancelle", "<en>Tried ag"]


def test_the_duration_in_a_line_is_in_the_lines_language():
    run = factories.start({"a": []})
    runs.cancel(run.pk, run.requested_by)
    assert "<de>" not in run.lines.last().text
    assert "after <en>" in run.lines.last().text


def test_a_refusal_is_in_the_language_of_whom_it_is_told():
    run = factories.start({"a": []})
    with pytest.raises(Refused, match=r"^<de>Run .* there is nothing to retry"):
        runs.retry(run.pk, run.requested_by)


def test_what_is_wrong_with_a_parameter_is_too():
    with pytest.raises(Invalid) as caught:
        factories.start({"a": []}, timeout="soon", timeuot=5)
    assert caught.value.fields == {
        "timeout": "<de>Input should be a valid number",
        "timeuot": "<de>There is no such parameter",
    }
