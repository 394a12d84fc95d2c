"""What a plan and a deployment are given."""

from tasks.runbooks import stacks_deploy, stacks_plan


def test_what_was_planned_can_be_deployed_with_the_same_parameters():
    assert stacks_plan.RUNBOOK.params is stacks_deploy.RUNBOOK.params


def test_the_field_for_some_stacks_says_what_it_takes():
    assert stacks_deploy.Params.model_json_schema()["properties"]["only"]["title"] == "Only these stacks"
