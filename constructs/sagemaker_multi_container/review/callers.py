"""Which calls of an endpoint fail or mean something else after a change, and what the callers must do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..rules import Path, Unknown
from ..rules.description import is_certain, number
from .changes import CallerBreak, Container, ContainerChange, ModelChange, Outcome
from .containers import repository_of
from .endpoint_names import own_name
from .quoting import code, joined, listed
from .resources import StackChange
from .update import EndpointUpdate
from .values import Value

Content = tuple[str | None, str | None, str | None]

_HOSTNAME: Final = re.compile(r"[A-Za-z0-9_-]+")

_MAY_GO = (Outcome.MAY_BE_DELETED, Outcome.MAY_COME_OR_GO)
_STAYS = (Outcome.ROLLS, Outcome.MAY_ROLL, Outcome.REPLACED, Outcome.MAY_BE_REPLACED, *_MAY_GO)


def broken_calls(update: EndpointUpdate, models: Sequence[ModelChange]) -> tuple[CallerBreak, ...]:
    """What breaks, the most far-reaching first, each once.

    Args:
        update: The endpoint.
        models: What changes about its models, in the order of `update.models`.
    """
    found = [*_by_name(update)]
    if update.outcome in _STAYS:
        found += [*_by_asynchrony(update), *_by_variant(update)]
        for model in models:
            found += [*_by_mode(model), *_by_container(model), *_by_pipeline(model), *_by_multi_model(model)]
        found += [*_by_new_variant(update, models), *_by_what_is_not_told(update)]
    if update.outcome in (Outcome.MAY_ROLL, Outcome.MAY_BE_REPLACED, *_MAY_GO):
        found = [replace(each, is_certain=False) for each in found]
    return tuple(dict.fromkeys(found))


def _by_name(update: EndpointUpdate) -> Iterator[CallerBreak]:
    old, new = update.before and own_name(update.before), update.after and own_name(update.after)
    called = code(old) if old else "its generated name"
    match update.outcome:
        case Outcome.DELETED | Outcome.MAY_BE_DELETED | Outcome.MAY_COME_OR_GO:
            yield CallerBreak(calls=f"all calls of {called} fail: there is no such endpoint", remedy="call another one")
        case Outcome.REPLACED | Outcome.MAY_BE_REPLACED if old is None or not update.keeps_name:
            becomes = f"pass EndpointName {code(new)}" if new else "take the new generated name from the stack"
            fate = "go on to the old endpoint, which is retained" if update.endpoint.leaves_old else "fail"
            yield CallerBreak(calls=f"all calls of {called} {fate}: the endpoint gets another name", remedy=becomes)


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
        case ("Direct", "Serial") if len(_after(model)) == 1:
            only = _formerly(_after(model)[0])
            yield CallerBreak(
                calls=f"calls with TargetContainerHostname are refused: {only} is the only container that is left",
                remedy=f"leave TargetContainerHostname out; all requests go to {only}",
            )
        case ("Direct", "Serial"):
            yield CallerBreak(
                calls="calls with TargetContainerHostname are refused: the mode becomes Serial",
                remedy="leave TargetContainerHostname out; a request goes through all containers in order",
            )


def _by_container(model: ModelChange) -> Iterator[CallerBreak]:
    """Hostnames matter to callers in Direct mode."""
    if "Serial" in (model.mode.before, model.mode.after) or not _after(model):
        return
    is_direct = None not in (model.mode.before, model.mode.after)
    there = [each.after.hostname for each in _after(model) if each.after and each.after.hostname]
    for each in model.containers:
        old, new = each.before and each.before.hostname, each.after and each.after.hostname
        if old is None or not _is_known(old) or (new is not None and not _is_known(new)):
            continue
        if old != new:
            remedy = f"pass {code(new)}" if new else f"call {listed(there, 'or')}" if there else "call none"
            what = "was renamed" if new else "has no hostname any more" if each.after else "is gone"
            calls = f"calls with TargetContainerHostname {code(old)} are refused: the container {what}"
            yield CallerBreak(calls=calls, remedy=remedy, is_certain=is_direct)
        elif each.before is not None and (becomes := _taken_over(each, model)) is not None:
            heir = _hostname_of(_content(each.before), (container.after for container in model.containers))
            yield CallerBreak(
                calls=f"calls with TargetContainerHostname {code(old)} mean something else: it gets {becomes}",
                remedy=f"pass {code(heir)} for what {code(old)} was" if heir else "send what it takes then",
                is_certain=is_direct,
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
            names = {"old": _formerly(before[index]), "new": _formerly(_after(model)[index])}
            yield CallerBreak(calls=calls.format(**names), remedy=remedy.format(**names))


def _by_new_variant(update: EndpointUpdate, models: Sequence[ModelChange]) -> Iterator[CallerBreak]:
    """Requests are shared among the variants: one that comes must take the calls that the others take."""
    pairs = update.variants
    added = [new for old, new in pairs if old is None and new is not None and not new.is_shadow]
    added = [each for each in added if number(each.properties, "InitialVariantWeight") != 0]
    kept = {new.name for old, new in pairs if old is not None and new is not None and not new.is_shadow}
    served = [each for each in models if kept.intersection(each.variants)]
    hosts = [{each.before.hostname for each in model.containers if each.before} for model in served]
    callable_now = sorted(filter(None, set.intersection(*hosts))) if hosts else []
    modes = {each.mode.before for each in served}
    for variant in added if served else ():
        model = next((each for each in models if variant.name in each.variants), None)
        if model in served:
            continue
        lands = f"that land on the new variant {code(variant.name)}"
        remedy = f"pass TargetVariant {listed(sorted(kept), 'or')}, or give the new variant the same containers"
        mode = model.mode.after if model is not None else None
        if mode is None and modes != {None}:
            calls = f"calls {lands} fail: which containers it has is not told"
            yield CallerBreak(calls=calls, remedy=remedy, is_certain=False)
        elif modes == {"Serial"} and mode == "Direct":
            yield CallerBreak(calls=f"calls without TargetContainerHostname {lands} are refused", remedy=remedy)
        elif modes == {"Direct"} and mode == "Serial":
            yield CallerBreak(calls=f"calls with TargetContainerHostname {lands} are refused", remedy=remedy)
        elif modes == {"Direct"} and model is not None:
            there = {each.after.hostname for each in _after(model) if each.after}
            for hostname in (each for each in callable_now if each not in there):
                yield CallerBreak(
                    calls=f"calls with TargetContainerHostname {code(hostname)} {lands} are refused: it has no such "
                    "container",
                    remedy=remedy,
                    is_certain=all(each is not None and _is_known(each) for each in (hostname, *there)),
                )


def _by_what_is_not_told(update: EndpointUpdate) -> Iterator[CallerBreak]:
    """What callers depend on and what changes, and is not known before the change or after it."""
    changed = dict.fromkeys(_untold(update))
    if changed:
        yield CallerBreak(
            calls=f"calls fail or mean something else: {joined(list(changed), 'and')} may change in a way that is only "
            "known at deployment",
            remedy="look at what is there afterwards",
            is_certain=False,
        )


def _untold(update: EndpointUpdate) -> Iterator[str]:
    before, after = update.before, update.after
    if before is None or after is None:
        return
    stack = update.stack
    if None in (before.config_id, after.config_id) and _paths(
        stack, before.logical_id, after.logical_id, "EndpointConfigName"
    ):
        yield "the config"
    if before.config_id is not None and after.config_id is not None:
        for path in _paths(stack, before.config_id, after.config_id, "ProductionVariants"):
            if path[2:] in ((), ("VariantName",)):
                yield from () if _are_told(stack, before.config_id, after.config_id, path) else ["the variants"]
            elif path[2:] == ("ModelName",):
                pairs = (pair for pair in update.variants if pair[1] is not None and pair[1].index == path[1])
                if any(each is not None and each.model_id is None for pair in pairs for each in pair):
                    yield "the containers"
    for old, new in update.models:
        if old is None or new is None:
            continue
        for path in _paths(stack, old, new, "InferenceExecutionConfig"):
            yield from () if _are_told(stack, old, new, path) else ["the mode"]
        for path in (*_paths(stack, old, new, "Containers"), *_paths(stack, old, new, "PrimaryContainer")):
            is_whole = len(path) < 2 + (path[0] == "Containers")
            if (is_whole or path[-1] == "ContainerHostname") and not _are_told(stack, old, new, path):
                yield "the containers" if is_whole else "the hostnames"


def _paths(stack: StackChange, old: str, new: str, property: str) -> list[Path]:
    """Where two resources differ, below one of their properties."""
    return [each.path for each in stack.differences(old, new) if each.path and each.path[0] == property]


def _are_told(stack: StackChange, old: str, new: str, path: Path) -> bool:
    return _is_told(stack.before(old), path) and _is_told(stack.after(new), path)


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


def _formerly(change: ContainerChange) -> str:
    """A container, by its present place if it has no hostname."""
    container = change.after or change.before
    if container is not None and container.hostname:
        return code(container.hostname)
    former = change.position.before
    return f"the new container {change.position.after}" if former is None else f"the former container {former}"


def _is_known(hostname: str) -> bool:
    return _HOSTNAME.fullmatch(hostname) is not None


def _taken_over(change: ContainerChange, model: ModelChange) -> str | None:
    """What of another container one gets that keeps its hostname. Another version of its own image is nothing such."""
    before, after = change.before, change.after
    if before is None or after is None or _content(before) is None or _content(after) is None:
        return None
    others = [each.before for each in model.containers if each is not change]
    is_same_image = repository_of(before.image or "") == repository_of(after.image or "")
    if before.artefact != after.artefact and (owner := _hostname_of(_content(after), others)):
        return f"what {code(owner)} was"
    owners = (each.hostname for each in others if each is not None and each.image == after.image)
    owner = next(filter(None, owners), None)
    return f"the image that {code(owner)} had" if owner and after.image and not is_same_image else None


def _hostname_of(content: Content | None, containers: Iterable[Container | None]) -> str | None:
    """The first of some containers that runs just that."""
    same = (each.hostname for each in containers if each is not None and content and _content(each) == content)
    return next(filter(None, same), None)


def _content(container: Container) -> Content | None:
    """What a container runs, as far as that is known."""
    content = (container.image, container.artefact, container.model_package)
    return content if any(content) and not any("…" in (each or "") for each in content) else None


def _is_told(value: Value | None, path: Path) -> bool:
    """Whether what stands at a path, or around it, is known."""
    inside = value.known if value is not None else None
    for step in path:
        if isinstance(inside, dict):
            inside = inside.get(step)
        elif isinstance(inside, list) and isinstance(step, int):
            inside = inside[step] if step < len(inside) else None
    return not isinstance(inside, Unknown)
