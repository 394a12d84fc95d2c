"""What each service has to know: how its instances are read, tagged, stopped and started."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opsportal.contexts import Aws

from .deciding import Facts, Subject

Change = Callable[[Aws, Subject], None]


@dataclass(frozen=True)
class Service:
    """`every`: of a region, whose tag of this name says hours. `one`: read anew; raises Gone.

    `tag` says when opsportal stopped it. `seconds`: until AWS is asked again; `timeout`: within which it has arrived.
    """

    every: Callable[[Aws, str, str], Iterator[Facts]]
    one: Callable[[Aws, Subject], Facts]
    start: Change
    stop: Change
    tag: Callable[[Aws, Subject, str], None]
    untag: Change
    seconds: float
    timeout: float
