"""`python -m sandbox --port N --speed F --state FILE`: runs the simulated AWS account until SIGTERM."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

from sandbox import running
from sandbox.pricing.products import TABLE


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=5000, help="0 takes a free one")
    parser.add_argument("--speed", type=float, default=1.0, help="10 makes 60 AWS seconds last 6")
    parser.add_argument("--state", default="", help="file that keeps everything across restarts")
    parser.add_argument("--change-set-seconds", type=float, default=1.0)
    parser.add_argument("--prices", type=Path, default=TABLE, help="CSV that the Price List API answers from")
    given = parser.parse_args()
    if given.speed <= 0:
        parser.error("--speed must be above 0")
    running.serve(given.port, given.speed, given.state, given.change_set_seconds, given.prices)


if __name__ == "__main__":
    main()
