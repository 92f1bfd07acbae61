"""The tables of a review: containers, capacity and resources, before and after."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from ..changes import (
    BeforeAfter,
    Capacity,
    Container,
    ContainerChange,
    EndpointChange,
    Fate,
    ModelChange,
    ResourceChange,
    VariantChange,
)
from ..quoting import code, figure, listed
from .document import Block, Paragraph, Table
from .words import ARROW, NONE, capped, cell, short_digest, short_image

T = TypeVar("T")


def containers(model: ModelChange, *, is_only: bool) -> Iterator[Block]:
    """The containers of a model; only their mode if they stay as they are."""
    title = "Containers" if is_only else f"Containers of {listed(model.variants, 'and')}"
    is_changed = any(each.is_changed for each in model.containers)
    if model.mode.differs or not is_changed:
        all_as_before = "" if is_changed else ", their properties as before" if model.containers else ", not known"
        modes = _of_those_there([model.mode.before, model.mode.after], model.containers)
        yield Paragraph(f"{title}: mode {cell(modes, unknown='unknown')}{all_as_before}.")
    if is_changed:
        yield _table(
            model.containers,
            {
                title: _hostname,
                "Image": _image,
                "Artefact": _location(model, lambda container: container.artefact),
                "Model package": _location(model, lambda container: container.model_package),
                "Environment": _environment,
                "Other": _others,
            },
        )
    fed_otherwise = [each for each in _fed_otherwise(model) if each is not None]
    if fed_otherwise:
        yield Paragraph(
            f"Within the pipeline, {listed(fed_otherwise, 'and')} {'get' if len(fed_otherwise) > 1 else 'gets'} what "
            "another container gives."
        )


def _fed_otherwise(model: ModelChange) -> Iterator[str | None]:
    """The containers of a pipeline that stay, and that stand behind another one than before."""
    if (model.mode.before, model.mode.after) != ("Serial", "Serial"):
        return
    old = sorted((each for each in model.containers if each.before), key=lambda each: each.position.before or 0)
    new = [each for each in model.containers if each.after]
    former = {id(each): previous for previous, each in itertools.pairwise(old)}
    for previous, each in itertools.pairwise(new):
        if id(each) in former and former[id(each)] is not previous:
            yield _called(each.after, each.position.after)


def capacity(change: EndpointChange) -> Table:
    """What serves each variant."""
    return _table(
        change.variants,
        {
            "Variant": _variant,
            "Instances": lambda each: _figures(each, lambda fleet: fleet.instances),
            "Traffic": lambda each: _figures(each, lambda fleet: fleet.traffic),
            "Scaled": lambda each: _figures(each, _scaling),
            "Volume": lambda each: _figures(each, lambda fleet: fleet.volume_gb and f"{fleet.volume_gb} GB"),
            "Requests at once": lambda _: cell(change.concurrency, quote=figure),
        },
    )


def resources(changes: Iterable[ResourceChange]) -> Table:
    """What CloudFormation does to each resource."""
    return _table(
        changes,
        {
            "Resource": lambda each: each.type,
            "Logical id": lambda each: cell(BeforeAfter(each.before, each.after)),
            "What happens": _fate,
            "Why": lambda each: ", ".join(capped(_causes(each))) or NONE,
        },
    )


def reasons(change: ResourceChange) -> Iterator[str]:
    """Why a resource changes by itself."""
    yield from renewal(change)
    yield from (code(each) for each in change.properties)


def renewal(change: ResourceChange) -> Iterator[str]:
    """Why it does if no property shows it."""
    if change.has_new_version:
        yield "another revision of an artefact"
    elif change.before != change.after and not change.properties and (not change.follows or _is_endpoint(change)):
        yield f"another logical id of the {change.type}"


def _causes(change: ResourceChange) -> Iterator[str]:
    if change.before and change.after:
        yield from reasons(change)
        # Another config updates an endpoint, and never replaces it.
        if not (_is_endpoint(change) and change.fate is Fate.REPLACED):
            yield from (f"{code(each)} is replaced" for each in change.follows)


def _is_endpoint(change: ResourceChange) -> bool:
    return change.type == "Endpoint"


def _fate(change: ResourceChange) -> str:
    return "left behind" if change.leaves_old and change.after is None else change.fate.value


def _table(items: Iterable[T], columns: Mapping[str, Callable[[T], str]]) -> Table:
    """A row for each item. A column that has nothing to say is left out, but never the first one."""
    rows = [[tell(each) for tell in columns.values()] for each in items]
    first = next(iter(columns))
    told = [index for index, head in enumerate(columns) if head == first or any(row[index] != NONE for row in rows)]
    return Table([list(columns)[index] for index in told], [[row[index] for index in told] for row in rows])


def _location(model: ModelChange, tell: Callable[[Container], str | None]) -> Callable[[ContainerChange], str]:
    """Where containers get something from: nothing is said if that is as before for all, since locations are long."""
    differs = any(
        each.before is None or each.after is None or tell(each.before) != tell(each.after) for each in model.containers
    )
    return lambda each: cell(_both(each, tell)) if differs else NONE


def _both(change: ContainerChange, tell: Callable[[Container], str | None]) -> BeforeAfter[str | None]:
    """What a container has now and afterwards; of one that comes or goes, just what it has."""
    there = [each for each in (change.before, change.after) if each is not None]
    return BeforeAfter(tell(there[0]), tell(there[-1]))


def _of_those_there(modes: list[str | None], containers: Iterable[ContainerChange]) -> BeforeAfter[str | None]:
    """The modes of a model now and afterwards; of one that comes or goes, just the mode that it has."""
    sides = zip(modes, zip(*((each.before, each.after) for each in containers), strict=True), strict=False)
    there = [mode for mode, side in sides if any(each is not None for each in side)] or modes
    return BeforeAfter(there[0], there[-1])


def _hostname(change: ContainerChange) -> str:
    before, after = _called(change.before, change.position.before), _called(change.after, change.position.after)
    if before is None or after is None:
        return f"{code(before or after or '?')} {'added' if before is None else 'removed'}"
    place = f" (no. {change.position.before}{ARROW}{change.position.after})" if change.position.differs else ""
    return cell(BeforeAfter(before, after)) + place


def _called(container: Container | None, position: int | None) -> str | None:
    return None if container is None else container.hostname or f"container {position}"


def _image(change: ContainerChange) -> str:
    images = _both(change, lambda container: container.image)
    if images.before and images.after and _registry(images.before) != _registry(images.after):
        return cell(BeforeAfter(short_digest(images.before), short_digest(images.after)))
    short = BeforeAfter(images.before and short_image(images.before), images.after and short_image(images.after))
    return cell(images if images.differs and not short.differs else short)


def _registry(image: str) -> str:
    return image.rpartition("/")[0]


def _environment(change: ContainerChange) -> str:
    if change.after is None:
        return NONE
    parts = [
        f"{verb} {listed(names, 'and')}"
        for verb, names in (
            ("adds", change.environment_added),
            ("removes", change.environment_removed),
            ("changes", change.environment_changed),
            ("perhaps changes", change.environment_perhaps_changed),
        )
        if names
    ]
    return "; ".join(parts) or NONE


def _others(change: ContainerChange) -> str:
    multi = BeforeAfter(*(each is not None and each.is_multi_model for each in (change.before, change.after)))
    kinds = [code("MultiModel")] if multi.before and multi.after else []
    if multi.differs:
        kinds = [f"{code('MultiModel')} {'added' if multi.after else 'removed'}"]
    return ", ".join([*kinds, *(code(each) for each in change.properties)]) or NONE


def _variant(change: VariantChange) -> str:
    shadow = " (shadow)" if change.is_shadow else ""
    if change.name.before is None or change.name.after is None:
        verb = "added" if change.name.before is None else "removed"
        return f"{code(change.name.after or change.name.before or '?')} {verb}{shadow}"
    return cell(change.name) + shadow


def _figures(change: VariantChange, tell: Callable[[Capacity], str | None]) -> str:
    """What serves a variant now and afterwards; of one that comes or goes, just what serves it."""
    there = [each for each in (change.capacity.before, change.capacity.after) if each is not None]
    return cell(BeforeAfter(tell(there[0]), tell(there[-1])), quote=figure)


def _scaling(capacity: Capacity) -> str | None:
    if capacity.scaling is None:
        return None
    bounds = f"{capacity.scaling.minimum} to {capacity.scaling.maximum}"
    return "; ".join([bounds, *capacity.scaling.schedules])
