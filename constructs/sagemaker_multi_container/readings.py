"""What is read from the CDK's constructs: each attribute once, since each reading is a round trip to Node."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

import aws_cdk as cdk
from aws_cdk.interfaces import ResourceEnvironment
from constructs import IConstruct

MISSING: Final = object()
"""What stands for an attribute that there is not."""

_known: WeakKeyDictionary[object, dict[str, Any]] = WeakKeyDictionary()


def attribute(construct: object, name: str) -> Any:
    """An attribute that a construct has for good, such as the ARN of a bucket; `MISSING` if it has no such one."""
    return once(construct, name, lambda: getattr(construct, name, MISSING))


def once(construct: object, what: str, read: Callable[[], Any]) -> Any:
    """What is read of a construct, at the first time only.

    Args:
        construct: The construct.
        what: What is read of it.
        read: Reads it.
    """
    try:
        known = _known.setdefault(construct, {})
    except TypeError:  # what cannot be remembered is no construct
        return read()
    if what not in known:
        known[what] = read()
    return known[what]


def stack_of(construct: IConstruct) -> cdk.Stack:
    """The stack that a construct is in."""
    return construct if isinstance(construct, cdk.Stack) else cdk.Stack.of(construct)


def environment_of(stack: cdk.Stack) -> ResourceEnvironment:
    """The account and region of a stack."""
    return _environment(attribute(stack, "account"), attribute(stack, "region"))


def path_of(construct: IConstruct) -> str:
    """A construct's path in the app."""
    return str(attribute(attribute(construct, "node"), "path"))


@functools.cache
def _environment(account: str, region: str) -> ResourceEnvironment:
    return ResourceEnvironment(account=account, region=region)
