"""What follows a policy's sweep once it has ended well: the clean-up that its degree allows."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from . import checks, runs
from .cleaning import CLEANUP
from .errors import Refused
from .models import Policy, Run
from .speakers import Speaker


def follows(run_id: int) -> bool:
    """Whether the policy that started this run, as it is now, wants what was found marked or cleaned up."""
    run = Run.objects.select_related("firing__policy").get(pk=run_id)
    return bool(wanted(run.firing.policy, run) if run.firing else None)


def wanted(policy: Policy, run: Run) -> dict[str, Any] | None:
    """The parameters of the clean-up after this sweep; None: the policy only reports, or nothing can be cleaned up."""
    chosen = cleanable(run.params.get("checks", ()))
    if policy.degree == Policy.Degree.REPORT or not policy.enabled or not chosen:
        return None
    caps = {name: getattr(policy, name) for name in ("degree", "grace_days", "max_changes", "max_percent")}
    return {"checks": chosen, "regions": run.params.get("regions", []), **caps}


def cleanable(names: Iterable[str]) -> list[str]:
    """Those of these checks whose findings a clean-up ends."""
    return [name for name in names if (found := checks.check(name)) and found.cleanup]


def start(run_id: int) -> Run | None:
    """Start the clean-up after this sweep for whom its firing speaks; repeating gives the same run.

    None: the policy does not want one any more. Raises Refused, Invalid.
    """
    run = Run.objects.select_related("environment", "firing__policy__edited_by", "firing__by").get(pk=run_id)
    if run.firing is None or (params := wanted(run.firing.policy, run)) is None:
        return None
    policy = run.firing.policy
    speaker = Speaker(run.firing.by or policy.edited_by, policy, run.firing.pk)
    if not speaker.is_active:
        raise Refused(_("%(who)s has left. Save the policy anew: it speaks for you then.") % {"who": speaker.person})
    return runs.start(CLEANUP, run.environment, params, speaker, f"{CLEANUP}:{run_id}")
