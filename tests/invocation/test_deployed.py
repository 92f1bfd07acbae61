"""What of a deployed endpoint can be asked."""

from __future__ import annotations

from typing import Any

from sagemaker_multi_container.invocation import Deployed, Target


def model(mode: str | None, *hostnames: str) -> dict[str, Any]:
    """A model as it is described."""
    config = {"InferenceExecutionConfig": {"Mode": mode}} if mode else {}
    return {"Containers": [{"ContainerHostname": each} for each in hostnames], **config}


def deployed(variants: dict[str, str], **models: dict[str, Any]) -> Deployed:
    """An endpoint of these variants, by the names of their models."""
    listed = [{"VariantName": name, "ModelName": model} for name, model in variants.items()]
    return Deployed(endpoint={"EndpointName": "e"}, config={"ProductionVariants": listed}, models=models)


def test_each_container_of_a_direct_endpoint() -> None:
    """Without its variant, if there is but one."""
    endpoint = deployed({"live": "m"}, m=model("Direct", "a", "b"))

    assert list(endpoint.targets()) == [Target(hostname="a"), Target(hostname="b")]


def test_a_pipeline_as_a_whole() -> None:
    """Which is what a model is that says nothing."""
    assert list(deployed({"live": "m"}, m=model("Serial", "a", "b")).targets()) == [Target()]
    assert list(deployed({"live": "m"}, m=model(None, "a", "b")).targets()) == [Target()]


def test_each_of_several_variants() -> None:
    """With the containers that it serves itself."""
    endpoint = deployed({"live": "m", "next": "n"}, m=model("Direct", "a"), n=model("Serial", "b"))

    assert list(endpoint.targets()) == [Target(hostname="a", variant="live"), Target(variant="next")]
    assert list(endpoint.targets("next")) == [Target(variant="next")]


def test_nothing_of_a_variant_without_a_model() -> None:
    """Such as one whose models are inference components."""
    listed = [{"VariantName": "live"}]
    endpoint = Deployed(endpoint={"EndpointName": "e"}, config={"ProductionVariants": listed}, models={})

    assert list(endpoint.targets()) == []
