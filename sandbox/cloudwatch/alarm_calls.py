"""The API of alarms. API Reference: PutMetricAlarm, DescribeAlarms, DescribeAlarmHistory, SetAlarmState."""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import alarms, declared, evaluation, questions
from sandbox.cloudwatch.alarms import Alarm
from sandbox.paging import page

MOST = 100


def put_metric_alarm(request: Request) -> Json:
    if "Metrics" not in request.given:
        for name in ("MetricName", "Namespace", "Period"):
            if name not in request.given:
                raise questions.missing(name)
        questions.period(request.get("Period"))
    return _put(request, "MetricAlarm")


def put_composite_alarm(request: Request) -> Json:
    return _put(request, "CompositeAlarm")


def _put(request: Request, kind: Any) -> Json:
    settings = {name: value for name, value in request.given.items() if name not in ("AlarmName", "Tags")}
    known, name = _of(request), request.given["AlarmName"]
    alarm = known.get(name) or Alarm(name, request.place, kind, {}, request.now, since=request.now)
    verb = "updated" if name in known else "created"
    alarm.settings, alarm.updated, alarm.looked = settings, request.now, 0.0
    known[name] = alarm
    alarms.note(alarm, request.now, "ConfigurationUpdate", f'Alarm "{name}" {verb}', {"version": "1.0"})
    return {}


def _of(request: Request) -> dict[str, Alarm]:
    known = request.world.seeded.alarms.setdefault(request.place, {})
    declared.follow(request, known)
    return known


def _named(request: Request, name: str) -> Alarm:
    found = _of(request).get(name)
    if found is None:
        raise Refused("ResourceNotFound", f"Unknown Alarm: {name}", 404)
    return found


def describe_alarms(request: Request) -> Json:
    """Only metric alarms unless AlarmTypes says otherwise."""
    types = request.get("AlarmTypes") or ["MetricAlarm"]
    found = [alarm for alarm in _looked_at(request) if alarm.kind in types and _fits(alarm, request)]
    paged = page(found, "alarms", _most(request), request.get("NextToken"), _bad_token)
    kept: list[Alarm] = paged.pop("alarms")
    kinds = {"MetricAlarms": "MetricAlarm", "CompositeAlarms": "CompositeAlarm"}
    return {key: [_described(one) for one in kept if one.kind == kind] for key, kind in kinds.items()} | paged


def _looked_at(request: Request) -> Iterator[Alarm]:
    for _, alarm in sorted(_of(request).items()):
        evaluation.look(alarm, request.world.seeded.metrics, request.now)
        yield alarm


def _fits(alarm: Alarm, request: Request) -> bool:
    names, prefix = request.get("AlarmNames"), request.get("AlarmNamePrefix", "")
    acting = [*alarms.actions(alarm, "OK"), *alarms.actions(alarm, "ALARM")]
    wanted = request.get("ActionPrefix", "")
    return (
        (names is None or alarm.name in names)
        and alarm.name.startswith(prefix)
        and request.get("StateValue", alarm.state) == alarm.state
        and (not wanted or any(action.startswith(wanted) for action in acting))
    )


def _most(request: Request) -> int:
    most = int(request.get("MaxRecords", MOST))
    if not 1 <= most <= MOST:
        raise questions.validation(f"Value '{most}' at 'maxRecords' failed to satisfy constraint: between 1 and {MOST}")
    return most


def _bad_token(text: str) -> Refused:
    return Refused("InvalidNextToken", text)


def _described(alarm: Alarm) -> Json:
    lists: Json = {"OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}
    metric: Json = {"Dimensions": []} if alarm.kind == "MetricAlarm" and "Metrics" not in alarm.settings else {}
    state = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmConfigurationUpdatedTimestamp": alarm.updated,
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": alarm.since,
        "StateTransitionedTimestamp": alarm.since,
    }
    data = {"StateReasonData": alarm.reason_data} if alarm.reason_data else {}
    return {"ActionsEnabled": True} | lists | metric | alarm.settings | state | data


def describe_alarms_for_metric(request: Request) -> Json:
    dimensions = questions.dimensions(request.get("Dimensions"))
    found = [
        _described(alarm)
        for alarm in _looked_at(request)
        if all(alarm.settings.get(name) == request.get(name) for name in ("Namespace", "MetricName"))
        and questions.dimensions(alarm.settings.get("Dimensions")) == dimensions
    ]
    return {"MetricAlarms": found}


def describe_alarm_history(request: Request) -> Json:
    name, kind = request.get("AlarmName"), request.get("HistoryItemType")
    start, end = request.get("StartDate", 0.0), request.get("EndDate", request.now)
    found = [
        (alarm, item)
        for alarm in _looked_at(request)
        for item in alarm.history
        if name in (None, alarm.name) and kind in (None, item.type) and start <= item.at <= end
    ]
    oldest_first = request.get("ScanBy") == "TimestampAscending"
    found.sort(key=lambda pair: pair[1].at, reverse=not oldest_first)
    items = [_history_item(alarm, item) for alarm, item in found]
    return page(items, "AlarmHistoryItems", _most(request), request.get("NextToken"), _bad_token)


def _history_item(alarm: Alarm, item: alarms.HistoryItem) -> Json:
    names = {"AlarmName": alarm.name, "AlarmType": alarm.kind, "HistoryItemType": item.type}
    return names | {"Timestamp": item.at, "HistorySummary": item.summary, "HistoryData": item.data}


def set_alarm_state(request: Request) -> Json:
    """Until the alarm is next evaluated, as in AWS."""
    alarm = _named(request, request.given["AlarmName"])
    if request.given["StateValue"] not in alarms.STATES:
        text = f"Value '{request.given['StateValue']}' at 'stateValue' failed to satisfy constraint: "
        raise questions.validation(text + f"Member must satisfy enum value set: [{', '.join(sorted(alarms.STATES))}]")
    alarm.looked = request.now
    reason, data = request.given["StateReason"], request.get("StateReasonData", "")
    alarms.turn(alarm, request.now, request.given["StateValue"], reason, data)
    return {}


def delete_alarms(request: Request) -> Json:
    """An unknown name deletes nothing at all."""
    names = [_named(request, name).name for name in request.get("AlarmNames", [])]
    for name in names:
        _of(request).pop(name, None)
    return {}


def _switch(enabled: bool) -> Callable[[Request], Json]:
    def act(request: Request) -> Json:
        for name in request.get("AlarmNames", []):
            if name in _of(request):
                _of(request)[name].settings["ActionsEnabled"] = enabled
        return {}

    return act


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DeleteAlarms": delete_alarms,
    "DescribeAlarmHistory": describe_alarm_history,
    "DescribeAlarms": describe_alarms,
    "DescribeAlarmsForMetric": describe_alarms_for_metric,
    "DisableAlarmActions": _switch(False),
    "EnableAlarmActions": _switch(True),
    "PutCompositeAlarm": put_composite_alarm,
    "PutMetricAlarm": put_metric_alarm,
    "SetAlarmState": set_alarm_state,
}
