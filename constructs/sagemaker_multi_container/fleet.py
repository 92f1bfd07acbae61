"""The models of an endpoint and the variants that serve them, read from the construct's arguments."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from .arguments import ArgumentReader, describe, where
from .containers import ContainerDefinition
from .declaration import Model
from .errors import Problem
from .instance_pools import InstancePool
from .models import bind_containers
from .modes import InferenceExecutionMode
from .rules import Unknown
from .tokens import is_token
from .variants import BoundVariant, ProductionVariant, bind_pool, bind_variant

OWN_MODEL = "Model"
"""The id of the model that serves the endpoint's own containers."""
_SHORTHAND_NAME = "AllTraffic"


class Fleet:
    """The variants of an endpoint, and the models that they serve: the endpoint's own one, and those of their own."""

    def __init__(self, scope: Construct, own: Model, problems: list[Problem]) -> None:
        self.models: list[Model] = []
        self.variants: list[BoundVariant] | None = None
        """None where no variants were given that can be read."""
        self.shadow: BoundVariant | None = None
        self._scope = scope
        self._own = own
        self._problems = problems

    def bind(self, owner: str, variant: object) -> BoundVariant:
        """Read a variant that was given as the argument `owner`, and add the models that it needs."""
        if not isinstance(variant, ProductionVariant):
            fix = "write ProductionVariant(name='...', instance_type='ml.m5.xlarge')"
            ArgumentReader(self._problems).wrong(owner, variant, "a ProductionVariant", fix)
            return BoundVariant(properties=Unknown(), owner=owner)
        read = ArgumentReader(self._problems, owner, variant.declared_at)
        if variant.containers is None:
            if variant.mode is not None:
                message = "is given without containers of the variant's own"
                read.refuse("mode", message, "give the endpoint the mode")
            model = self._own
            if not any(model is known for known in self.models):
                self.models.append(model)
        else:
            mode = self._own.mode if variant.mode is None else read_mode(variant.mode, read)
            model = self._model(variant.name, variant.containers, mode, owner)
        return bind_variant(variant, model.name, self._pools(variant, model, read), owner, self._problems)

    def _model(self, name: object, containers: Sequence[ContainerDefinition], mode: object, owner: str) -> Model:
        """A model of the containers that a variant or an instance pool has of its own."""
        model_id = f"{name}Model"
        if not isinstance(name, str) or is_token(name) or model_id in {model.id for model in self.models}:
            model_id = f"{owner}Model"
        model = Model(id=model_id, owner=owner, mode=mode, containers=None)
        model.containers = bind_containers(containers, self._scope, model.argument(), self._problems)
        self.models.append(model)
        return model

    def _pools(self, variant: ProductionVariant, model: Model, read: ArgumentReader) -> object:
        pools = variant.instance_pools
        if pools is None:
            return None
        if not isinstance(pools, Sequence) or isinstance(pools, str):
            return read.wrong("instance_pools", pools, "a list", "write [InstancePool(...), InstancePool(...)]")
        bound: list[object] = []
        for index, pool in enumerate(pools):
            argument = f"instance_pools[{index}]"
            if not isinstance(pool, InstancePool):
                fix = "write InstancePool(instance_type='ml.m5.xlarge', priority=1)"
                bound.append(read.wrong(argument, pool, "an InstancePool", fix))
                continue
            owner = where(read.owner, argument)
            own = None
            if pool.containers is not None:
                own = self._model(f"{variant.name}Pool{index}", pool.containers, model.mode, owner).name
            bound.append(bind_pool(pool, own, ArgumentReader(self._problems, owner, pool.declared_at)))
        return bound


def read_fleet(
    scope: Construct,
    *,
    containers: Sequence[ContainerDefinition] | None,
    mode: InferenceExecutionMode,
    instance_type: str | None,
    initial_instance_count: int | None,
    variants: Sequence[ProductionVariant] | None,
    shadow_variant: ProductionVariant | None,
    problems: list[Problem],
) -> Fleet:
    """The models and variants of an endpoint."""
    read = ArgumentReader(problems)
    own = Model(id=OWN_MODEL, mode=read_mode(mode, read), containers=[], is_open=containers is None)
    if containers is not None:
        own.containers = bind_containers(containers, scope, own.argument(), problems)
    fleet = Fleet(scope, own, problems)
    definitions = _variants(read, instance_type, initial_instance_count, variants)
    if definitions is not None:
        fleet.variants = [fleet.bind(owner, variant) for owner, variant in definitions]
    if shadow_variant is not None:
        fleet.shadow = fleet.bind("shadow_variant", shadow_variant)
    if containers is not None and fleet.models and all(model.owner for model in fleet.models):
        message = "are served by no variant, since each variant has its own"
        read.refuse("containers", message, "leave them out, or leave them out of one of the variants")
    if not fleet.models:
        fleet.models.append(own)
    return fleet


def _variants(
    read: ArgumentReader,
    instance_type: str | None,
    initial_instance_count: int | None,
    variants: object,
) -> list[tuple[str, object]] | None:
    if variants is None:
        if instance_type is None:
            fix = "give instance_type='ml.m5.xlarge' (there is no default), or variants=[...]"
            read.refuse("instance_type", "is missing, and there are no variants either", fix)
            return None
        shorthand = ProductionVariant(
            name=_SHORTHAND_NAME,
            instance_type=instance_type,
            initial_instance_count=1 if initial_instance_count is None else initial_instance_count,
        )
        return [("", shorthand)]
    for argument, value in {"instance_type": instance_type, "initial_instance_count": initial_instance_count}.items():
        if value is not None:
            read.refuse(argument, "is given beside variants", "say it in the variants, or leave out the variants")
    if not isinstance(variants, Sequence) or isinstance(variants, str | bytes):
        read.refuse("variants", f"is {describe(variants)}, expected a list", "write [ProductionVariant(...)]")
        return None
    return [(f"variants[{index}]", variant) for index, variant in enumerate(variants)]


def read_mode(mode: object, read: ArgumentReader) -> object:
    """The mode, or any string for the rules to judge."""
    if isinstance(mode, str):
        return mode
    return read.wrong("mode", mode, "an InferenceExecutionMode", "give InferenceExecutionMode.SERIAL or .DIRECT")
