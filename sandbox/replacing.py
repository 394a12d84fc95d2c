"""Puts our methods in the place of moto's where its answers differ from AWS's, at a service's first call."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

# signing name of a service: the module whose `replace` knows what to do
MODULES = {
    "ec2": "sandbox.ec2.replaced",
    "ecr": "sandbox.listings.containers",
    "elasticloadbalancing": "sandbox.listings.balancers",
    "lambda": "sandbox.listings.functions",
    "rds": "sandbox.listings.databases",
    "s3": "sandbox.listings.buckets",
    "secretsmanager": "sandbox.listings.secrets",
    "tagging": "sandbox.listings.tagged",
}


def put(owner: Any, **methods: Callable[..., Any] | property) -> None:
    """These methods in the place of the owner's, for all accounts of this process."""
    for name, method in methods.items():
        setattr(owner, name, method)


@cache
def replace(service: str) -> None:
    """Once in a process."""
    if service in MODULES:
        import_module(MODULES[service]).replace()
