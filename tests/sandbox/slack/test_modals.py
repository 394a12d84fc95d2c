import pytest

from sandbox.controlling import ControlError


def plain(text):
    return {"type": "plain_text", "text": text}


def typed(block, action, **more):
    element = {"type": "plain_text_input", "action_id": action}
    return {"type": "input", "block_id": block, "label": plain(action), "element": element, **more}


def modal(**more):
    blocks = [typed("stack", "name"), typed("why", "reason", optional=True)]
    said = {"title": plain("Run"), "submit": plain("Start")}
    return {"type": "modal", "callback_id": "run", "blocks": blocks} | said | more


@pytest.fixture
def trigger(slack, app):
    """A new trigger for each call."""

    def make():
        found = slack.act("command", user="mina", channel="ops", command="/ops")["trigger_id"]
        app.next()
        return found

    return make


@pytest.fixture
def opened(client, trigger):
    return client.views_open(trigger_id=trigger(), view=modal())["view"]


def test_a_modal_opens_for_the_person_of_the_trigger(slack, opened):
    (view,) = slack.workspace()["views"]
    assert (view["id"], view["user"], view["root_view_id"]) == (opened["id"], "U0MINAKIM1", opened["id"])


def test_a_trigger_opens_one_view(slack, client, refused, trigger):
    used = trigger()
    client.views_open(trigger_id=used, view=modal())
    assert refused("views.open", trigger_id=used, view=modal())["error"] == "exchanged_trigger_id"
    assert refused("views.open", trigger_id="1.2.x", view=modal())["error"] == "invalid_trigger_id"


def test_a_trigger_is_good_for_a_short_time(slack, refused, trigger):
    slack.set(trigger_seconds=0.0)
    assert refused("views.open", trigger_id=trigger(), view=modal())["error"] == "expired_trigger_id"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"title": None}, "missing required field: title [json-pointer:/view]"),
        ({"submit": None}, "submit is required when there are inputs [json-pointer:/view]"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
        ({"type": "home"}, "must be modal [json-pointer:/view/type]"),
    ],
)
def test_a_view_beyond_its_limits_is_refused(refused, trigger, more, problem):
    answer = refused("views.open", trigger_id=trigger(), view=modal(**more))
    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {problem}" in answer["response_metadata"]["messages"]


def test_a_submission_carries_what_was_typed(slack, app, opened):
    answer = slack.act("submit", view_id=opened["id"], values={"name": "shop", "why.reason": "because"})
    request = app.next()
    values = request.payload["view"]["state"]["values"]
    assert (request.payload["type"], request.accepts_response_payload) == ("view_submission", True)
    assert values["stack"]["name"] == {"type": "plain_text_input", "value": "shop"}
    assert values["why"]["reason"]["value"] == "because"
    assert (answer["open"], slack.workspace()["views"]) == (False, [])


def test_a_required_field_is_filled_in_before_anything_is_sent(slack, app, opened):
    with pytest.raises(ControlError, match="required field: name"):
        slack.act("submit", view_id=opened["id"], values={})
    assert app.requests.empty()


def test_errors_keep_the_modal_open(slack, app, opened):
    app.answers = {"response_action": "errors", "errors": {"stack": "There is no such stack."}}
    answer = slack.act("submit", view_id=opened["id"], values={"name": "x"})
    assert (answer["open"], answer["errors"]) == (True, {"stack": "There is no such stack."})


def test_errors_of_unknown_blocks_are_noticed(slack, app, opened):
    app.answers = {"response_action": "errors", "errors": {"name": "x"}}
    with pytest.raises(ControlError, match="block_id"):
        slack.act("submit", view_id=opened["id"], values={"name": "x"})


def test_a_submission_updates_or_pushes_a_view(slack, app, opened):
    app.answers = {"response_action": "push", "view": modal(title=plain("Second"))}
    slack.act("submit", view_id=opened["id"], values={"name": "x"})
    first, second = slack.workspace()["views"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    app.answers = {"response_action": "update", "view": modal(title=plain("Third"))}
    slack.act("submit", view_id=second["id"], values={"name": "x"})
    assert [each["title"]["text"] for each in slack.workspace()["views"]] == ["Run", "Third"]
    app.answers = {"response_action": "clear"}
    slack.act("submit", view_id=second["id"], values={"name": "x"})
    assert slack.workspace()["views"] == []


def test_an_unanswered_submission_leaves_the_modal_open(slack, app, opened):
    slack.set(ack_seconds=0.05)
    app.silent = 1
    answer = slack.act("submit", view_id=opened["id"], values={"name": "x"})
    assert (answer["acknowledged"], answer["open"]) == (False, True)


def test_closing_is_told_when_the_view_asks_for_it(slack, app, client, trigger):
    view = client.views_open(trigger_id=trigger(), view=modal(notify_on_close=True))["view"]
    slack.act("close", view_id=view["id"])
    payload = app.next().payload
    assert (payload["type"], payload["view"]["id"], payload["is_cleared"]) == ("view_closed", view["id"], False)


def test_a_view_is_updated_unless_it_changed_meanwhile(client, refused, opened):
    updated = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(title=plain("New")))["view"]
    assert updated["title"]["text"] == "New"
    assert refused("views.update", view_id=opened["id"], hash=opened["hash"], view=modal())["error"] == "hash_conflict"
    assert refused("views.update", view_id="V0", view=modal())["error"] == "not_found"


def test_three_views_lie_on_each_other_at_most(slack, app, client, refused, trigger):
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    view = modal(blocks=[{"type": "actions", "elements": [button]}])
    opened = client.views_open(trigger_id=trigger(), view=view)["view"]
    triggers = [slack.act("click", user="mina", view_id=opened["id"], action_id="more")["trigger_id"] for _ in range(3)]
    for each in triggers[:2]:
        client.views_push(trigger_id=each, view=view)
    assert refused("views.push", trigger_id=triggers[2], view=view)["error"] == "push_limit_reached"


def test_an_external_id_occurs_once(client, refused, trigger):
    client.views_open(trigger_id=trigger(), view=modal(external_id="one"))
    answer = refused("views.open", trigger_id=trigger(), view=modal(external_id="one"))
    assert answer["error"] == "duplicate_external_id"
