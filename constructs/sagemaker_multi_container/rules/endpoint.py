"""Rules about an endpoint itself: its name, its config and what it retains in an update."""

from __future__ import annotations

from typing import Any

from .checks import chosen, counted, fits, quoted
from .description import Unknown, written
from .limits import API, CLOUDFORMATION, ENDPOINT_CONFIG_NAME, ENDPOINT_NAME, RETAINED_PROPERTIES, RETAINED_PROPERTY
from .names import name_of
from .rule import Place, Problems, Severity, declare, rule

CREATE_ENDPOINT = API + "CreateEndpoint.html"
UPDATE_ENDPOINT = API + "UpdateEndpoint.html"

declare(
    "MCE-P01",
    "An endpoint's name has at most 63 letters, digits and inner hyphens.",
    fits("Endpoint.EndpointName", ENDPOINT_NAME),
    source=CREATE_ENDPOINT,
    fix="leave the name out, or use letters, digits and inner hyphens",
)


@rule(
    "MCE-P02",
    severity=Severity.WARNING,
    guards="Endpoint.EndpointName",
    source=CREATE_ENDPOINT,
    fix="use small letters only",
)
def endpoint_name_in_lower_case(name: str | Unknown, place: Place) -> Problems:
    """An endpoint's name is in lower case: its ARN is, while callers must match the name's case."""
    if any("A" <= character <= "Z" for character in written(name)):
        yield place.problem(f"{quoted(name)} has capital letters, which callers must match but the ARN does not keep")


declare(
    "MCE-P03",
    "An endpoint names its config by the config's name, not by its ARN.",
    name_of("Endpoint.EndpointConfigName", "EndpointConfig", ENDPOINT_CONFIG_NAME),
    source=CLOUDFORMATION + "resource-sagemaker-endpointconfig.html",
    fix="use Fn::GetAtt EndpointConfigName (in the CDK attrEndpointConfigName); Ref returns the ARN",
)


@rule(
    "MCE-P16",
    guards="Endpoint.ExcludeRetainedVariantProperties",
    source=UPDATE_ENDPOINT,
    fix="retain all variant properties, or exclude none; only the instance count and the weight can be excluded",
    also=(
        counted("Endpoint.ExcludeRetainedVariantProperties", RETAINED_PROPERTIES, "excluded properties"),
        chosen("Endpoint.ExcludeRetainedVariantProperties[].VariantPropertyType", RETAINED_PROPERTY),
    ),
)
def excluded_of_retained(excluded: list[Any], place: Place) -> Problems:
    """Variant properties are excluded only from all being retained, and only those that can be retained."""
    if excluded and place.properties.get("RetainAllVariantProperties") in (None, False):
        yield place.problem("excludes variant properties from being retained, but none are retained")
