"""An `aws` command line, read by botocore's own models as the AWS CLI reads it, and run against an endpoint.

Only what the models describe is known: the CLI's own inventions (`s3 cp`, `cloudformation deploy`) are refused.
AWS CLI User Guide: Specifying parameter values, Loading a parameter from a file, Controlling command output.
"""

import json
import re
import shlex
from dataclasses import dataclass, field

import botocore.session
import jmespath
from botocore import xform_name

RENAMED = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
OUTPUT = ("query", "output")
FORMATS = ("json", "text")
models = botocore.session.Session()


class Unknown(Exception):
    """The AWS CLI has no such service, operation or option, or would not read the value; the text says which."""


@dataclass(frozen=True)
class Command:
    service: str
    operation: str
    waiter: str = ""
    given: dict = field(default_factory=dict)
    query: str = ""
    output: str = "json"

    def run(self, client):
        """Calls the operation, or waits. What it prints; "" for nothing. Raises what botocore raises."""
        if self.waiter:
            client.get_waiter(self.waiter).wait(**self.given, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
            return ""
        answer = getattr(client, xform_name(self.operation))(**self.given)
        answer.pop("ResponseMetadata")
        return printed(jmespath.search(self.query, answer) if self.query else answer, self.output)


def printed(value, output):
    if value in (None, {}):
        return ""
    return str(value) if output == "text" and isinstance(value, str | int) else json.dumps(value, default=str)


def lines(text):
    """The commands of a `console` block, each with the lines that go on with it."""
    return [part.strip().replace("\\\n", " ") for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]


def read(line, folder):
    """The command on this line, `file://` read from the folder. Raises Unknown."""
    program, name, *words = shlex.split(line)
    if program != "aws" or name in RENAMED.values():
        raise Unknown(f"{program} {name} is no service of the AWS CLI.")
    model = service(RENAMED.get(name, name))
    waiter, operation = waited(model, words[1]) if words[0] == "wait" else ("", known(model, words[0]))
    chosen = options(words[2 if waiter else 1 :])
    shown = {option: chosen.pop(option)[0] for option in OUTPUT if option in chosen}
    if shown.get("output", "json") not in FORMATS:
        raise Unknown(f"--output {shown['output']} is none of {FORMATS}.")
    return Command(model.service_name, operation, waiter, arguments(model, operation, chosen, folder), **shown)


def service(name):
    if name not in models.get_available_services():
        raise Unknown(f"{name} is no service of the AWS CLI.")
    return models.get_service_model(name)


def known(model, word):
    found = {xform_name(name, "-"): name for name in model.operation_names}
    if word not in found:
        raise Unknown(f"{word} is no operation of {model.service_name}.")
    return found[word]


def waited(model, word):
    """(waiter, the operation it calls)."""
    waiters = models.get_waiter_model(model.service_name)
    found = {xform_name(name, "-"): name for name in waiters.waiter_names}
    if word not in found:
        raise Unknown(f"{model.service_name} can't wait for {word}.")
    return xform_name(found[word]), waiters.get_waiter(found[word]).operation


def options(words):
    """The values that follow each --option."""
    found = {}
    for word in words:
        if word.startswith("--"):
            current = found.setdefault(word.removeprefix("--"), [])
        else:
            current.append(word)
    return found


def arguments(model, operation, chosen, folder):
    """The options by the names that the operation's model gives them."""
    shape = model.operation_model(operation).input_shape
    members = {xform_name(name, "-"): name for name in shape.members}
    if strange := sorted(chosen.keys() - members.keys()):
        raise Unknown(f"{operation} has no option --{', --'.join(strange)}.")
    return {
        members[option]: value(option, shape.members[members[option]], [contents(word, folder) for word in words])
        for option, words in chosen.items()
    }


def value(option, shape, texts):
    if shape.type_name == "boolean" and not texts:
        return True
    if shape.type_name == "list" and texts and not texts[0].startswith("["):
        return [scalar(shape.member, text) for text in texts]
    if len(texts) != 1:
        raise Unknown(f"--{option} takes one value, not {len(texts)}.")
    return scalar(shape, texts[0])


def contents(word, folder):
    return (folder / word.removeprefix("file://")).read_text() if word.startswith("file://") else word


def scalar(shape, text):
    """Structures as JSON; the CLI's shorthand is not read."""
    return {"string": str, "integer": int, "long": int}.get(shape.type_name, json.loads)(text)
