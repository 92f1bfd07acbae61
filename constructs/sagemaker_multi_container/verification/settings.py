"""The settings of an endpoint's config that are of no variant."""

from __future__ import annotations

from ..invocation import Deployed
from ..template.endpoints import PRODUCTION, SHADOW, Endpoint
from .checks import Check, not_made
from .comparison import differences
from .findings import found

_ELSEWHERE = frozenset({PRODUCTION, SHADOW, "EndpointConfigName", "Tags"})
"""What is judged apart from them, or is none of them."""


def check_settings(expected: Endpoint, deployed: Deployed) -> Check:
    """The config, without its variants, its name and its tags."""
    if expected.config_id is None:
        return not_made("settings", "EndpointConfig", "it is declared elsewhere than beside the endpoint")
    settings = {key: value for key, value in expected.config.items() if key not in _ELSEWHERE}
    subject = expected.template.known_as(expected.config_id)
    return found("settings", subject, differences(settings, deployed.config))
