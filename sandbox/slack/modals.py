"""Slack docs: Modals. People submit and close them, and the app's answer to a submission is followed."""

from sandbox.slack import acts, delivery, inputs, payloads, views
from sandbox.slack.acts import BadAct
from sandbox.slack.records import Json, View
from sandbox.slack.refusals import Refused
from sandbox.slack.world import World


async def submit(world: World, given: Json) -> Json:
    """`values` by action_id. Tells what the app answered, and the errors it put beside inputs."""
    workspace = world.workspace
    view = _modal(world, given)
    user = acts.person(workspace, given | {"user": view.user})
    values = inputs.values(view.given["blocks"], given.get("values", {}))
    sent = await delivery.interaction(world, payloads.submission(workspace, user, view, values))
    if sent.acknowledged:
        _follow(world, view, sent.answer or {})
    return acts.told(sent) | {"errors": view.errors, "open": view.id in workspace.views}


def _follow(world: World, view: View, answer: Json) -> None:
    """What the answer's response_action says; without one the modal closes."""
    workspace, action = world.workspace, answer.get("response_action")
    if action == "errors":
        view.errors = _known_errors(view, answer.get("errors"))
        workspace.touch()
    elif action in ("update", "push"):
        made = _checked(world, answer)
        views.replaced(workspace, view, made) if action == "update" else views.pushed(workspace, view, made)
    elif view.id in workspace.views:
        views.closed(workspace, view, whole=action == "clear")


def _known_errors(view: View, errors: object) -> dict[str, str]:
    blocks = {block["block_id"] for block in view.given["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= blocks:
        raise BadAct(f"Slack would show a warning: errors must be by block_id of inputs, not {errors!r}.")
    return {str(block): str(text) for block, text in errors.items()}


def _checked(world: World, answer: Json) -> Json:
    try:
        return views.checked(world.workspace, answer)
    except Refused as refused:
        raise BadAct(f"Slack would not show that view: {refused.error} {refused.more}") from refused


async def close(world: World, given: Json) -> Json:
    """The app hears of it where the view says notify_on_close; `whole` closes all that lie on each other."""
    workspace, view = world.workspace, _modal(world, given)
    user, whole = acts.person(workspace, given | {"user": view.user}), bool(given.get("whole"))
    payload = payloads.closing(workspace, user, view, whole)
    views.closed(workspace, view, whole)
    if not view.given.get("notify_on_close"):
        return {"notified": False}
    return acts.told(await delivery.interaction(world, payload)) | {"notified": True}


def _modal(world: World, given: Json) -> View:
    view = acts.view(world.workspace, given)
    if view.id not in world.workspace.views:
        raise BadAct("A home tab is neither submitted nor closed.")
    return view
