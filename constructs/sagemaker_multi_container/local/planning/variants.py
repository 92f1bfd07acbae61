"""The production variants of an endpoint."""

from __future__ import annotations

from ...rules import Path, Unknown
from ...rules.checks import quoted
from ...rules.description import Properties, dicts
from ...rules.limits import VARIANT_NAME
from ...template.endpoints import PRODUCTION, SHADOW, Endpoint
from ..plan import STARTUP_TIMEOUT, VariantPlan
from .problems import Problems, phrase

_TIMEOUT = "ContainerStartupHealthCheckTimeoutInSeconds"


def plan_variants(endpoint: Endpoint, title: str, problems: Problems, notes: list[str]) -> tuple[VariantPlan, ...]:
    """The variants that get requests, in their order. What cannot run here is a problem."""
    if endpoint.config_id is None:
        what = phrase("its endpoint config", endpoint.properties.get("EndpointConfigName"))
        problems.add(title, f"{what} is not declared beside it", "give a template that declares both")
        return ()
    if "AsyncInferenceConfig" in endpoint.config:
        what = "it is asynchronous, and takes InvokeEndpointAsync only, which does not run here"
        problems.add(title, what, "leave AsyncInferenceConfig out")
    listed = endpoint.config.get(PRODUCTION)
    if not isinstance(listed, list):
        problems.add_unknown(title, "which variants it has", endpoint.template, endpoint.config_id, (PRODUCTION,))
        return ()
    shadows = [str(each.get("VariantName")) for each in dicts(endpoint.config.get(SHADOW))]
    notes += (f"variant {name}: it is a shadow variant, which gets no requests here" for name in shadows)
    planned: dict[str, VariantPlan] = {}
    for index in range(len(listed)):
        variant = _Variant(endpoint, endpoint.config_id, index, problems).plan(notes)
        if variant is not None and variant.name in planned:
            problems.add(title, f"two variants are called {variant.name}", "rename one of them")
        elif variant is not None:
            planned[variant.name] = variant
    return tuple(planned.values())


class _Variant:
    """A variant that is being planned."""

    def __init__(self, endpoint: Endpoint, config_id: str, index: int, problems: Problems) -> None:
        self.endpoint, self.config_id, self.problems = endpoint, config_id, problems
        self.path: Path = (PRODUCTION, index)
        value = endpoint.config[PRODUCTION][index]
        self.properties: Properties | None = value if isinstance(value, dict) else None
        name = None if self.properties is None else self.properties.get("VariantName")
        self.name = name if isinstance(name, str) and name in VARIANT_NAME else None
        self.where = f"{PRODUCTION}[{index}]" if self.name is None else f"variant {self.name}"

    def plan(self, notes: list[str]) -> VariantPlan | None:
        """The variant as it runs here. None if there is a problem."""
        if self.properties is None:
            self._unknown("what it is")
            return None
        if self.name is None:
            self._refuse_name(self.properties.get("VariantName"))
        if "ServerlessConfig" in self.properties:
            self.problems.add(self.where, "it is serverless, which does not run here", "give it an instance type")
        if any("ModelNameOverride" in pool for pool in dicts(self.properties.get("InstancePools"))):
            notes.append(f"{self.where}: the models of its instance pools do not run here, only its own")
        weight, timeout, model = self._weight(self.properties), self._timeout(self.properties, notes), self._model()
        if self.name is None or weight is None or model is None:
            return None
        return VariantPlan(
            name=self.name,
            weight=weight,
            model=model,
            startup_timeout=timeout,
            instance_types=_instance_types(self.properties),
        )

    def _refuse_name(self, name: object) -> None:
        if isinstance(name, Unknown):
            self._unknown("its name", "VariantName")
        elif name is None:
            self.problems.add(self.where, "has no VariantName", "give it one")
        else:
            what = f"{quoted(str(name))} is no name of a variant: {VARIANT_NAME.meaning}, at most 63"
            self.problems.add(self.where, what, "give it another one")

    def _weight(self, properties: Properties) -> float | None:
        """Its weight, which is 1 if none is written (the API's default, as 0 is a weight)."""
        weight = properties.get("InitialVariantWeight")
        match weight:
            case None:
                return 1.0
            case Unknown():
                self._unknown("its weight", "InitialVariantWeight")
            case int() | float() if weight >= 0:
                return float(weight)
            case _:
                self.problems.add(self.where, f"its weight is {weight!r}", "give a number, 0 or more")
        return None

    def _timeout(self, properties: Properties, notes: list[str]) -> float:
        match properties.get(_TIMEOUT):
            case int() | float() as seconds:
                return float(seconds)
            case None:
                pass
            case _:
                notes.append(f"{self.where}: its {_TIMEOUT} is not known; it is {STARTUP_TIMEOUT:g} here")
        return STARTUP_TIMEOUT

    def _model(self) -> str | None:
        """The logical id of its model."""
        properties = self.properties or {}
        model = self.endpoint.model_id(properties)
        if model is None:
            if (named := properties.get("ModelName")) is None:
                what = "names no model: it hosts inference components, which do not run here"
                self.problems.add(self.where, what, "give it a ModelName")
            else:
                what = f"{phrase('its model', named)} is not declared beside it"
                self.problems.add(self.where, what, "give a template that declares both")
        return model

    def _unknown(self, what: str, *inner: str) -> None:
        path = (*self.path, *inner)
        self.problems.add_unknown(self.where, what, self.endpoint.template, self.config_id, path)


def _instance_types(properties: Properties) -> tuple[str, ...]:
    """The known ones: of the variant, or of its pools."""
    named = (each.get("InstanceType") for each in (properties, *dicts(properties.get("InstancePools"))))
    return tuple(each for each in named if isinstance(each, str))
