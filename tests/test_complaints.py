"""Values that parameters refuse: each is answered in words of ours, whatever pydantic calls them."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, IPvAnyAddress, ValidationError

from opsportal import catalog
from opsportal.complaints import VALIDATORS, complaint

RUBBISH = (None, True, 1, 1.5, "", "x", [], [None], [[]], {}, {"a": None}, {"a": []}, {1: 1})


class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


def refuse_odd(value: int) -> int:
    if value % 2:
        raise ValueError("use an even number, such as 2")
    return value


class Params(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field("abc", min_length=2, max_length=3, pattern="^[a-z]*$")
    one: str = Field("a", min_length=1, max_length=1)
    ready: bool = True
    count: int = Field(3, gt=1, lt=9)
    share: float = Field(0.5, ge=0.1, le=0.9, allow_inf_nan=False)
    even: Annotated[int, AfterValidator(refuse_odd)] = 2
    size: Size = Size.SMALL
    kind: Literal["a", "b", "go or stop"] = "a"
    items: list[str] = Field(["a", "b"], min_length=2, max_length=3)
    pairs: dict[str, str] = {}
    day: date = date(2026, 1, 1)
    at: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    address: IPvAnyAddress | None = None


def said(params, values):
    with pytest.raises(ValidationError) as caught:
        params.model_validate(values)
    return [complaint(error) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("nmae", "x", "There is no such parameter"),
        ("name", 1, "Input should be a valid text"),
        ("name", "a", "At least 2 characters are needed"),
        ("name", "abcd", "At most 3 characters fit here"),
        ("name", "A-", "Input should match the pattern ^[a-z]*$"),
        ("one", "", "At least 1 character is needed"),
        ("one", "ab", "At most 1 character fits here"),
        ("ready", "perhaps", "Input should be true or false"),
        ("ready", [], "Input should be true or false"),
        ("count", "soon", "Input should be a whole number"),
        ("count", None, "Input should be a whole number"),
        ("count", 2.5, "Input should be a whole number"),
        ("count", 1, "Input should be greater than 1"),
        ("count", 9, "Input should be less than 9"),
        ("share", "soon", "Input should be a valid number"),
        ("share", [], "Input should be a valid number"),
        ("share", "nan", "Input should be a valid number"),
        ("share", 0, "Input should be 0.1 or more"),
        ("share", 1, "Input should be 0.9 or less"),
        ("even", 3, "use an even number, such as 2"),
        ("size", "m", "Input should be one of 's', 'l'"),
        ("kind", "c", "Input should be one of 'a', 'b', 'go or stop'"),
        ("items", "a", "Input should be a list"),
        ("items", ["a"], "At least 2 entries are needed"),
        ("items", ["a", "b", "c", "d"], "At most 3 entries fit here"),
        ("pairs", [], "Input should be a JSON object"),
        ("day", "soon", "Input should be a date, such as 2026-12-31"),
        ("day", 1.5, "Input should be a date, such as 2026-12-31"),
        ("day", [], "Input should be a date, such as 2026-12-31"),
        ("at", "soon", "Input should be a time with its offset, such as 2026-12-31T00:00:00Z"),
        ("at", [], "Input should be a time with its offset, such as 2026-12-31T00:00:00Z"),
        ("at", "2026-12-31", "Input should be a time with its offset, such as 2026-12-31T00:00:00Z"),
    ],
)
def test_a_refused_value_is_answered_in_our_words(field, value, words):
    assert said(Params, {field: value}) == [words]


def test_what_is_missing_is_to_be_filled_in():
    class Needed(BaseModel):
        name: str

    assert said(Needed, {}) == ["Fill this in"]


def test_a_type_we_have_no_words_for_keeps_pydantics():
    assert said(Params, {"address": "x"}) == ["value is not a valid IPv4 or IPv6 address"]


def marked(error):
    """The words, in angle brackets where they went through a translation."""
    return complaint(error, "<{}>".format, lambda one, many, n: f"<{many}>")


def test_the_words_are_in_the_callers_language():
    with pytest.raises(ValidationError) as caught:
        Params.model_validate({"name": "a", "ready": "perhaps"})
    told = [marked(error) for error in caught.value.errors()]
    assert told == ["<At least 2 characters are needed>", "<Input should be true or false>"]


@pytest.mark.parametrize("runbook", catalog.runbooks(), ids=lambda runbook: runbook.name)
@pytest.mark.parametrize("rubbish", RUBBISH, ids=str)
def test_no_runbook_answers_in_pydantics_words(runbook, rubbish):
    try:
        runbook.params.model_validate(dict.fromkeys(runbook.params.model_fields, rubbish))
    except ValidationError as refused:
        own = [error for error in refused.errors() if error["type"] not in VALIDATORS]
        assert [marked(error) for error in own if not marked(error).startswith("<")] == []
