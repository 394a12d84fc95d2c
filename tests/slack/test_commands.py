"""What is typed in Slack, and what is asked for with it."""

import pytest

from opsportal.slack import commands, help_words
from opsportal.slack.requests import USAGE, VERBS, Known, Misread, Request

from .seeing import NASTY, calls_somebody, read, wrong

CHECKS = {"ebs-unattached": "cost", "eip-unassociated": "cost", "secrets-unused": "security"}
BOOKS = {
    "stacks.deploy": ("blueprint", "name", "only", "variables"),
    "stacks.plan": ("blueprint", "name", "only", "variables"),
    "sweep": ("checks", "regions", "limits"),
    "environment.test": (),
}
KNOWN = Known(BOOKS, ("dev", "prod"), CHECKS, ("web", "network"))
COST = {"checks": "ebs-unattached\neip-unassociated"}


def deploy(environment="", sure=True, **params):
    return Request("run", "stacks.deploy", environment, params, sure=sure)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Request("help")),
        ("help", Request("help")),
        ("HELP deploy", Request("help", about="deploy")),
        ("도움말 배포", Request("help", about="deploy")),
        ("status", Request("status")),
        ("status dev", Request("status", environment="dev")),
        ("status #12", Request("status", run=12)),
        ("상태", Request("status")),
        ("run stacks.deploy dev blueprint=web", deploy("dev", blueprint="web")),
        ("run dev stacks.deploy blueprint=web", deploy("dev", blueprint="web")),
        ("run stacks.deploy", deploy()),
        ('run stacks.deploy dev name="my web"', deploy("dev", name="my web")),
        ("run stacks.deploy dev name=“my web”", deploy("dev", name="my web")),
        ("run stacks.deploy dev name='my web'", deploy("dev", name="my web")),
        ("run stacks.deploy dev name=it's", deploy("dev", name="it's")),
        ("run stacks.deploy dev name=", deploy("dev", name="")),
        ("run stacks.deploy dev name=a=b", deploy("dev", name="a=b")),
        ("run stacks.deploy dev name=a&amp;b&lt;c", deploy("dev", name="a&b<c")),
        ("run stacks.deploy dev name=<https://x.example/a|x.example/a>", deploy("dev", name="x.example/a")),
        ("run stacks.deploy dev name=<mailto:a@x.example|a@x.example>", deploy("dev", name="a@x.example")),
        ("run stacks.deploy dev only=a only=b", deploy("dev", only="a\nb")),
        ("run stacks.deploy dev variables.A=1 variables.B=2", deploy("dev", variables="A=1\nB=2")),
        ("""run sweep dev limits='{"a": 1}'""", Request("run", "sweep", "dev", {"limits": '{"a": 1}'})),
        ("deploy web dev", deploy("dev", blueprint="web")),
        ("deploy dev web name=x", deploy("dev", blueprint="web", name="x")),
        ("deploy web", deploy(blueprint="web")),
        ("deploy", deploy()),
        ("배포 web dev", deploy("dev", blueprint="web")),
        ("plan web prod", Request("run", "stacks.plan", "prod", {"blueprint": "web"})),
        ("sweep dev", Request("sweep", "sweep", "dev", COST)),
        ("점검", Request("sweep", "sweep", "", COST)),
        ("점검 dev", Request("sweep", "sweep", "dev", COST)),
        ("sweep dev security", Request("sweep", "sweep", "dev", {"checks": "secrets-unused"})),
        ("sweep dev eip-unassociated", Request("sweep", "sweep", "dev", {"checks": "eip-unassociated"})),
        ("findings dev ebs-unattached", Request("findings", environment="dev", about="ebs-unattached")),
        ("credits prod", Request("credits", environment="prod")),
        ("cancel 12", Request("cancel", run=12)),
        ("cancel run #12", Request("cancel", run=12)),
        ("취소 12", Request("cancel", run=12)),
        ("retry 12", Request("retry", run=12)),
        ("who dev", Request("who", environment="dev")),
        ("mute", Request("mute", seconds=3600)),
        ("mute dev 30m", Request("mute", environment="dev", seconds=1800)),
        ("mute dev off", Request("mute", environment="dev", seconds=0)),
        ("mute dev 0", Request("mute", environment="dev", seconds=0)),
        ("\u200bstatus\u00a0dev\u2060", Request("status", environment="dev")),
    ],
)
def test_a_command_is_understood(text, request_):
    assert commands.command(text, KNOWN) == request_


