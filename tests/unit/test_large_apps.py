"""Apps with many stacks and endpoints."""

from __future__ import annotations

import aws_cdk as cdk

from .builders import DIRECT, SERIAL, containers, endpoint

STACKS = 60
ENDPOINTS = 6


def add_endpoint(stack: cdk.Stack, number: int) -> None:
    """A pipeline of two containers, or three that are called directly, by turns; every third endpoint is scaled."""
    is_direct = number % 2 == 1
    hostnames = ("first", "second", "third") if is_direct else ("first", "second")
    made = endpoint(stack, f"Endpoint{number}", mode=DIRECT if is_direct else SERIAL, containers=containers(*hostnames))
    if number % 3 == 0:
        count = made.auto_scale(min_capacity=1, max_capacity=4)
        count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)


def test_sixty_stacks_of_six_endpoints() -> None:
    """Each stack has its own, and each endpoint as many containers as it was given."""
    app = cdk.App()
    stacks = [cdk.Stack(app, f"Stack{number}") for number in range(STACKS)]
    for stack in stacks:
        for number in range(ENDPOINTS):
            add_endpoint(stack, number)

    assembly = app.synth()

    for stack in stacks:
        resources = assembly.get_stack_by_name(stack.stack_name).template["Resources"].values()
        types = [resource["Type"] for resource in resources]
        models = [each["Properties"] for each in resources if each["Type"] == "AWS::SageMaker::Model"]
        assert types.count("AWS::SageMaker::Endpoint") == ENDPOINTS
        assert types.count("AWS::ApplicationAutoScaling::ScalingPolicy") == 2
        assert sorted(len(model["Containers"]) for model in models) == [2, 2, 2, 3, 3, 3]
