"""Queries for what is seen live: on a thread and a connection of their own, apart from whatever the views do."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error, connection

log = structlog.get_logger(__name__)
T = TypeVar("T")

_thread = ThreadPoolExecutor(1, thread_name_prefix="live")


async def rows(query: Callable[..., T], *arguments: Any) -> T:
    """What the query gives, run on the thread of its own."""
    return await asyncio.get_running_loop().run_in_executor(_thread, _query, query, *arguments)


def _query(query: Callable[..., T], *arguments: Any) -> T:
    try:
        return query(*arguments)
    except Error:
        connection.close()
        raise


async def guarded(read: Callable[[], Any]) -> None:
    """A read that may fail: the database is away, or the run was deleted. The next comparison makes up for it."""
    try:
        await read()
    except (Error, ObjectDoesNotExist) as error:
        log.warning("the hub could not read", error=str(error))
