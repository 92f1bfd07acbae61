"""From the construct's arguments to models, variants and acknowledged rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from constructs import Construct

from .arguments import ArgumentReader, describe
from .containers import ContainerDefinition
from .declaration import Model
from .errors import Problem
from .models import bind_containers
from .modes import InferenceExecutionMode
from .rules import RULES, Confidence, Severity, Unknown
from .tokens import is_token
from .variants import BoundVariant, ProductionVariant, bind_variant

WARNING_ID = "sagemaker-multi-container:"
"""What the ids of the construct's warnings begin with."""
_SHORTHAND_NAME = "AllTraffic"


def read_models_and_variants(
    scope: Construct,
    *,
    containers: Sequence[ContainerDefinition] | None,
    mode: InferenceExecutionMode,
    instance_type: str | None,
    initial_instance_count: int | None,
    variants: Sequence[ProductionVariant] | None,
    problems: list[Problem],
) -> tuple[list[Model], list[BoundVariant] | None]:
    """The models that an endpoint needs and the variants that serve them; no variants where none can be read."""
    read = ArgumentReader(problems)
    own = Model(id="Model", mode=_mode(mode, read), containers=[], is_open=containers is None)
    if containers is not None:
        own.containers = bind_containers(containers, scope, own.argument(), problems)
    definitions = _variants(read, instance_type, initial_instance_count, variants)
    if definitions is None:
        return [own], None
    models: list[Model] = []
    bound = []
    for owner, variant in definitions:
        if not isinstance(variant, ProductionVariant):
            message = f"is {describe(variant)}, expected a ProductionVariant"
            read.refuse(owner, message, "write ProductionVariant(name='...', instance_type='ml.m5.xlarge')")
            bound.append(BoundVariant(properties=Unknown(), owner=owner))
            continue
        if variant.mode is not None and variant.containers is None:
            message = "is given without containers of the variant's own"
            ArgumentReader(problems, owner, variant.declared_at).refuse("mode", message, "give the endpoint the mode")
        taken = {model.id for model in models}
        model = own if variant.containers is None else _model_of(variant, own, owner, taken, scope, problems)
        if not any(model is known for known in models):
            models.append(model)
        bound.append(bind_variant(variant, model.name, owner, problems))
    if containers is not None and models and all(model.owner for model in models):
        message = "are served by no variant, since each variant has its own"
        read.refuse("containers", message, "leave them out, or leave them out of one of the variants")
    return models or [own], bound


def read_acknowledged_rules(acknowledged: object, read: ArgumentReader) -> Mapping[str, str]:
    """The rules that the user switched off, by id, with the reasons."""
    argument = "acknowledged_rules"
    reasons = read.mapping(argument, acknowledged)
    if not isinstance(reasons, dict):
        return {}
    for rule_id, reason in reasons.items():
        rule = RULES.get(rule_id)
        if rule is None:
            message = f"{rule_id!r} is none of the rules about SageMaker, which alone can be switched off"
            read.refuse(argument, message, "take the id from the error message, such as 'MCE-C06'")
        elif rule.severity is Severity.INFO:
            read.refuse(argument, f"{rule_id} is no error, and the construct does not speak of it", "leave it out")
        elif rule.severity is Severity.WARNING:
            fix = f"acknowledge it as a warning: Annotations.of(endpoint).acknowledge_warning({WARNING_ID + rule_id!r})"
            read.refuse(argument, f"{rule_id} is no error", fix)
        elif rule.confidence is not Confidence.INFERRED:
            read.refuse(argument, f"{rule_id} is documented by AWS, so it cannot be switched off", f"see {rule.source}")
        if not (isinstance(reason, str) and reason.strip()):
            fix = f"write {{{rule_id!r}: 'why it does not apply'}}"
            read.refuse(argument, f"{rule_id} is switched off without a reason", fix)
    return reasons


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


def _mode(mode: object, read: ArgumentReader) -> object:
    if isinstance(mode, str):
        return mode
    message = f"is {describe(mode)}, expected an InferenceExecutionMode"
    return read.refuse("mode", message, "give InferenceExecutionMode.SERIAL or .DIRECT")


def _model_of(
    variant: ProductionVariant,
    endpoint: Model,
    owner: str,
    taken: Collection[str],
    scope: Construct,
    problems: list[Problem],
) -> Model:
    read = ArgumentReader(problems, owner, variant.declared_at)
    mode = endpoint.mode if variant.mode is None else _mode(variant.mode, read)
    model_id = f"{variant.name}Model"
    if not isinstance(variant.name, str) or is_token(variant.name) or model_id in taken:
        model_id = f"{owner}Model"
    model = Model(id=model_id, owner=owner, mode=mode, containers=None)
    model.containers = bind_containers(variant.containers, scope, model.argument(), problems)
    return model
