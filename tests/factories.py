"""Rows for tests, each with sensible contents unless told otherwise."""

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore

from opsportal import clock, policies, runs
from opsportal.models import Approval, Environment, Event, Finding, FindingChange, Firing, Notice, Policy, Run, Step

_numbers = itertools.count(1)


def environment(**fields: Any) -> Environment:
    name = fields.pop("name", f"env-{next(_numbers)}")
    return Environment.objects.create(**{"name": name, "account": "123456789012", "regions": ["eu-central-1"]} | fields)


def user(*permissions: str, **fields: Any) -> User:
    """A person with these rights of ours; without any named: may start runs and answer approvals."""
    person = User.objects.create_user(fields.pop("username", f"user-{next(_numbers)}"), is_staff=True, **fields)
    names = permissions or ("operate_environment", "approve_environment", "view_environment")
    rows = Permission.objects.filter(codename__in=names, content_type__app_label="opsportal")
    person.user_permissions.set(rows)
    return person


def session(person: User) -> str:
    """What the browser of this person sends as its cookie, without all that follows a sign-in."""
    made = SessionStore()
    made[SESSION_KEY] = str(person.pk)
    made[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    made[HASH_SESSION_KEY] = person.get_session_auth_hash()
    made.save()
    return str(made.session_key)


def group(name: str) -> Group:
    return Group.objects.create(name=name)


def start(graph: dict[str, list[str]], **params: Any) -> Run:
    """A run of the tests' runbook, just started."""
    where = params.pop("environment", None) or environment()
    by = params.pop("by", None) or user()
    key = params.pop("key", f"key-{next(_numbers)}")
    return runs.start("test.graph", where, {"graph": graph, **params}, by, key)


def typed(day: str) -> Run:
    """A run of the tests' runbook whose parameters have types of their own."""
    return runs.start("test.typed", environment(), {"windows": [{"day": day}]}, user(), f"key-{next(_numbers)}")


def run(**fields: Any) -> Run:
    """A row as the engine leaves it, without the engine: running, started a minute ago."""
    number = next(_numbers)
    known = {"runbook": "test.graph", "status": "running", "caller": "user:0", "key": f"row-{number}", "params": {}}
    where = fields.pop("environment", None) or environment()
    started = clock.now() - timedelta(minutes=1)
    return Run.objects.create(**{**known, "environment": where, "created_at": started} | fields)


def step(run: Run, key: str, **fields: Any) -> Step:
    known = {"action": "count", "status": "blocked", "position": next(_numbers)}
    if fields.get("status") in ("succeeded", "failed"):
        known |= {"started_at": run.created_at, "ended_at": run.created_at + timedelta(seconds=10)}
    return Step.objects.create(run=run, key=key, **known | fields)


def line(run: Run, text: str, **fields: Any) -> Event:
    run.events += 1
    run.save(update_fields=["events"])
    return Event.objects.create(**{"run": run, "number": run.events, "at": clock.now(), "text": text} | fields)


def policy(environments: list[Environment], **fields: Any) -> Policy:
    """A policy of the tests' runbook that is due at noon and skips; its editor may do everything."""
    known = {"name": f"policy-{next(_numbers)}", "runbook": "test.graph", "params": {"graph": {"a": []}}}
    made = Policy(**{**known, "cron": "0 12 * * *"} | fields)
    policies.save(made, environments, user(is_superuser=True))
    return made


def firing(policy: Policy, run: Run) -> Firing:
    """A firing of this policy that started this run, a minute ago."""
    at = run.created_at
    made = Firing.objects.create(policy=policy, due_at=at, fired_at=at, status="started", reason="Missed before it: 2.")
    Run.objects.filter(pk=run.pk).update(firing=made)
    return made


def notice(policy: Policy, run: Run, **fields: Any) -> Notice:
    """What was told of this run, and has not arrived."""
    known = {"firing": firing(policy, run), "about": "firing", "to": "ops@example.com", "subject": "3 new findings"}
    known |= {"text": "dev: succeeded.\n", "status": "failed", "tries": 3, "error": "The mail server did not take it."}
    return Notice.objects.create(**{**known, "created_at": clock.now()} | fields)


def approval(step: Step, **fields: Any) -> Approval:
    """An open question, asked just now, for somebody else than the requester."""
    now = clock.now()
    known = {"number": 1, "question": "Go on?", "digest": "d", "asked_at": now, "expires_at": now + timedelta(hours=4)}
    return Approval.objects.create(step=step, **known | fields)


def unsaved_finding(environment: Environment, **fields: Any) -> Finding:
    """As a sweep writes it: an unattached volume, found ten days ago, open."""
    now, number = clock.now(), next(_numbers)
    known = {"region": "eu-central-1", "check_name": "ebs-unattached", "resource": f"vol-{number:08x}", "severity": 2}
    known |= {"detail": "100 GiB, attached to nothing for 10 days.", "advice": "Take a snapshot, then delete it."}
    known |= {"usd": "8.80", "evidence": {"size_gib": 100}, "state": "open", "times_seen": 10}
    known |= {"first_seen": now - timedelta(days=10), "last_seen": now, "opened_at": now - timedelta(days=10)} | fields
    place = f"{environment.pk} {known['region']} {known['check_name']} {known['resource']}"
    known.setdefault("fingerprint", hashlib.sha256(place.encode()).hexdigest())
    return Finding(environment=environment, **known)


def finding(**fields: Any) -> Finding:
    made = unsaved_finding(fields.pop("environment", None) or environment(), **fields)
    made.save()
    made.refresh_from_db()
    FindingChange.objects.create(finding=made, at=made.first_seen, kind="found")
    return made
