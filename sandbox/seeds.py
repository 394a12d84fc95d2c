"""Control input that seeds an account: each subject's own function plants it."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sandbox.cloudformation.records import Json, Place
from sandbox.cloudformation.requests import Request
from sandbox.requests import DEFAULT_ACCOUNT
from sandbox.world import World

DEFAULT_REGION = "eu-west-1"
Form = TypeVar("Form", bound=BaseModel)


class BadSeed(Exception):
    """What cannot be planted; the text says what was expected."""


def form(kind: type[Form], request: Request) -> Form:
    """The input as this form; raises BadSeed with the first thing that is wrong."""
    try:
        return kind.model_validate(request.given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSeed(f"{where}: {first['msg']}.") from error


def planted(plant: Callable[[Request], Json]) -> Callable[[World, Json], Any]:
    """A control handler: `account` and `region` say where, the rest is for the subject."""

    def handler(world: World, given: Json) -> Any:
        rest = {name: value for name, value in given.items() if name not in ("account", "region")}
        place = Place(str(given.get("account", DEFAULT_ACCOUNT)), str(given.get("region", DEFAULT_REGION)))
        return plant(Request(world, place, rest, world.clock.now()))

    return handler
