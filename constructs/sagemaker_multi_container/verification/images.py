"""Whether the images that run are those that were asked for, by their digests."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Deployed
from ..rules import Unknown
from ..rules.description import Properties, dicts, text, written
from ..template.endpoints import PRODUCTION, Endpoint, properties_of
from .checks import Check, judged, not_made
from .comparison import differences
from .models import paired_containers
from .variants import pairs


def check_images(deployed: Deployed, expected: Endpoint | None) -> Iterator[Check]:
    """The image of each container of each production variant.

    Args:
        deployed: What is deployed.
        expected: What a template declares. None means that the images are asked for by the deployed models alone.
    """
    variants = dicts(deployed.config.get(PRODUCTION))
    for variant in variants:
        name, model = str(text(variant, "VariantName")), deployed.model_of(variant)
        running = _running(deployed, name)
        for hostname, declared, container in paired_containers(_declared(expected, deployed, name) or {}, model or {}):
            subject = f"{hostname} of {name}" if len(variants) > 1 else hostname
            asked = declared.get("Image") if declared is not None else None
            yield _check(subject, asked or container.get("Image"), container, running)


def _declared(expected: Endpoint | None, deployed: Deployed, variant: str) -> Properties | None:
    """The model that a template declares for a variant."""
    if expected is None:
        return None
    for declared, there in pairs(expected, deployed):
        if declared is not None and there is not None and text(there, "VariantName") == variant:
            return properties_of(expected.template, expected.model_id(declared))
    return None


def _running(deployed: Deployed, variant: str) -> dict[str, str]:
    """The images that a variant runs, with their digests, by what was specified."""
    summaries = dicts(deployed.endpoint.get(PRODUCTION))
    summary = next((each for each in summaries if text(each, "VariantName") == variant), {})
    images = dicts(summary.get("DeployedImages"))
    return {str(each["SpecifiedImage"]): str(each["ResolvedImage"]) for each in images if each.get("ResolvedImage")}


def _check(subject: str, asked: object, container: Properties, running: dict[str, str]) -> Check:
    specified = text(container, "Image")
    if specified is None or not isinstance(asked, str | Unknown):
        return not_made("image", subject, "its model names no image, but a model package")
    resolved = running.get(specified)
    if resolved is None:
        return not_made("image", subject, f"SageMaker does not say what {specified} is that runs")
    digest = resolved.rpartition("@")[2]
    if isinstance(asked, str) and "@" in asked:
        wanted = asked.rpartition("@")[2]
        says = digest if digest == wanted else f"{digest} runs, the template asks for {wanted}"
        return judged("image", subject, holds=digest == wanted, says=says)
    if any(each.is_certain for each in differences(asked, specified)):
        return judged("image", subject, holds=False, says=f"{specified} runs, the template asks for {written(asked)}")
    return judged("image", subject, holds=True, says=f"{specified.rpartition('/')[2]} is {digest}")
