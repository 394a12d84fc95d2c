"""The modal of a runbook's parameters: what it asks, what it says when sent, and where what is wrong stands."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from opsportal.catalog import Runbook
from opsportal.errors import Invalid, Refused
from opsportal.slack import limits, modals, views
from opsportal.slack.modals import Sent
from tasks import runbooks

from .seeing import NASTY, URL


class Params(BaseModel):
    blueprint: str = Field(title="Blueprint", description="The folder.")
    count: int = Field(2, title="Count")
    rate: float | None = None
    loud: bool = Field(True, title="Loud")
    size: Literal["small", "large"] = "small"
    kinds: list[Literal["a", "b"]] = []
    only: list[str] = []
    variables: dict[str, str] = {}
    limits: dict[str, dict[str, int]] = {}


class WithSecret(BaseModel):
    name: str = ""
    password: SecretStr


class MayHaveSecret(BaseModel):
    name: str = ""
    password: SecretStr | None = None


BOOK = Runbook("test.form", "Test form", "Fills in a form.", Params, (), {})


def form(book=BOOK, places=("dev", "prod"), chosen="dev", **given):
    made = modals.modal(book, places, chosen, given, URL)
    assert limits.of_view(made) == []
    return made


def elements(view):
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def test_each_parameter_has_its_input():
    assert {name: element["type"] for name, element in elements(form()).items()} == {
        "run:environment": "static_select",
        "param:blueprint": "plain_text_input",
        "param:count": "number_input",
        "param:rate": "number_input",
        "param:loud": "checkboxes",
        "param:size": "static_select",
        "param:kinds": "multi_static_select",
        "param:only": "plain_text_input",
        "param:variables": "plain_text_input",
        "param:limits": "plain_text_input",
    }


def test_what_is_needed_is_asked_for_with_its_words():
    block = next(block for block in form()["blocks"] if block.get("block_id") == "param:blueprint")
    assert (block["label"]["text"], block["hint"]["text"], block["optional"]) == ("Blueprint", "The folder.", False)


def test_what_was_typed_is_there_already():
    found = elements(
        form(chosen="prod", blueprint="web", count="7", loud="no", size="large", kinds="a, b", only="x\ny")
    )
    assert found["run:environment"]["initial_option"]["value"] == "prod"
    assert found["param:blueprint"]["initial_value"] == "web"
    assert found["param:count"]["initial_value"] == "7"
    assert "initial_options" not in found["param:loud"]
    assert found["param:size"]["initial_option"]["value"] == "large"
    assert [each["value"] for each in found["param:kinds"]["initial_options"]] == ["a", "b"]
    assert found["param:only"]["initial_value"] == "x\ny"


def state(**values):
    return {"values": {f"param:{name}": {"value": element} for name, element in values.items()}}


def test_a_modal_that_was_sent_says_what_to_start():
    sent = form() | {
        "state": state(
            blueprint={"type": "plain_text_input", "value": "web"},
            rate={"type": "number_input", "value": None},
            loud={"type": "checkboxes", "selected_options": []},
            size={"type": "static_select", "selected_option": {"value": "large"}},
            kinds={"type": "multi_static_select", "selected_options": [{"value": "a"}, {"value": "b"}]},
            variables={"type": "plain_text_input", "value": "A=1\nB=2"},
        )
    }
    sent["state"]["values"]["run:environment"] = {"value": {"selected_option": {"value": "dev"}}}
    read = modals.sent(sent)
    assert (read.runbook, read.environment) == ("test.form", "dev")
    assert modals.values(Params, read.texts) == {
        "blueprint": "web",
        "loud": False,
        "size": "large",
        "kinds": ["a", "b"],
        "variables": {"A": "1", "B": "2"},
    }


@pytest.mark.parametrize("view", [{}, {"callback_id": "run.start", "private_metadata": "x"}, {"callback_id": "other"}])
def test_a_view_that_is_not_ours_starts_nothing(view):
    assert modals.sent(view) is None


def test_a_modal_without_state_says_nothing():
    assert modals.sent(form()) == Sent("test.form", "", {})


def test_words_of_a_command_become_values():
    texts = {"blueprint": "web", "count": "3", "loud": "true", "kinds": "a,b", "only": "x,y"}
    assert modals.values(Params, texts | {"limits": '{"a": {"b": 1}}'}) == {
        "blueprint": "web",
        "count": "3",
        "loud": True,
        "kinds": ["a", "b"],
        "only": ["x", "y"],
        "limits": {"a": {"b": 1}},
    }


def test_what_is_missing_is_named():
    assert modals.missing(Params, {"count": "3"}) == ["blueprint"]
    assert modals.missing(Params, {"blueprint": " "}) == ["blueprint"]
    assert modals.missing(Params, {"blueprint": "web"}) == []


def test_a_secret_is_not_asked_for_in_slack():
    made = form(Runbook("test.secret", "Secret", "Has one.", WithSecret, (), {}))
    assert elements(made) == {}
    assert "submit" not in made
    (_summary, said) = (each["text"]["text"] for each in made["blocks"] if each["type"] == "section")
    assert said.startswith("`Password` is a secret, and Slack would keep it.")
    assert said.endswith(f"<{URL}|open>")


def test_a_secret_that_may_be_missing_is_left_to_the_portal():
    made = form(Runbook("test.secret", "Secret", "May have one.", MayHaveSecret, (), {}))
    assert list(elements(made)) == ["run:environment", "param:name"]
    assert "`Password` is a secret" in made["blocks"][1]["text"]["text"]


def test_a_secret_that_was_typed_is_refused():
    with pytest.raises(Invalid, match="A secret is not taken from Slack"):
        modals.values(WithSecret, {"password": "hunter2"})


def test_a_form_too_long_for_slack_is_filled_in_in_the_portal():
    with pytest.raises(Invalid, match="Fill it in in the portal"):
        form(variables="A=" + "x" * 3_000)


def test_what_is_wrong_stands_next_to_its_input():
    error = Invalid("Wrong.", fields={"count": "use an even one", "only.0": "no", "": "Not now.", "other": "what"})
    assert views.errors(error, modals.blocks_of(("blueprint", "count", "only"))) == {
        "param:count": "Use an even one.",
        "param:only": "No.",
        "run:environment": "Not now. other: What.",
    }


def test_a_refusal_stands_next_to_the_first_input():
    assert views.errors(Refused("You may not."), modals.blocks_of(())) == {"run:environment": "You may not."}


@pytest.mark.parametrize("count", [0, 1, 100, 101, 500])
def test_any_number_of_environments_can_be_chosen_from(count):
    places = [f"env-{n}" for n in range(count)]
    chosen = places[-1] if places else ""
    element = elements(form(places=places, chosen=chosen))["run:environment"]
    held = element.get("initial_value") or element.get("initial_option", {}).get("value", "")
    assert held == chosen


@pytest.mark.parametrize("book", runbooks.RUNBOOKS, ids=lambda book: book.name)
def test_every_runbook_has_a_form_that_slack_takes(book):
    assert form(book)["private_metadata"] == f'{{"runbook": "{book.name}"}}'


@pytest.mark.parametrize("text", NASTY)
def test_whatever_was_typed_slack_takes_the_form(text):
    form(chosen=text, **dict.fromkeys(Params.model_fields, text[:1_000]))
