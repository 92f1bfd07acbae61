"""The production variants of an endpoint."""

from __future__ import annotations

from typing import Final

from ...rules import Path, Unknown
from ...rules.checks import quoted
from ...rules.description import Properties, dicts, is_certain, is_set
from ...rules.limits import VARIANT_NAME
from ...template.endpoints import PRODUCTION, SHADOW, Endpoint
from ..plan import STARTUP_TIMEOUT, VariantPlan
from .findings import Findings, phrase

_TIMEOUT: Final = "ContainerStartupHealthCheckTimeoutInSeconds"


def plan_variants(endpoint: Endpoint, title: str, findings: Findings) -> tuple[VariantPlan, ...]:
    """The variants that get requests, in their order. What cannot run here is a problem."""
    template, config_id, config = endpoint.template, endpoint.config_id, endpoint.config
    if config_id is None:
        what = phrase("its endpoint config", endpoint.properties.get("EndpointConfigName"))
        findings.problem(title, f"{what} is not declared beside it", "give a template that declares both")
        return ()
    if is_set(config, "AsyncInferenceConfig"):
        if is_certain(config["AsyncInferenceConfig"]):
            what = "it is asynchronous, and takes InvokeEndpointAsync only, which does not run here"
            findings.problem(title, what, "leave AsyncInferenceConfig out")
        else:
            findings.unknown(title, "whether it is asynchronous", template, config_id, ("AsyncInferenceConfig",))
    for shadow in dicts(config.get(SHADOW)):
        findings.note(f"{phrase('shadow variant', shadow.get('VariantName'))}: it gets no requests here")
    written = config.get(PRODUCTION)
    if not isinstance(written, list):
        findings.unknown(title, "which variants it has", template, config_id, (PRODUCTION,))
        return ()
    planned: dict[str, VariantPlan] = {}
    for index, properties in enumerate(written):
        if not isinstance(properties, dict):
            findings.unknown(title, f"the variant at {PRODUCTION}[{index}]", template, config_id, (PRODUCTION, index))
            continue
        variant = _Variant(endpoint, config_id, index, properties, findings).plan()
        if variant is not None and variant.name in planned:
            findings.problem(title, f"two variants are called {variant.name}", "rename one of them")
        elif variant is not None:
            planned[variant.name] = variant
    return tuple(planned.values())


class _Variant:
    """A variant that is being planned."""

    def __init__(
        self, endpoint: Endpoint, config_id: str, index: int, properties: Properties, findings: Findings
    ) -> None:
        self._endpoint, self._config_id, self._properties, self._findings = endpoint, config_id, properties, findings
        self._index = index
        self._place = f"{PRODUCTION}[{index}]"
        self._name = self._valid_name()
        self._where = self._place if self._name is None else f"variant {self._name}"

    def plan(self) -> VariantPlan | None:
        """The variant as it runs here. None if there is a problem."""
        if is_set(self._properties, "ServerlessConfig"):
            if is_certain(self._properties["ServerlessConfig"]):
                self._refuse("it is serverless, which does not run here", "give it an instance type")
            else:
                self._unknown("whether it is serverless", "ServerlessConfig")
        pools = dicts(self._properties.get("InstancePools"))
        if any(is_set(pool, "ModelNameOverride") for pool in pools):
            self._findings.note(f"{self._where}: the models of its instance pools do not run here, only its own")
        weight, timeout, model = self._weight(), self._timeout(), self._model()
        if self._name is None or weight is None or model is None:
            return None
        types = (each.get("InstanceType") for each in (self._properties, *pools))
        return VariantPlan(
            name=self._name,
            weight=weight,
            model=model,
            startup_timeout=timeout,
            instance_types=tuple(each for each in types if isinstance(each, str)),
        )

    def _valid_name(self) -> str | None:
        """What callers call it: if that is only known at deployment, its place in the list. None if it is a problem."""
        match self._properties.get("VariantName"):
            case str() as name if name in VARIANT_NAME:
                return name
            case Unknown():
                name = f"variant-{self._index + 1}"
                self._findings.note(f"{self._place}: its name is only known at deployment; here it is {name}")
                return name
            case None:
                self._findings.problem(self._place, "has no VariantName", "give it one")
            case other:
                what = f"{quoted(str(other))} is no name of a variant: {VARIANT_NAME.meaning}, at most 63"
                self._findings.problem(self._place, what, "give it another one")
        return None

    def _weight(self) -> float | None:
        """Its weight: 1, unless it says otherwise.

        That is what SageMaker makes of one that says nothing
        (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html).
        """
        weight = self._properties.get("InitialVariantWeight")
        match weight:
            case None:
                return 1.0
            case Unknown():
                self._unknown("its weight", "InitialVariantWeight")
            case int() | float() if weight >= 0:
                return float(weight)
            case _:
                self._refuse(f"its weight is {weight!r}", "give a number, 0 or more")
        return None

    def _timeout(self) -> float:
        match self._properties.get(_TIMEOUT):
            case int() | float() as seconds:
                return float(seconds)
            case None:
                pass
            case _:
                self._findings.note(f"{self._where}: its {_TIMEOUT} is not known; it is {STARTUP_TIMEOUT:g} here")
        return STARTUP_TIMEOUT

    def _model(self) -> str | None:
        """The logical id of its model."""
        model = self._endpoint.model_id(self._properties)
        if model is None:
            named = self._properties.get("ModelName")
            if named is None:
                what = "names no model: it hosts inference components, which do not run here"
                self._refuse(what, "give it a ModelName")
            else:
                what = f"{phrase('its model', named)} is not declared beside it"
                self._refuse(what, "give a template that declares both")
        elif not (model.isascii() and model.isalnum()):
            # It names a folder here.
            self._refuse(f"its model has the logical id {model!r}", "give the model one of letters and digits")
            return None
        return model

    def _refuse(self, what: str, fix: str) -> None:
        self._findings.problem(self._where, what, fix)

    def _unknown(self, what: str, *inner: str) -> None:
        path: Path = (PRODUCTION, self._index, *inner)
        self._findings.unknown(self._where, what, self._endpoint.template, self._config_id, path)
