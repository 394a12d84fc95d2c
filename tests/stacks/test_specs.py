"""From a blueprint to the steps of a run."""

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from opsportal.errors import Invalid
from tasks.runbooks import stacks_deploy
from tasks.stacks import library, lint
from tests.stacks.driver import Driver, facts
from tests.stacks.library import PLAIN, VPC, WEB, write

NOWHERE = SimpleNamespace(url="http://127.0.0.1:9")


@pytest.fixture
def planned(tmp_path, settings):
    """Plans with these parameters, variables of the environment, and files."""
    settings.VAR_DIR = tmp_path / "var"

    def plan(text=PLAIN, variables=None, environment=None, templates=None, **params):
        settings.BLUEPRINTS_DIR = write(tmp_path, text, **(templates or {}))
        step = Driver(NOWHERE, facts("123456789012", variables=environment or {}))
        step.params = stacks_deploy.Params(blueprint="web", variables=variables or {}, **params)
        plan.said = step.said
        return {spec.key: spec for spec in stacks_deploy.plan(step.context())}

    return plan


def test_there_is_a_step_a_stack_with_its_needs_and_lock(planned):
    steps = planned()

    assert steps["web"].needs == ("vpc",)
    assert steps["web"].locks == ("stack/eu-central-1/dev-web-web",)
    assert steps["web"].timeout > 3 * 3600


def test_variables_are_filled_in_and_outputs_are_left_for_later(planned):
    parameters = planned()["web"].input["parameters"]

    assert parameters["Image"] == ["registry/", "nginx", ":", "dev"]
    assert parameters["VpcId"] == [{"stack": "vpc", "output": "VpcId"}]


def test_the_run_goes_before_the_environment_and_that_before_the_blueprint(planned):
    assert planned(environment={"image": "env"})["web"].input["parameters"]["Image"][1] == "env"
    both = planned(environment={"image": "env"}, variables={"image": "run"})
    assert both["web"].input["parameters"]["Image"][1] == "run"


def test_a_value_is_never_read_as_a_reference(planned):
    steps = planned(variables={"image": "${outputs.vpc.VpcId}"})

    assert steps["web"].input["parameters"]["Image"][1] == "${outputs.vpc.VpcId}"
    assert steps["vpc"].needs == ()


def test_the_template_is_kept_by_content(planned):
    assert planned()["vpc"].input["template"] == VPC


def test_stable_tags_are_added(planned):
    assert planned()["vpc"].input["tags"] == {"opsportal:blueprint": ["web"], "opsportal:environment": ["dev"]}


def test_with_only_the_others_are_read_for_their_outputs(planned):
    steps = planned(only=["web"])

    assert {key: spec.action for key, spec in steps.items()} == {"vpc": "read", "web": "deploy"}
    assert steps["vpc"].locks == ()


def test_with_only_what_is_not_needed_is_left_out(planned):
    assert list(planned(only=["vpc"])) == ["vpc"]


def test_another_name_is_taken_for_the_stacks(planned):
    assert planned(name="blue")["vpc"].input["stack"] == "blue-vpc"


def test_a_dynamic_reference_in_a_value_makes_equality_unsure(planned):
    assert planned(variables={"image": "{{resolve:ssm:/image:1}}"})["web"].input["volatile"]


REFUSED = [
    ({"only": ["api"]}, "web has no stack api: known are vpc, web"),
    ({"variables": {"img": "x"}}, "web has no variable 'img'"),
    ({"text": PLAIN.replace(", default: nginx", "")}, "Variable 'image' has no value: give it in the environment"),
    (
        {"text": PLAIN.replace("string, default: nginx", "number, default: 1"), "variables": {"image": "x"}},
        "of this run has to be a number, not 'x'",
    ),
    (
        {"text": PLAIN.replace("string, default: nginx", "boolean"), "environment": {"image": "x"}},
        "of environment dev has to be a boolean",
    ),
    (
        {"text": PLAIN.replace('Image: "', 'Size: "${variables.image}"\n      Image: "')},
        r"Parameter Size of stack 'web' \(from image\) has to be one of small, large, not 'nginx'",
    ),
    ({"templates": {"vpc": VPC.replace("AWS::EC2::VPC", "AWS::EC2::Vpc")}}, r"cloudformation/web/vpc.yaml:2: E\d+"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
def test_what_can_not_be_deployed_is_refused_in_a_sentence(planned, given, words):
    with pytest.raises(Invalid, match=words):
        planned(**given)


def test_warnings_of_the_linter_are_told(planned):
    planned(templates={"web": WEB})

    told = [text for level, text, _ in planned.said if level == "warning"]
    assert "cloudformation/web/web.yaml:4: W2001 Parameter Count not used." in told


def test_the_same_text_is_linted_once(tmp_path, monkeypatch):
    first = lint.findings(VPC, ["eu-central-1"], tmp_path)
    monkeypatch.setattr(lint, "_lint", None)

    assert lint.findings(VPC, ["eu-central-1"], tmp_path) == first


@pytest.mark.parametrize("name", ["", "Web", "../web", "a b"])
def test_a_malformed_blueprint_name_is_refused(name):
    with pytest.raises(ValidationError, match="use the name of a folder of blueprints"):
        stacks_deploy.Params(blueprint=name)


@pytest.mark.parametrize("name", ["-a", "a b", "1a", "a" * 102])
def test_a_malformed_stack_name_is_refused(name):
    with pytest.raises(ValidationError, match="use letters, digits and -"):
        stacks_deploy.Params(blueprint="web", name=name)


def test_json_numbers_and_booleans_are_taken_as_text():
    params = stacks_deploy.Params(blueprint="web", variables={"port": 80, "debug": True})

    assert params.variables == {"port": "80", "debug": "true"}


def test_the_choices_of_blueprints_are_listed_with_their_variables(tmp_path, settings):
    settings.BLUEPRINTS_DIR = write(tmp_path)
    write(tmp_path, "title: [", name="broken")

    broken, web = library.blueprints()

    assert (web.name, web.title, web.variables[0].default) == ("web", "Web", "nginx")
    assert "is not YAML" in broken.problem
