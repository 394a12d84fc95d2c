"""Signs of life of processes, one Redis hash a kind: who is there, and a number that each one tells of itself."""

import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import redis
import structlog

from .. import threads
from ..live.hints import broker

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds between two signs
FORGOTTEN = 20  # seconds after the last sign
WORKERS = "opsportal:workers"  # each tells how many processes it has
PORTALS = "opsportal:portals"  # each tells how many browsers it streams to

# Times are Redis's own, for the hosts' clocks may differ.
BEAT = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. redis.call('TIME')[1])
redis.call('EXPIRE', KEYS[1], 600)
"""
ALIVE = """
local now, found, alive = tonumber(redis.call('TIME')[1]), redis.call('HGETALL', KEYS[1]), {}
for i = 1, #found, 2 do
  local number, at = string.match(found[i + 1], '^(%d+) (%d+)$')
  if at and now - tonumber(at) <= tonumber(ARGV[1]) then
    alive[#alive + 1], alive[#alive + 2] = found[i], number
  else
    redis.call('HDEL', KEYS[1], found[i])
  end
end
return alive
"""


def beat(kind: str, name: str, number: int) -> None:
    """Give a sign; it is not missed when Redis is away."""
    try:
        broker().eval(BEAT, 1, kind, name, number)
    except redis.RedisError as error:
        log.debug("no sign of life given", kind=kind, error=str(error))


def gone(kind: str, name: str) -> None:
    """Leave in order, so that nobody counts on this process any more."""
    try:
        broker().hdel(kind, name)
    except redis.RedisError as error:
        log.debug("not signed off", kind=kind, error=str(error))


def alive(kind: str) -> dict[str, int]:
    """The number of each process that was heard of lately. Raises RedisError."""
    found: Any = broker().eval(ALIVE, 1, kind, FORGOTTEN)
    return {name.decode(): int(number) for name, number in zip(found[::2], found[1::2], strict=True)}


def keep(kind: str, number: Callable[[], int]) -> threading.Thread:
    """Give signs for this process from a thread, for as long as it lives."""
    name = f"{socket.gethostname()}:{os.getpid()}"

    def run() -> None:
        beat(kind, name, number())
        while not threads.ENDING.wait(EVERY):
            beat(kind, name, number())

    return threads.start("pulse", run)
