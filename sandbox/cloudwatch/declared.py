"""Alarms that stacks declare: looked up in the stacks whenever alarms are, so that they come and go with them."""

from sandbox.cloudformation import schemas
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch.alarms import Alarm

TYPE = "AWS::CloudWatch::Alarm"


def follow(request: Request, known: dict[str, Alarm]) -> None:
    """Adds, changes and removes the alarms of stacks among those that are known."""
    wanted = _declared(request)
    for name in [name for name, alarm in known.items() if alarm.declared and name not in wanted]:
        del known[name]
    for name, settings in wanted.items():
        alarm = known.get(name)
        if alarm is None:
            alarm = known[name] = Alarm(name, request.place, "MetricAlarm", {}, request.now, since=request.now)
        if alarm.settings != settings:
            alarm.settings, alarm.updated, alarm.declared = settings, request.now, True


def _declared(request: Request) -> dict[str, Json]:
    stacks = [stack for stack in request.world.estate.stacks.values() if stack.place == request.place]
    alarms = [one for stack in stacks for one in stack.resources.values() if one.type == TYPE and one.physical_id]
    there = [one for one in alarms if one.status != "DELETE_COMPLETE"]
    return {one.physical_id: _settings(one.properties) for one in there}


def _settings(properties: Json) -> Json:
    typed = schemas.typed(TYPE, properties)
    return {name: value for name, value in typed.items() if name not in ("AlarmName", "Tags")}
