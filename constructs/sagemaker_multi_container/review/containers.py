"""The containers of a model before and after the change, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from ..rules.description import mode_of
from .changes import BeforeAfter, Container, ContainerChange, ModelChange
from .resources import StackChange
from .values import Degree, Difference, Value, differences, property_path, shown

_PLACES = {
    "ContainerHostname": "hostname",
    "Image": "image",
    "ModelDataUrl": "artefact",
    "ModelDataSource": "artefact",
    "ModelPackageName": "model_package",
    "Mode": "is_multi_model",
}
"""Where a property is seen in a `Container`."""

Pair = tuple[int | None, int | None]


def compare_models(stack: StackChange, old: str | None, new: str | None, variants: tuple[str, ...]) -> ModelChange:
    """What changes about the containers that serve some variants.

    Args:
        stack: The stack.
        old: The logical id of the model before the change. None if there is none.
        new: The same after the change.
        variants: The variants that it serves.
    """
    before, after = stack.before(old), stack.after(new)
    was, becomes = _containers(before), _containers(after)
    mode = BeforeAfter(
        None if before is None else mode_of(before.known), None if after is None else mode_of(after.known)
    )
    return ModelChange(
        variants=variants,
        mode=mode,
        containers=tuple(_change(was, becomes, pair, stack) for pair in _pairs(was, becomes)),
    )


def _containers(model: Value | None) -> list[Value]:
    if model is None:
        return []
    if isinstance(model.known.get("PrimaryContainer"), dict):
        return [model["PrimaryContainer"]]
    listed = model["Containers"]
    return [listed[index] for index in range(len(listed.known))] if isinstance(listed.known, list) else []


def _pairs(before: Sequence[Value], after: Sequence[Value]) -> list[Pair]:
    """Which container is which: by hostname, else by what it runs. In the new order; those that go come last."""
    old, new = [_read(each) for each in before], [_read(each) for each in after]
    partners: dict[int, int] = {}
    if len(old) == len(new) == 1:
        partners[0] = 0
    for key in (_hostname, _image_and_artefact, _artefact, _image, _repository):
        for index, container in enumerate(new):
            if index not in partners and key(container) is not None:
                free = (each for each in range(len(old)) if each not in partners.values())
                partner = next((each for each in free if key(old[each]) == key(container)), None)
                if partner is not None:
                    partners[index] = partner
    gone = [index for index in range(len(old)) if index not in partners.values()]
    return [*((partners.get(index), index) for index in range(len(new))), *((index, None) for index in gone)]


def _hostname(container: Container) -> Hashable:
    return container.hostname


def _image_and_artefact(container: Container) -> Hashable:
    return None if container.image is None or container.artefact is None else (container.image, container.artefact)


def _artefact(container: Container) -> Hashable:
    return container.artefact


def _image(container: Container) -> Hashable:
    return container.image


def _repository(container: Container) -> Hashable:
    return None if container.image is None else repository_of(container.image)


def repository_of(image: str) -> str:
    """An image without its tag and digest."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]


def _read(container: Value) -> Container:
    known = container.known if isinstance(container.known, dict) else {}
    source = known.get("ModelDataSource")
    location = source.get("S3DataSource") if isinstance(source, dict) else None
    artefact = location.get("S3Uri") if isinstance(location, dict) else known.get("ModelDataUrl")
    return Container(
        hostname=shown(known.get("ContainerHostname")),
        image=shown(known.get("Image")),
        artefact=_without_query(shown(artefact)),
        model_package=shown(known.get("ModelPackageName")),
        is_multi_model=known.get("Mode") == "MultiModel",
    )


def _without_query(uri: str | None) -> str | None:
    """A location without what follows the question mark: that may be a signature."""
    return None if uri is None else uri.partition("?")[0]


def _change(old: Sequence[Value], new: Sequence[Value], pair: Pair, stack: StackChange) -> ContainerChange:
    before = None if pair[0] is None else old[pair[0]]
    after = None if pair[1] is None else new[pair[1]]
    found = [] if before is None or after is None else list(differences(before, after, stack))
    names_before, names_after = _environment(before), _environment(after)
    added, removed = names_after - names_before, names_before - names_after
    values = {each.path[1]: each.degree for each in found if each.path[:1] == ("Environment",) and len(each.path) > 1}
    changed = {name: values[name] for name in sorted(names_before & names_after) if name in values}
    was, becomes = (None if each is None else _read(each) for each in (before, after))
    return ContainerChange(
        before=was,
        after=becomes,
        position=BeforeAfter(*(None if index is None else index + 1 for index in pair)),
        environment_added=tuple(sorted(added)),
        environment_removed=tuple(sorted(removed)),
        environment_changed=tuple(name for name, degree in changed.items() if degree is Degree.CERTAIN),
        environment_perhaps_changed=tuple(name for name, degree in changed.items() if degree is Degree.PERHAPS),
        properties=tuple(_unseen(found, was, becomes, values_are_told=bool(added or removed))),
    )


def _environment(container: Value | None) -> set[str]:
    """The names of the environment variables, as far as they are known. Their values may be secrets."""
    known = container.known if container is not None else None
    variables = known.get("Environment") if isinstance(known, dict) else None
    return set(map(str, variables)) if isinstance(variables, dict) else set()


def _unseen(
    found: Iterable[Difference], before: Container | None, after: Container | None, *, values_are_told: bool
) -> dict[str, None]:
    """The properties that differ where nothing else shows it, in their order."""
    unseen: dict[str, None] = {}
    for each in found:
        root = str(each.path[0]) if each.path else ""
        place = _PLACES.get(root)
        is_seen = place is not None and getattr(before, place) != getattr(after, place)
        is_told = root == "Environment" and (len(each.path) > 1 or values_are_told)
        if not is_seen and not is_told:
            unseen[property_path(each.path) or "all of it"] = None
    return unseen
