"""What only one step at a time may change: rows taken by compare-and-set, several in sorted order or none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from .models import Lock, Run, Step
from .models.lock import name_hash
from .turns import Turn

CHANGES = "changes in flight"  # this row is never held: caps are counted under it


def ensure(environment_id: int, resources: Iterable[str]) -> None:
    """Make the rows of these resources where they are missing; they are never deleted."""
    rows = [
        Lock(hash=name_hash(environment_id, resource), environment_id=environment_id, resource=resource)
        for resource in {CHANGES, *resources}
    ]
    Lock.objects.bulk_create(rows, ignore_conflicts=True)


def held(step: Step) -> bool:
    """Whether the step holds all it wants."""
    return step.held_locks.count() == len(step.locks)


def take(turn: Turn, step: Step) -> bool:
    """Take all the step wants, or nothing. Refused while an earlier waiter wants any of them."""
    one_at_a_time(turn.run.environment_id)
    if behind(turn, step) or not within_cap(turn, step):
        return False
    for hash_ in sorted(name_hash(turn.run.environment_id, resource) for resource in step.locks):
        if not grab(hash_, step):
            Lock.objects.filter(holder=step).update(holder=None)
            return False
    return True


def behind(turn: Turn, step: Step) -> bool:
    """Whether somebody who waits longer, by (queued_at, id), wants something of ours."""
    since: datetime = step.queued_at or turn.now
    earlier = Q(queued_at__lt=since) | Q(queued_at=since, pk__lt=step.pk)
    rows = waiters(turn.run.environment_id).filter(earlier).exclude(pk=step.pk)
    return any(set(locks) & set(step.locks) for locks in rows.values_list("locks", flat=True))


def within_cap(turn: Turn, step: Step) -> bool:
    """Whether the environment allows one more step that changes it."""
    environment = turn.run.environment
    alive = Lock.objects.filter(environment=environment, holder__status__in=Step.OPEN, holder__run__status__in=Run.OPEN)
    return alive.exclude(holder=step).values("holder").distinct().count() < environment.changes_at_once


def one_at_a_time(environment_id: int) -> None:
    """Until the transaction ends nobody else takes locks of the environment, or looks for who waits for them.

    So the cap is counted right, and who frees a lock sees whoever begins to wait for it at that moment.
    """
    row = Lock.objects.filter(hash=name_hash(environment_id, CHANGES))
    if not row.update(resource=CHANGES):  # nothing was ever locked there
        ensure(environment_id, ())
        row.update(resource=CHANGES)


def grab(hash_: str, step: Step) -> bool:
    """Take one row if nobody alive holds it; taking it from the dead raises its version."""
    lock = Lock.objects.select_related("holder__run").get(hash=hash_)
    if lock.holder_id == step.pk:
        return True
    dead = lock.holder is not None and (lock.holder.status in Step.ENDED or lock.holder.run.status in Run.ENDED)
    if lock.holder is not None and not dead:
        return False
    same = Lock.objects.filter(hash=hash_, holder=lock.holder_id, version=lock.version)
    return same.update(holder=step, version=F("version") + (1 if dead else 0)) == 1


def free(turn: Turn, step: Step) -> dict[str, list[int]]:
    """Give back what the step holds and nudge the first waiter of each; each version it ever made, by resource.

    It makes one where it has sent a changing call: who only looked leaves everything as it was.
    """
    mine = list(Lock.objects.filter(holder=step).order_by("hash"))
    if not mine:
        return dict(step.lock_versions)
    acted = Step.objects.filter(pk=step.pk, acted=True).exists()
    Lock.objects.filter(holder=step).update(holder=None, version=F("version") + int(acted))
    nudge_first(turn, {lock.resource for lock in mine})
    if not acted:
        return dict(step.lock_versions)
    made = {lock.resource: [*step.lock_versions.get(lock.resource, ()), lock.version + 1] for lock in mine}
    return {**step.lock_versions, **made}


def nudge_first(turn: Turn, freed: set[str]) -> None:
    """Nudge the longest-waiting step of all, for the cap, and the longest-waiting of each freed resource."""
    one_at_a_time(turn.run.environment_id)
    told: set[str] = set()
    rows = waiters(turn.run.environment_id).order_by("queued_at", "pk").values_list("pk", "queue", "locks")
    for place, (pk, queue, locks) in enumerate(rows):
        fresh = (set(locks) & freed) - told
        if place == 0 or fresh:
            turn.nudge(pk, queue)
            told |= fresh


def moved(step: Step, ours: Sequence[Mapping[str, Sequence[int]]]) -> list[str]:
    """The resources another run changed since this step gave them back, or holds now; `ours`: what our run left."""
    hashes = [name_hash(step.run.environment_id, resource) for resource in step.lock_versions]
    rows = Lock.objects.filter(hash__in=hashes)
    return [
        row.resource
        for row in rows
        if row.holder_id is not None
        or not {*range(max(step.lock_versions[row.resource]), row.version + 1)}.issubset(
            version for given_back in ours for version in given_back.get(row.resource, ())
        )
    ]


def waiters(environment_id: int) -> "QuerySet[Step]":
    return Step.objects.filter(status=Step.Status.QUEUED, run__environment_id=environment_id)
