"""How a status looks: always an icon, a word and a colour together."""

from dataclasses import dataclass

from ..models import Finding, Run, Step

R = Run.Status
S = Step.Status


@dataclass(frozen=True)
class Look:
    """`colour` is ok, live, ask, bad or rest; `icon` is a symbol of icons.svg."""

    colour: str
    icon: str
    word: str


RUNS = {
    R.PLANNING: ("live", "progress_activity"),
    R.RUNNING: ("live", "progress_activity"),
    R.ASKING: ("ask", "help"),
    R.CANCELLING: ("live", "stop_circle"),
    R.UNDOING: ("live", "undo"),
    R.SUCCEEDED: ("ok", "check_circle"),
    R.FAILED: ("bad", "error"),
    R.CANCELLED: ("rest", "block"),
    R.UNDONE: ("rest", "undo"),
    R.UNDO_FAILED: ("bad", "error"),
}
STEPS = {
    S.BLOCKED: ("rest", "hourglass_empty"),
    S.QUEUED: ("rest", "schedule"),
    S.DUE: ("rest", "schedule"),
    S.RUNNING: ("live", "progress_activity"),
    S.ASKING: ("ask", "help"),
    S.SUCCEEDED: ("ok", "check_circle"),
    S.FAILED: ("bad", "error"),
    S.SKIPPED: ("rest", "remove_circle"),
    S.CANCELLED: ("rest", "block"),
    S.ABANDONED: ("bad", "warning"),
    S.UNDONE: ("rest", "undo"),
}

SEVERITIES = {
    Finding.Severity.CRITICAL: ("bad", "error"),
    Finding.Severity.HIGH: ("bad", "warning"),
    Finding.Severity.MEDIUM: ("ask", "info"),
    Finding.Severity.LOW: ("rest", "remove_circle"),
}
FINDINGS = {
    Finding.State.OPEN: ("rest", "troubleshoot"),
    Finding.State.ACKNOWLEDGED: ("rest", "check"),
    Finding.State.SNOOZED: ("rest", "snooze"),
    Finding.State.EXEMPT: ("rest", "visibility_off"),
    Finding.State.CLOSED: ("ok", "check_circle"),
}


def of_severity(finding: Finding) -> Look:
    severity = Finding.Severity(finding.severity)
    return Look(*SEVERITIES[severity], str(severity.label))


def of_finding(finding: Finding) -> Look:
    state = Finding.State(finding.state)
    return Look(*FINDINGS[state], str(state.label))


def of_run(run: Run) -> Look:
    colour, icon = RUNS[R(run.status)]
    return Look(colour, icon, str(R(run.status).label))


def shown_status(step: Step) -> str:
    """What a person calls it: a step between two looks at AWS is still under way."""
    return S.RUNNING if step.status == S.DUE and step.started_at else step.status


def of_step(step: Step) -> Look:
    status = S(shown_status(step))
    colour, icon = STEPS[status]
    return Look(colour, icon, str(status.label))


def for_script() -> dict[str, list[str]]:
    """The looks of steps as the page's script reads them."""
    return {status.value: [*look, str(status.label)] for status, look in STEPS.items()}


def runs_for_script() -> dict[str, list[str]]:
    return {status.value: [*look, str(status.label)] for status, look in RUNS.items()}
