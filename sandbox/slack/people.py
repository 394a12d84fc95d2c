"""People act: they click, type commands, write, open the App Home, archive channels and remove the bot."""

from sandbox.slack import acts, chat, delivery, inputs, payloads
from sandbox.slack.acts import BadAct
from sandbox.slack.blocks import interactive
from sandbox.slack.records import Channel, Json, Message, User
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import add_message, direct
from sandbox.slack.world import World


async def click(world: World, given: Json) -> Json:
    """A button, or a choice (`value`) in a menu, of a message or of a view."""
    user = acts.person(world.workspace, given)
    payload = _in_view(world, user, given) if "view_id" in given else _in_message(world, user, given)
    return acts.told(await delivery.interaction(world, payload))


def _in_view(world: World, user: User, given: Json) -> Json:
    view = acts.view(world.workspace, given)
    blocks = view.given["blocks"]
    action = _action(world, blocks, given)
    return payloads.view_action(world.workspace, user, view, action, _state(blocks, action, given))


def _in_message(world: World, user: User, given: Json) -> Json:
    place = acts.channel(world.workspace, given)
    message = acts.message(place, given, user)
    action = _action(world, message.blocks, given)
    state = _state(message.blocks, action, given)
    return payloads.block_action(world.workspace, user, place, message, action, state)


def _state(blocks: list[Json], action: Json, given: Json) -> Json:
    """What stands in all menus and inputs after this choice; nothing is required yet."""
    chosen = {} if action["type"] in inputs.WITHOUT_STATE else {action["action_id"]: given.get("value")}
    optional = [{**block, "optional": True} for block in blocks]
    return inputs.values(optional, given.get("values", {}) | chosen)


def _action(world: World, blocks: list[Json], given: Json) -> Json:
    for block, element in interactive(blocks):
        button = element["type"] == "button"
        meant = not button or given.get("value") in (None, element.get("value"))
        if element["action_id"] == given.get("action_id") and meant:
            made: Json = {name: element[name] for name in ("type", "action_id", "text", "style") if name in element}
            made |= {"block_id": block["block_id"], "action_ts": world.workspace.stamps.next()}
            value = {"value": element["value"]} if "value" in element else {}
            return made | (value if button else inputs.chosen(element, given.get("value")))
    raise BadAct(f"There is no element {given.get('action_id')!r} with that value to use.")


async def command(world: World, given: Json) -> Json:
    """What the app acknowledges with is shown to the person, or in the channel; a failure is told as Slack does."""
    workspace = world.workspace
    user, place = acts.person(workspace, given), acts.channel(workspace, given)
    name = "/" + str(given.get("command", "")).removeprefix("/")
    payload = payloads.command(workspace, user, place, name, str(given.get("text", "")))
    sent = await delivery.command(world, payload)
    if not sent.acknowledged:
        error = "operation_timeout" if sent.problems[-1].endswith("timeout") else "dispatch_failed"
        _whisper(world, place, user, f"{name} failed with the error “{error}”")
        return acts.told(sent) | {"error": error}
    if sent.answer and (sent.answer.get("text") or sent.answer.get("blocks")):
        _answered(world, place, user, sent.answer)
    return acts.told(sent)


def _answered(world: World, place: Channel, user: User, answer: Json) -> None:
    seen_by = "" if answer.get("response_type") == "in_channel" else user.id
    try:
        chat.respond(world.workspace, place, answer, seen_by)
    except Refused as refused:
        raise BadAct(f"Slack would not show that acknowledgement: {refused.error} {refused.more}") from refused


def _whisper(world: World, place: Channel, user: User, text: str) -> None:
    ts = world.workspace.stamps.next()
    add_message(world.workspace, place, Message(ts, "USLACKBOT", text, by_app=False, seen_by=user.id))


async def write(world: World, given: Json) -> Json:
    """A message, in a thread with `thread_ts`; `mention` puts the bot's name before it."""
    workspace = world.workspace
    user, place = acts.person(workspace, given), acts.channel(workspace, given)
    if place.is_archived or user.id not in place.members:
        raise BadAct(f"{user.name} cannot write in {place.name}.")
    mark = f"<@{workspace.bot_user}>"
    text = (f"{mark} " if given.get("mention") else "") + str(given.get("text", ""))
    ts = workspace.stamps.next()
    message = Message(ts, user.id, text, thread_ts=str(given.get("thread_ts", "")), by_app=False)
    add_message(workspace, place, message)
    if workspace.bot_user in place.members:
        for kind in ("message", *(["app_mention"] if mark in text else [])):
            delivery.event(world, payloads.event(workspace, payloads.written(workspace, place, message, kind)))
    return {"ts": message.ts, "channel": place.id}


async def open_home(world: World, given: Json) -> Json:
    workspace = world.workspace
    user = acts.person(workspace, given)
    place = direct(workspace, user.id)
    delivery.event(world, payloads.event(workspace, payloads.home_opened(workspace, user, place)))
    return {"channel": place.id}


async def archive(world: World, given: Json) -> Json:
    """`archived: false` takes it back."""
    place = acts.channel(world.workspace, given)
    place.is_archived = bool(given.get("archived", True))
    world.workspace.touch()
    return {"channel": place.id, "is_archived": place.is_archived}


async def member(world: World, given: Json) -> Json:
    """Invites the bot, or removes it by `present: false`."""
    place, bot = acts.channel(world.workspace, given), world.workspace.bot_user
    present = bool(given.get("present", True))
    place.members = [each for each in place.members if each != bot] + ([bot] if present else [])
    world.workspace.touch()
    return {"channel": place.id, "members": place.members}
