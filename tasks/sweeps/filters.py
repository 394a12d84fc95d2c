"""What narrows a listing of EC2."""

from typing import Any


def filters(**wanted: list[str]) -> list[dict[str, Any]]:
    """EC2's filters by their names with _ for -: `volume_type=["gp2"]` and the like."""
    return [{"Name": name.replace("_", "-"), "Values": values} for name, values in wanted.items()]
