"""`python -m bench [section …]`: prints a table; docs/benchmarks.md keeps one with its date and machine."""

import importlib
import sys

from . import estate  # settings first: the sections import models

SECTIONS = ("engine", "stacks", "live", "page", "team", "findings", "sweeps", "crowd", "hosts", "api", "slack")


def main() -> None:
    chosen = sys.argv[1:] or SECTIONS
    print(f"Data in {estate.VAR_DIR}.", file=sys.stderr)
    print("| what | measured | target |\n|---|---|---|")
    for name in chosen:
        for row in importlib.import_module(f"bench.{name}").rows():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
