"""`python -m sandbox.slack --port N --speed F`: runs the simulated Slack workspace until SIGTERM."""

import argparse
from dataclasses import fields

from sandbox.slack import running
from sandbox.slack.settings import BadSetting, Settings

SECRETS = ("bot_token", "app_token", "signing_secret")


def main() -> None:
    known = {each.name: each.default for each in fields(Settings)}
    parser = argparse.ArgumentParser(prog="sandbox.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=5001, help="0 takes a free one")
    parser.add_argument("--speed", type=float, default=1.0, help="10 makes a limit of a second one of a tenth")
    parser.add_argument("--people", default="", help="their names, separated by commas; otherwise mina, jonas, amara")
    for name in SECRETS:
        parser.add_argument(f"--{name.replace('_', '-')}", default=known[name], help=f"otherwise {known[name]}")
    given = vars(parser.parse_args())
    port, people, settings = given.pop("port"), given.pop("people"), Settings()
    try:
        settings.change(given)
    except BadSetting as error:
        parser.error(str(error))
    running.serve(port, settings, [name.strip() for name in people.split(",") if name.strip()])


if __name__ == "__main__":
    main()
