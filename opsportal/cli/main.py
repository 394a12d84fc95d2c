"""`opsportal`: start, follow, approve and list from a terminal or a script."""

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from io import TextIOWrapper

from . import access, commands, texts
from .client import Client
from .errors import INTERRUPTED, Failure

EPILOG = """environment variables:
  OPSPORTAL_URL     where opsportal is; --url goes before it
  OPSPORTAL_TOKEN   the token; otherwise ~/.config/opsportal/token (mode 0600) has it

exit codes:
  0    it succeeded
  1    the run failed or was cancelled, or nothing was answered
  2    what was typed can't be used
  3    opsportal refused it, or the token has no right to it
  4    opsportal can't be reached
  130  interrupted; a run that was started goes on"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer characters than a run tells
    args = parser().parse_args(argv)
    try:
        client = None if args.command == "completion" else connected(args)
        return int(args.act(client, args))
    except Failure as failure:
        texts.remark(str(failure))
        return failure.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def connected(args: Namespace) -> Client:
    return Client(access.address(args.url, os.environ), access.token(os.environ))


def parser() -> ArgumentParser:
    found = ArgumentParser(
        "opsportal", description="Runs of opsportal.", epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter
    )
    sub = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = ArgumentParser(add_help=False)
    shared.add_argument("--url", default="", help="where opsportal is (OPSPORTAL_URL)")
    shared.add_argument("--json", action="store_true", help="print what opsportal answers, for programs")

    def command(name: str, text: str) -> ArgumentParser:
        each = sub.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=[shared])
        each.set_defaults(act=getattr(commands, name), parser=found)
        return each

    starting(command("run", "start a run and follow it to its end"))
    starting(command("plan", "show what a run would change, and change nothing"))
    command("follow", "follow a run to its end").add_argument("number", type=int, metavar="RUN")
    answering(command("approve", "show what is at stake and answer; without a number, list what is asked"))
    listing(command("runs", "list runs, the newest first"), status="failed", runbook="stacks.deploy")
    sifted = {"state": "snoozed; else open ones", "severity": "critical", "check": "ebs-unattached"}
    listing(command("findings", "list findings, the newest first"), **sifted)
    command("environments", "list environments")
    command("runbooks", "list what can be run")
    command("cancel", "cancel a run").add_argument("number", type=int, metavar="RUN")
    shells = command("completion", "print the script that lets a shell complete commands and options")
    shells.add_argument("shell", choices=("bash", "zsh", "fish"))
    return found


def starting(command: ArgumentParser) -> None:
    command.add_argument("runbook", metavar="RUNBOOK", help="such as stacks.deploy")
    command.add_argument("environment", metavar="ENVIRONMENT", help="such as dev")
    command.add_argument("given", nargs="*", metavar="NAME=VALUE", help="parameters, such as variables.size=2")
    command.add_argument("--params", default="", metavar="JSON", help="parameters as JSON, or @FILE with them")
    command.add_argument("--only", default="", metavar="STACKS", help="the stacks to take, with commas between them")
    command.add_argument("--no-wait", action="store_true", help="start it, and do not follow it")


def answering(command: ArgumentParser) -> None:
    command.add_argument("number", type=int, nargs="?", metavar="APPROVAL")
    command.add_argument("--yes", action="store_true", help="approve without asking")
    command.add_argument("--reject", action="store_true", help="reject instead; needs --reason")
    command.add_argument("--reason", default="", metavar="TEXT", help="is read by who started the run")
    typed = "the environment's name, where you asked for it yourself"
    command.add_argument("--typed-name", default="", metavar="NAME", help=typed)


def listing(command: ArgumentParser, **filters: str) -> None:
    """`filters`: each with an example."""
    for name, example in {**filters, "environment": "dev"}.items():
        command.add_argument(f"--{name}", default="", help=f"such as {example}")
    command.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many, 100 at most")
