"""The demo: a simulated AWS, two environments, two people, and a deployment that one can watch."""

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission, User

from .. import role_template, runs
from ..models import Environment, Run
from .supervisor import Part

SPEED = 12.0  # AWS seconds a second
BLUEPRINT = "ecs-service"
ROLE, SERVICE_ROLE = "opsportal", "opsportal-cloudformation"
ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ENVIRONMENTS = (
    {"name": "dev", "account": "111111111111", "regions": ["eu-central-1", "eu-west-1"]},
    {"name": "prod", "account": "222222222222", "regions": ["eu-central-1"], "protected": True},
)
PEOPLE = {
    "olga": ("operate_environment", "view_environment", "add_environment", "change_environment"),
    "ansel": ("approve_environment", "view_environment"),
}


MOVING = (Run.Status.PLANNING, Run.Status.RUNNING)


@dataclass(frozen=True)
class Sandbox:
    """The simulated AWS on this port."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def part(self, state: Path) -> Part:
        argv = [sys.executable, "-m", "sandbox", "--port", str(self.port), "--speed", str(SPEED), "--state", str(state)]
        return Part("sandbox", argv, ready=self.ready)

    def ready(self) -> bool:
        try:
            return bool(self.call("GET", "")["ready"])
        except (urllib.error.URLError, ConnectionError):
            return False

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, seconds: float = 10
    ) -> dict[str, Any]:
        """Ask the sandbox's own endpoints, which no AWS has."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data, method=method)  # noqa: S310  http, ours
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found

    def workers_env(self) -> dict[str, str]:
        """What makes the workers talk to the sandbox; they hold no other credentials."""
        speed = {"AWS_ENDPOINT_SPEED": str(SPEED)}
        return {**speed, "AWS_ENDPOINT": self.url, "AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo"}


def keep_mails() -> None:
    """Where no mail server is named, this process and those it starts keep mails in a folder."""
    if not settings.EMAIL_FROM:
        settings.EMAIL_FROM = os.environ["EMAIL_FROM"] = "opsportal@localhost"
        os.environ["EMAIL_URL"] = f"file://{settings.VAR_DIR}/mail"


def seed(sandbox: Sandbox) -> None:
    """Load environments, their roles and the people; repeating it changes nothing."""
    for fields in ENVIRONMENTS:
        environment, _ = Environment.objects.get_or_create(name=fields["name"], defaults=fields)
        connect(sandbox, environment)
    for name, codenames in PEOPLE.items():
        person, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        rows = Permission.objects.filter(codename__in=codenames, content_type__app_label="opsportal")
        person.user_permissions.set(rows)


def connect(sandbox: Sandbox, environment: Environment) -> None:
    """Make the roles this environment assumes and passes, with just the rights that the role template gives."""
    service = {"account": environment.account, "role": SERVICE_ROLE, "policy": ADMIN}
    environment.service_role_arn = sandbox.call("POST", "roles", service)["arn"]
    policy = {"Version": "2012-10-17", "Statement": role_template.statements(environment)}
    role = {"account": environment.account, "role": ROLE, "external_id": environment.external_id, "policy": policy}
    environment.role_arn = sandbox.call("POST", "roles", {**role, "enforce": True})["arn"]
    environment.save()


def passwords(file: Path) -> dict[str, str]:
    """The logins of the demo, made once and kept; they are set anew at each start."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps({name: secrets.token_urlsafe(9) for name in PEOPLE}))
    found: dict[str, str] = json.loads(file.read_text())
    for name, password in found.items():
        person = User.objects.get(username=name)
        if not person.check_password(password):
            person.set_password(password)
            person.save()
    return found


def deploy(again: bool) -> Run:
    """The deployment of the demo; `again` starts another one where none is on its way.

    One that waits for a person is not: in a terminal nobody could answer.
    """
    dev, olga = Environment.objects.get(name="dev"), User.objects.get(username="olga")
    unfinished = Run.objects.filter(environment=dev, runbook="stacks.deploy", status__in=MOVING).first()
    if unfinished:
        return unfinished
    key = f"demo-{time.time_ns()}" if again else "demo"
    return runs.start("stacks.deploy", dev, {"blueprint": BLUEPRINT}, olga, key)
