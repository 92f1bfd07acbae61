"""What replaces what: the logical ids that CloudFormation goes by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_multi_container import EndpointConfigurationError, ModelData, ProductionVariant

from .builders import DIRECT, SERIAL, container, containers, endpoint, image, properties, resources, statements


def logical_ids(app: cdk.App, name: str, **arguments: Any) -> tuple[str, str, str]:
    """The logical ids of Model, EndpointConfig and Endpoint."""
    stack = cdk.Stack(app, name)
    made = endpoint(stack, **arguments)
    model, config, own = (
        stack.resolve(each.logical_id) for each in (made.cfn_models[0], made.cfn_endpoint_config, made.cfn_endpoint)
    )
    return model, config, own


def test_a_reordered_pipeline_is_a_new_model(app: cdk.App) -> None:
    """CloudFormation takes the list for unordered, so the order is in the logical id."""
    model, config, own = logical_ids(app, "Before", containers=containers("a", "b"))
    reordered = logical_ids(app, "After", containers=containers("b", "a"))

    assert reordered[0] != model
    assert reordered[1:] == (config, own)


def test_the_models_id_carries_hostnames_and_revisions_and_nothing_else(app: cdk.App) -> None:
    """Whatever else changes, CloudFormation sees by itself."""
    data = ModelData.from_s3_uri("s3://models/a/model.tar.gz", revision="1")
    moved = ModelData.from_s3_uri("s3://models/b/model.tar.gz", revision="1")
    before = logical_ids(app, "Before", mode=SERIAL, containers=[container("a", model_data=data), container("b")])
    after = logical_ids(
        app,
        "After",
        mode=DIRECT,
        instance_type="ml.c5.large",
        containers=[
            container("a", model_data=moved, image=image("other"), environment={"A": "1"}),
            container("b", image=image("third")),
        ],
    )

    assert after == before


def test_tokens_do_not_change_ids(flags: dict[str, Any]) -> None:
    """Their numbers differ from one synthesis to the next."""
    ids = []
    for earlier_parameters in (0, 7):
        stack = cdk.Stack(cdk.App(context=flags), "Stack")
        names = [cdk.CfnParameter(stack, f"Name{number}").value_as_string for number in range(earlier_parameters + 1)]
        endpoint(stack, containers=[container(f"x-{names[-1]}"), container("b")])
        ids.append(list(resources(stack, "SageMaker::Model")))

    assert ids[0] == ids[1]


def test_the_template_does_not_depend_on_how_the_containers_came(app: cdk.App) -> None:
    """In the list or one by one."""
    listed, added = cdk.Stack(app, "Listed"), cdk.Stack(app, "Added")
    endpoint(listed, containers=containers("a", "b", "c"))
    late = endpoint(added, containers=None)
    for hostname in ("a", "b", "c"):
        late.add_container(container(hostname))

    first, second = Template.from_stack(added).to_json(), Template.from_stack(listed).to_json()
    assert _allowed(first) == _allowed(second)
    assert first == second


def _allowed(template: Mapping[str, Any]) -> list[str]:
    """What the policy allows, taken out of the template: the order of its statements does not matter."""
    (policy,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy")
    statements = policy["Properties"]["PolicyDocument"].pop("Statement")
    return sorted(json.dumps(statement, sort_keys=True) for statement in statements)


def test_adds_a_container_with_its_permissions(stack: cdk.Stack) -> None:
    """As if it had been in the list."""
    made = endpoint(stack)
    made.add_container(container("third", model_data=ModelData.from_s3_uri("s3://models/third/model.tar.gz")))

    hostnames = [each["ContainerHostname"] for each in properties(stack, "SageMaker::Model")["Containers"]]
    assert hostnames == ["first", "second", "third"]
    assert "third" in str(properties(stack, "IAM::Policy"))
    assert "s3:GetObject" in statements(stack)


def test_a_container_that_does_not_fit_is_refused_at_once_and_leaves_the_endpoint_as_it_was(stack: cdk.Stack) -> None:
    """At the line that adds it, and the next one may be right."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match=r"^Stack/Endpoint: .*\n.*containers\[2\].hostname .*'first'"):
        made.add_container(container("first"))

    made.add_container(container("third"))
    assert len(properties(stack, "SageMaker::Model")["Containers"]) == 3


def test_leaves_a_logical_id_of_the_users_own_alone(stack: cdk.Stack) -> None:
    """Also when a container is added later."""
    made = endpoint(stack)
    made.cfn_models[0].override_logical_id("MyModel")
    made.add_container(container("third"))

    assert list(resources(stack, "SageMaker::Model")) == ["MyModel"]


def test_logical_ids_stay_within_cloudformations_limit(stack: cdk.Stack) -> None:
    """However deep the endpoint is."""
    scope: Construct = stack
    for depth in range(8):
        scope = Construct(scope, f"AVeryLongNameOfAConstructAtDepth{depth}")
    endpoint(scope)

    (model_id,) = resources(stack, "SageMaker::Model")
    assert len(model_id) <= 255


def test_refuses_the_sixteenth_container(stack: cdk.Stack) -> None:
    """At the line that adds it."""
    made = endpoint(stack, containers=containers(*(f"c{number}" for number in range(15))))

    with pytest.raises(EndpointConfigurationError, match="MCE-C01"):
        made.add_container(container("one-too-many"))


@pytest.mark.parametrize("count", [0, 1])
def test_finds_missing_containers_at_synth(app: cdk.App, stack: cdk.Stack, count: int) -> None:
    """Only then is it known that no more will come; with the construct's path."""
    made = endpoint(stack, containers=None)
    for number in range(count):
        made.add_container(container(f"c{number}"))

    with pytest.raises(RuntimeError, match=r"\[Stack/Endpoint\] containers: .*\[MCE-C0[23]\]"):
        app.synth()


def test_refuses_a_container_that_no_variant_would_serve(stack: cdk.Stack) -> None:
    """Each variant has its own list."""
    variant = ProductionVariant(name="own", instance_type="ml.m5.large", containers=containers())
    made = endpoint(stack, containers=None, instance_type=None, variants=[variant])

    with pytest.raises(EndpointConfigurationError, match="is served by no variant"):
        made.add_container(container("lost"))
