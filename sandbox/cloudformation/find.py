"""Looking stacks up by name or id."""

from sandbox.cloudformation.records import Estate, Place, Stack


def by_name_or_id(estate: Estate, place: Place, name: str) -> Stack | None:
    """A deleted stack is found by its id only."""
    if name.startswith("arn:"):
        found = estate.stacks.get(name)
        return found if found is not None and found.place == place else None
    return estate.named.get((place, name))