@pytest.mark.parametrize(
    ("text", "said", "instead"),
    [
        ("depoly web", "There is no command “depoly”. Do you mean deploy?", "/ops deploy"),
        ("xyzzy", "There is no command “xyzzy”.", "/ops help"),
        ("run", "Say which runbook: environment.test, stacks.deploy, stacks.plan, sweep.", USAGE["run"]),
        ("run stacks.deplyo dev", "There is no runbook “stacks.deplyo”. Do you mean stacks.deploy, stacks.plan?", ""),
        ("run stacks.deploy prd", "There is no environment “prd”. Do you mean prod?", ""),
        ("run stacks.deploy dev web", "I don't know what “web” is for.", USAGE["run"]),
        ("run stacks.deploy dev blueprnt=web", "There is no parameter “blueprnt”. Do you mean blueprint?", ""),
        ('run stacks.deploy dev name="my web', "A quotation mark has no end.", USAGE["run"]),
        ("deploy wbe dev", "There is no blueprint “wbe”. Do you mean web?", ""),
        ("deploy web prd", "There is no environment “prd”. Do you mean prod?", ""),
        ("sweep dev ebs-unatached", "There is no environment, check or group “ebs-unatached”.", ""),
        ("status dev prod", "That names two of the same kind. Name one.", USAGE["status"]),
        ("cancel", "Say which run, by its number.", USAGE["cancel"]),
        ("cancel web", "Say which run, by its number.", USAGE["cancel"]),
        ("cancel 1 2", "Say which run, by its number.", USAGE["cancel"]),
        ("retry 0", "Say which run, by its number.", USAGE["retry"]),
        ("retry 99999999999999999999", "Say which run, by its number.", USAGE["retry"]),
    ],
)
def test_what_is_not_understood_is_told_with_what_to_type(text, said, instead):
    answer = commands.command(text, KNOWN)
    assert isinstance(answer, Misread)
    assert answer.text.startswith(said)
    assert answer.instead == instead


def test_the_only_environment_need_not_be_named():
    assert commands.command("sweep", Known(BOOKS, ("dev",), CHECKS)).environment == "dev"


def test_a_blueprint_and_an_environment_may_have_one_name():
    known = Known(BOOKS, ("web", "dev"), CHECKS, ("web",))
    assert commands.command("deploy web web", known) == deploy("web", blueprint="web")
    assert commands.command("deploy web", known) == deploy(blueprint="web")


def test_what_one_may_not_run_is_not_started():
    answer = commands.command("deploy web dev", Known({}, ("dev",), CHECKS))
    assert answer == Misread("You can’t run “stacks.deploy” here.", "/ops help")


def test_in_a_runs_thread_that_run_is_meant():
    assert commands.command("cancel", Known(BOOKS, ("dev",), here=7)) == Request("cancel", run=7)
    assert commands.mention("<@U0123456> 취소", Known(BOOKS, ("dev",), here=7)) == Request("cancel", run=7)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("<@U0123456> status dev", Request("status", environment="dev")),
        ("<@U0123456>", Request("help")),
        ("<@U0123456> 점검", Request("sweep", "sweep", "", COST)),
        ("run sweep dev", Request("run", "sweep", "dev")),
        ("dev에서 점검해줘", Request("sweep", "sweep", "dev", COST, sure=False)),
        ("<@U0123456> web을 prod에 배포해 주세요", deploy("prod", sure=False, blueprint="web")),
        ("please deploy web to prod!", deploy("prod", sure=False, blueprint="web")),
        ("could you cancel run 12, please?", Request("cancel", run=12, sure=False)),
        ("12번 취소해줘", Request("cancel", run=12, sure=False)),
        ("what is the status of dev?", Request("status", environment="dev", sure=False)),
        ("prod 상태 어때?", Request("status", environment="prod", sure=False)),
    ],
)
def test_a_sentence_is_understood_and_is_not_sure(text, request_):
    assert commands.mention(text, KNOWN) == request_


@pytest.mark.parametrize(
    "text",
    [
        "don't deploy web to prod",
        "deploy not web to prod",
        "prod에 배포하지 마세요",
        "배포 말고 기다려",
        "배포 취소",
        "배포취소",
        "cancel the deploy",
        "is the deploy status fine?",
        "hello there",
        "안녕하세요",
        'deploy "web prod',
        "cancel it",
    ],
)
def test_what_is_said_by_the_way_starts_nothing(text):
    assert isinstance(commands.mention(text, KNOWN), Misread)


def test_a_sentence_does_not_guess_an_environment():
    known = Known(BOOKS, ("dev",), CHECKS, ("web",))
    assert commands.mention("please deploy web to prod", known).environment == ""


@pytest.mark.parametrize("text", [*NASTY, *(f"{verb} {text}" for verb in VERBS for text in NASTY)])
def test_whatever_is_typed_is_answered(text):
    for answer in (commands.command(text, KNOWN), commands.mention(text, KNOWN)):
        if isinstance(answer, Misread):
            message = help_words.misread(answer)
            assert wrong(message) == []
            assert not calls_somebody(message)


def test_every_example_is_understood():
    typed = [usage.removeprefix("/ops ") for usage in USAGE.values()]
    assert [text for text in typed if isinstance(commands.command(text, KNOWN), Misread)] == []


def test_help_lists_only_what_one_may_do():
    message = help_words.help_for(("help", "status"))
    assert wrong(message) == []
    assert "`/ops status dev` What runs now" in read(message)
    assert "deploy web" not in read(message)


def test_help_for_one_command():
    text = read(help_words.help_for(VERBS, "retry"))
    assert "/ops retry 12" in text
    assert "/ops cancel" not in text


def test_help_knows_every_command():
    assert set(help_words.WORDS) == set(USAGE) == set(VERBS)
    assert wrong(help_words.help_for(VERBS)) == []
