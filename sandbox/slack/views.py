"""Slack docs: views.open, views.update, views.push, views.publish."""

import json
import time

from sandbox.slack import blocks as kit
from sandbox.slack import shapes
from sandbox.slack.arguments import needed, structure, text
from sandbox.slack.checks import by_type, shape, string
from sandbox.slack.elements import plain
from sandbox.slack.idents import ident, short
from sandbox.slack.records import Json, Trigger, View
from sandbox.slack.refusals import Refused, explained
from sandbox.slack.workspace import Workspace, user_by_id

DEPTH = 3
BYTES = 250_000
_NAMED = {"callback_id": string(255), "private_metadata": string(3000), "external_id": string(255)}
_MODAL = {"submit": plain(24), "close": plain(24)}
_VIEW = by_type({"modal": shape({"title": plain(24)}, _NAMED | _MODAL), "home": shape({}, _NAMED)})


def open_(workspace: Workspace, given: Json) -> Json:
    used = _exchange(workspace, needed(given, "trigger_id"))
    view = _added(workspace, used.user, checked(workspace, given), "")
    return {"view": shapes.view_json(workspace, view)}


def push(workspace: Workspace, given: Json) -> Json:
    """Onto the modal in which the trigger was made; at most three lie on each other."""
    used = _exchange(workspace, needed(given, "trigger_id"))
    stack = [view for view in workspace.views.values() if view.root == used.root]
    if not stack:
        raise Refused("not_found")
    if len(stack) >= DEPTH:
        raise Refused("push_limit_reached")
    view = pushed(workspace, stack[-1], checked(workspace, given))
    return {"view": shapes.view_json(workspace, view)}


def update(workspace: Workspace, given: Json) -> Json:
    view = _known(workspace, given)
    if text(given, "hash") and text(given, "hash") != view.hash:
        raise Refused("hash_conflict")
    replaced(workspace, view, checked(workspace, given))
    return {"view": shapes.view_json(workspace, view)}


def publish(workspace: Workspace, given: Json) -> Json:
    user = user_by_id(workspace, needed(given, "user_id"))
    old = workspace.homes.get(user.id)
    if old is not None and text(given, "hash") and text(given, "hash") != old.hash:
        raise Refused("hash_conflict")
    made = checked(workspace, given, "home")
    ident_ = old.id if old else ident("V")
    view = workspace.homes[user.id] = View(ident_, user.id, made, _hash(), ident_)
    workspace.touch()
    return {"view": shapes.view_json(workspace, view)}


def checked(workspace: Workspace, given: Json, kind: str = "modal") -> Json:
    """The view with all its ids; raises invalid_arguments, view_too_large or duplicate_external_id."""
    view = structure(given, "view", "invalid_arguments")
    if not isinstance(view, dict):
        raise explained("invalid_arguments", ["missing required field: view"])
    found = [*_VIEW(view, "/view"), *kit.problems(view.get("blocks"), kit.IN_VIEW, "/view/blocks")]
    found += _kind_problems(view, kind)
    if found:
        raise explained("invalid_arguments", found)
    if len(json.dumps(view)) > BYTES:
        raise Refused("view_too_large")
    return view | {"blocks": kit.completed(view["blocks"])}


def _kind_problems(view: Json, kind: str) -> list[str]:
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    wrong = [f"must be {kind} [json-pointer:/view/type]"] if view.get("type") != kind else []
    unsaid = kind == "modal" and inputs and not view.get("submit")
    return wrong + (["submit is required when there are inputs [json-pointer:/view]"] if unsaid else [])


def pushed(workspace: Workspace, below: View, made: Json) -> View:
    return _added(workspace, below.user, made, below.id, below.root)


def replaced(workspace: Workspace, view: View, made: Json) -> None:
    view.given, view.hash, view.errors = made, _hash(), {}
    workspace.touch()


def closed(workspace: Workspace, view: View, whole: bool = False) -> None:
    """One modal, or all that lie on each other."""
    gone = [each.id for each in workspace.views.values() if each is view or (whole and each.root == view.root)]
    for ident_ in gone:
        del workspace.views[ident_]
    workspace.touch()


def _added(workspace: Workspace, user: str, made: Json, previous: str, root: str = "") -> View:
    external = made.get("external_id")
    if external and any(view.given.get("external_id") == external for view in workspace.views.values()):
        raise Refused("duplicate_external_id")
    ident_ = ident("V")
    view = workspace.views[ident_] = View(ident_, user, made, _hash(), root or ident_, previous)
    workspace.touch()
    return view


def _exchange(workspace: Workspace, given: str) -> Trigger:
    found = workspace.triggers.get(given)
    if found is None:
        raise Refused("invalid_trigger_id")
    if found.used:
        raise Refused("exchanged_trigger_id")
    if time.time() - found.made > workspace.settings.trigger_seconds:
        raise Refused("expired_trigger_id")
    found.used = True
    return found


def _known(workspace: Workspace, given: Json) -> View:
    ident_, external = text(given, "view_id"), text(given, "external_id")
    for view in workspace.views.values():
        if (ident_ and view.id == ident_) or (external and view.given.get("external_id") == external):
            return view
    raise Refused("not_found")


def _hash() -> str:
    return f"{time.time():.6f}.{short().lower()}"
