"""Which calls of an endpoint fail or mean something else after a change, and what the callers must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..rules.description import is_certain
from .changes import CallerBreak, ContainerChange, ModelChange, Outcome
from .quoting import code, listed
from .update import EndpointUpdate

_STAYS = (Outcome.ROLLS, Outcome.MAY_ROLL, Outcome.REPLACED, Outcome.MAY_BE_REPLACED)


def broken_calls(update: EndpointUpdate, models: Sequence[ModelChange]) -> tuple[CallerBreak, ...]:
    """What breaks, the most far-reaching first, each once."""
    found = [*_by_name(update)]
    if update.outcome in _STAYS:
        found += [*_by_asynchrony(update), *_by_variant(update)]
        for model in models:
            found += [*_by_mode(model), *_by_container(model), *_by_pipeline(model), *_by_multi_model(model)]
    if update.outcome in (Outcome.MAY_ROLL, Outcome.MAY_BE_REPLACED):
        found = [CallerBreak(calls=each.calls, remedy=each.remedy, is_certain=False) for each in found]
    return tuple(dict.fromkeys(found))


def _by_name(update: EndpointUpdate) -> Iterator[CallerBreak]:
    old, new = update.before and update.before.name, update.after and update.after.name
    called = code(old) if old else "its generated name"
    match update.outcome:
        case Outcome.DELETED:
            yield CallerBreak(calls=f"all calls of {called} fail: there is no such endpoint", remedy="call another one")
        case Outcome.REPLACED | Outcome.MAY_BE_REPLACED if old != new or old is None:
            becomes = f"pass EndpointName {code(new)}" if new else "take the new generated name from the stack"
            yield CallerBreak(calls=f"all calls of {called} fail: the endpoint gets another name", remedy=becomes)


def _by_asynchrony(update: EndpointUpdate) -> Iterator[CallerBreak]:
    old, new = (
        endpoint is not None and is_certain(endpoint.config.get("AsyncInferenceConfig"))
        for endpoint in (update.before, update.after)
    )
    if new and not old:
        yield CallerBreak(
            calls="InvokeEndpoint is refused: the endpoint becomes asynchronous",
            remedy="call InvokeEndpointAsync with an InputLocation in S3, and fetch the answer from S3",
        )
    elif old and not new:
        yield CallerBreak(
            calls="InvokeEndpointAsync is refused: the endpoint is no longer asynchronous",
            remedy="call InvokeEndpoint with the Body",
        )


def _by_variant(update: EndpointUpdate) -> Iterator[CallerBreak]:
    for old, new in update.variants:
        if old is None or old.is_shadow or (new is not None and old.name == new.name):
            continue
        remedy = f"pass {code(new.name)}, or no TargetVariant" if new else "pass no TargetVariant, or another one"
        yield CallerBreak(calls=f"calls with TargetVariant {code(old.name)} are refused", remedy=remedy)


def _by_mode(model: ModelChange) -> Iterator[CallerBreak]:
    match (model.mode.before, model.mode.after):
        case ("Serial", "Direct"):
            names = [each.after.hostname or "?" for each in _after(model) if each.after]
            yield CallerBreak(
                calls="calls without TargetContainerHostname are refused: the mode becomes Direct",
                remedy=f"pass TargetContainerHostname: {listed(names, 'or')}" if names else "name a container",
            )
        case ("Direct", "Serial"):
            yield CallerBreak(
                calls="calls with TargetContainerHostname are refused: the mode becomes Serial",
                remedy="leave TargetContainerHostname out; a request goes through all containers in order",
            )
        case (str(), None) if _after(model):
            yield CallerBreak(
                calls="the mode is only known at deployment", remedy="look at what it becomes", is_certain=False
            )


def _by_container(model: ModelChange) -> Iterator[CallerBreak]:
    """Hostnames matter to callers in Direct mode."""
    if (model.mode.before, model.mode.after) != ("Direct", "Direct"):
        return
    there = [each.after.hostname for each in _after(model) if each.after and each.after.hostname]
    for each in model.containers:
        old, new = each.before and each.before.hostname, each.after and each.after.hostname
        if old is None or old == new:
            continue
        remedy = f"pass {code(new)}" if new else f"call {listed(there, 'or')}" if there else "call none"
        what = "was renamed" if each.after else "is gone"
        yield CallerBreak(
            calls=f"calls with TargetContainerHostname {code(old)} are refused: the container {what}", remedy=remedy
        )


def _by_pipeline(model: ModelChange) -> Iterator[CallerBreak]:
    """What goes in is for the first container, and what comes out is of the last one."""
    before = sorted((each for each in model.containers if each.before), key=lambda each: each.position.before or 0)
    if (model.mode.before, model.mode.after) != ("Serial", "Serial") or not before or not _after(model):
        return
    ends = (
        (0, "requests go to {new} instead of {old}", "send what {new} takes"),
        (-1, "answers come from {new} instead of {old}", "expect what {new} returns"),
    )
    for index, calls, remedy in ends:
        if before[index] is not _after(model)[index]:
            names = {"old": _named(before[index]), "new": _named(_after(model)[index])}
            yield CallerBreak(calls=calls.format(**names), remedy=remedy.format(**names))


def _by_multi_model(model: ModelChange) -> Iterator[CallerBreak]:
    for each in model.containers:
        if each.before is None or each.after is None or each.before.is_multi_model == each.after.is_multi_model:
            continue
        if each.after.is_multi_model:
            calls, remedy = "calls without TargetModel fail", "pass TargetModel"
        else:
            calls, remedy = "calls with TargetModel are refused", "leave TargetModel out"
        yield CallerBreak(calls=f"{calls}: container {_named(each)} holds other models", remedy=remedy)


def _after(model: ModelChange) -> list[ContainerChange]:
    """The containers after the change, in order."""
    return [each for each in model.containers if each.after is not None]


def _named(change: ContainerChange) -> str:
    container = change.after or change.before
    hostname = container.hostname if container is not None else None
    return code(hostname) if hostname else f"container {change.position.after or change.position.before}"
