"""The sandbox's own endpoints under /_sandbox: faults, logs, speed, roles."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import ages, faults, iam, oidc, seeds, subjects
from sandbox.cloudformation import lifecycle
from sandbox.estates import filling
from sandbox.seeded import Seeded
from sandbox.world import World

Given = dict[str, Any]


class BadRequest(Exception):
    """Control input that cannot be understood; the text says what was expected."""


REFUSALS = (BadRequest, ages.BadAge, faults.BadRule, filling.BadEstate, iam.BadRole, oidc.BadToken, seeds.BadSeed)


def respond(world: World, request: Request) -> Response:
    path = request.path.removeprefix("/_sandbox").strip("/")
    name, _, rest = path.partition("/")
    handler = ROUTES.get((request.method, name))
    if handler is None:
        return _json({"error": f"There is no {request.method} /_sandbox/{path}."}, 404)
    try:
        with world.lock:
            lifecycle.advance(world, world.clock.now())
            world.changed = world.changed or request.method != "GET"
            return _json(handler(world, _given(request) | ({"rest": rest} if rest else {})), 200)
    except REFUSALS as error:
        return _json({"error": str(error)}, 400)


def _json(value: Any, status: int) -> Response:
    return Response(json.dumps(value, default=str), status=status, content_type="application/json")


def _given(request: Request) -> Given:
    body = request.get_data()
    try:
        given = json.loads(body) if body else {}
    except ValueError as error:
        raise BadRequest("The body must be JSON.") from error
    if not isinstance(given, dict):
        raise BadRequest("The body must be a JSON object.")
    return given


def _ready(world: World, given: Given) -> Any:
    return {"ready": True, "speed": world.clock.speed, "saved": not (world.changed or world.writing)}


def _add_fault(world: World, given: Given) -> Any:
    return faults.as_json(world.faults.add(given))


def _list_faults(world: World, given: Given) -> Any:
    return {"faults": [faults.as_json(rule) for rule in world.faults.rules]}


def _clear_faults(world: World, given: Given) -> Any:
    world.faults.clear(given.get("rest", ""))
    return _list_faults(world, given)


def _log(world: World, given: Given) -> Any:
    return world.calls.as_json()


def _clear_log(world: World, given: Given) -> Any:
    world.calls.lines.clear()
    world.estate.operations = [line for line in world.estate.operations if line.ended is None]
    return {}


def _operations(world: World, given: Given) -> Any:
    lines = [asdict(line) for line in world.estate.operations]
    ends = [line["ended"] for line in lines if line["ended"] is not None]
    first = min((line["started"] for line in lines), default=None)
    last = max(ends, default=None)
    seconds = last - first if first is not None and last is not None else None
    return {"operations": lines, "first_start": first, "last_end": last, "seconds": seconds}


def _speed(world: World, given: Given) -> Any:
    return {"speed": world.clock.speed, "change_set_seconds": world.change_set_seconds}


def _set_speed(world: World, given: Given) -> Any:
    speed, wait = given.get("speed", world.clock.speed), given.get("change_set_seconds", world.change_set_seconds)
    if not isinstance(speed, (int, float)) or speed <= 0:
        raise BadRequest("speed must be a number above 0: 10 makes 60 AWS seconds last 6.")
    if not isinstance(wait, (int, float)) or wait < 0:
        raise BadRequest("change_set_seconds must be a number, 0 or more.")
    lifecycle.rescale(world, float(speed))
    world.change_set_seconds = float(wait)
    return _speed(world, given)


def _add_role(world: World, given: Given) -> Any:
    return iam.add_role(world, given)


def _age(world: World, given: Given) -> Any:
    return ages.age(given)


def _fill(world: World, given: Given) -> Any:
    return filling.fill(world, given)


def _oidc(world: World, given: Given) -> Any:
    return oidc.control(world.issuers, given)


def _issuers(world: World, given: Given) -> Any:
    return oidc.state(world.issuers)


def _clear_seeds(world: World, given: Given) -> Any:
    world.seeded = Seeded()
    return {}


ROUTES: dict[tuple[str, str], Callable[[World, Given], Any]] = {
    ("GET", ""): _ready,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "operations"): _operations,
    ("GET", "speed"): _speed,
    ("PUT", "speed"): _set_speed,
    ("POST", "roles"): _add_role,
    ("POST", "ages"): _age,
    ("POST", "estates"): _fill,
    ("POST", "oidc"): _oidc,
    ("GET", "oidc"): _issuers,
    ("DELETE", "seeds"): _clear_seeds,
}
ROUTES |= {("POST", name): seeds.planted(plant) for name, plant in subjects.SUBJECTS.items()}
