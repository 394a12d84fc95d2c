"""The words the run page's script says, translated."""

from django.utils.translation import gettext as _


def texts() -> dict[str, str]:
    """In braces: what the script fills in."""
    return {
        "s": _("{n} s"),
        "min_s": _("{n} min {s} s"),
        "min": _("{n} min"),
        "h": _("{n} h {m} min"),
        "hours": _("{n} h"),
        "d": _("{n} d {h} h"),
        "days": _("{n} d"),
        "s_ago": _("{n} s ago"),
        "min_ago": _("{n} min ago"),
        "h_ago": _("{n} h ago"),
        "d_ago": _("{n} d ago"),
        "run": _("run"),
        "over": _("{time} over usual"),
        "left": _("about {time} left"),
        "after": _("after {steps}"),
        "never": _("won’t run: needs {steps}"),
        "did_not": _("didn’t run: needs {steps}"),
        "not_run": _("didn’t run"),
        "asked": _("asked {ago}"),
        "waited": _("waited {time} for an answer"),
        "more": _("{names} and {n} more"),
        "usual_end": _("usual end"),
        "choose": _("Choose a step to see what it needs, what needs it, and only its events."),
        "needs": _("{step} needs {needs} · needed by {needed}"),
        "nothing": _("nothing"),
        "progress": _("{done} of {of}"),
        "of_usual": _("{time} of usual {usual}"),
        "elapsed": _("{time} so far"),
        "new": _("{n} new"),
        "copied": _("Copied"),
        "no_match": _("No events match."),
        "none": _("No events yet."),
        "warning": _("Warning"),
        "error": _("Error"),
        "away": _("Reconnecting. What you see is from {time} ago."),
        "away_more": _(
            "The run itself goes on; only this view is behind. Missed events are filled in, in order. "
            "Next try in {time}."
        ),
        "trying": _(
            "The run itself goes on; only this view is behind. Missed events are filled in, in order. Trying now."
        ),
        "reason_needed": _("Say why you reject it."),
        "older_failed": _("Older events can’t be read now. Try again."),
    }
