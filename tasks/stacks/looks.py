"""When to look again: dense where an end is likely, sparse where it is not."""

SHORTEST = 0.25
LONGEST = 5.0
EARLY = 0.5  # an end may come long before the usual one
LIVE = 2.0  # people follow the events: no look is further off while no end is near
OTHERS = 3.0  # somebody else's operation


def next_look(elapsed: float, usual: float | None) -> float:
    """Seconds until the next look at an operation that began `elapsed` seconds ago and usually takes `usual`.

    Without a usual duration the distance grows with what has passed, so that an end is noticed within 3 % of it.
    """
    growing = min(max(SHORTEST, 0.03 * elapsed), LONGEST)
    if not usual or elapsed > 1.5 * usual:
        return growing
    likely = 0.75 * usual
    if elapsed >= likely:
        return min(max(SHORTEST, 0.01 * usual), LONGEST)
    sparse = min(max(EARLY, 0.1 * elapsed), max(LIVE, growing))
    return min(max(likely - elapsed, SHORTEST), sparse)


def next_look_at_change_set(elapsed: float) -> float:
    """The same for a change set: about a second for a small template, three to six at times."""
    return 0.8 if elapsed < 0.1 else min(max(0.2, 0.12 * elapsed), LONGEST)
