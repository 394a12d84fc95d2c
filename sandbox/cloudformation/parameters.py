"""A template's parameters: defaults, previous values, constraints and SSM look-ups."""

import re
from typing import Any

from sandbox.cloudformation.errors import invalid
from sandbox.cloudformation.records import Json, Place

SSM = "AWS::SSM::Parameter::Value<"
HIDDEN = "****"
NO_PREVIOUS = (
    "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key "
    "not in the previous template"
)


def given(declared: Json, asked: list[Json], previous: dict[str, str]) -> dict[str, str]:
    """The text of each declared parameter; raises Refused as AWS does."""
    values = {name: str(_text(d["Default"])) for name, d in declared.items() if "Default" in d}
    unknown = sorted({p["ParameterKey"] for p in asked} - set(declared))
    if unknown:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for parameter in asked:
        values[parameter["ParameterKey"]] = _asked(parameter, previous)
    missing = [name for name in declared if name not in values]
    if missing:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        _check(name, value, declared[name])
    return values


def _asked(parameter: Json, previous: dict[str, str]) -> str:
    name = parameter["ParameterKey"]
    if not parameter.get("UsePreviousValue"):
        return str(parameter.get("ParameterValue", ""))
    if name not in previous:
        raise invalid(NO_PREVIOUS.format(name=name))
    return previous[name]


def _text(default: Any) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return ",".join(map(str, default)) if isinstance(default, list) else str(default)


def _check(name: str, value: str, declared: Json) -> None:
    allowed = declared.get("AllowedValues")
    if allowed and value not in [_text(item) for item in allowed]:
        raise invalid(f"Parameter '{name}' must be one of AllowedValues")
    pattern = declared.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        raise invalid(_complaint(name, declared, f"must match pattern {pattern}"))
    _check_length(name, value, declared)
    if declared.get("Type") == "Number":
        _check_number(name, value, declared)


def _check_length(name: str, value: str, declared: Json) -> None:
    if len(value) < int(declared.get("MinLength", 0)):
        raise invalid(_complaint(name, declared, f"must contain at least {declared['MinLength']} characters"))
    if "MaxLength" in declared and len(value) > int(declared["MaxLength"]):
        raise invalid(_complaint(name, declared, f"must contain at most {declared['MaxLength']} characters"))


def _check_number(name: str, value: str, declared: Json) -> None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise invalid(f"Parameter '{name}' must be a number.")
    if "MinValue" in declared and float(value) < float(declared["MinValue"]):
        raise invalid(_complaint(name, declared, f"must be a number not less than {declared['MinValue']}"))
    if "MaxValue" in declared and float(value) > float(declared["MaxValue"]):
        raise invalid(_complaint(name, declared, f"must be a number not greater than {declared['MaxValue']}"))


def _complaint(name: str, declared: Json, otherwise: str) -> str:
    described = declared.get("ConstraintDescription")
    return f"Parameter '{name}' failed to satisfy constraint: {described or otherwise}"


def resolve(declared: Json, values: dict[str, str], place: Place) -> dict[str, Any]:
    """What Ref gives: lists as lists, SSM names as their values."""
    return {name: _resolved(declared[name].get("Type", "String"), value, place) for name, value in values.items()}


def _resolved(kind: str, value: str, place: Place) -> Any:
    if kind.startswith(SSM):
        value, kind = _from_ssm(value, place), kind.removeprefix(SSM).removesuffix(">")
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [item.strip() for item in value.split(",")] if value else []
    return value


def _from_ssm(name: str, place: Place) -> str:
    from moto.ssm.models import ssm_backends

    found = ssm_backends[place.account][place.region].get_parameter(name)
    if found is None:
        raise invalid(f"Unable to fetch parameters [{name}] from parameter store for this account.")
    return str(found.value)


def shown(declared: Json, values: dict[str, str], resolved: dict[str, Any]) -> list[Json]:
    """Parameters as the API lists them, secrets hidden."""
    return [_shown(name, value, declared.get(name) or {}, resolved.get(name)) for name, value in values.items()]


def _shown(name: str, value: str, declared: Json, resolved: Any) -> Json:
    if str(declared.get("NoEcho", "")).lower() == "true":
        return {"ParameterKey": name, "ParameterValue": HIDDEN}
    line = {"ParameterKey": name, "ParameterValue": value}
    if str(declared.get("Type", "")).startswith(SSM):
        line["ResolvedValue"] = ",".join(resolved) if isinstance(resolved, list) else str(resolved)
    return line
