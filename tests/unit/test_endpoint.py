"""What an endpoint's declaration synthesizes."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms

from sagemaker_multi_container import ProductionVariant

from .builders import DIRECT, SERIAL, container, containers, endpoint, properties, resources


def test_makes_a_model_a_config_and_an_endpoint_that_refer_to_each_other_by_name(stack: cdk.Stack) -> None:
    """`Ref` of all three is the ARN, so the names come from `Fn::GetAtt`."""
    endpoint(stack)

    (model_id,) = resources(stack, "SageMaker::Model")
    (config_id,) = resources(stack, "SageMaker::EndpointConfig")
    (variant,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["ModelName"] == {"Fn::GetAtt": [model_id, "ModelName"]}
    assert properties(stack, "SageMaker::Endpoint") == {
        "EndpointConfigName": {"Fn::GetAtt": [config_id, "EndpointConfigName"]}
    }


@pytest.mark.parametrize(("given", "expected"), [(DIRECT, "Direct"), (SERIAL, "Serial")])
def test_writes_the_mode_out(stack: cdk.Stack, given: str, expected: str) -> None:
    """The template says how the containers are called, also where that is SageMaker's default."""
    endpoint(stack, mode=given)

    assert properties(stack, "SageMaker::Model")["InferenceExecutionConfig"] == {"Mode": expected}


def test_is_a_pipeline_by_default(stack: cdk.Stack) -> None:
    """As in SageMaker."""
    endpoint(stack)

    assert properties(stack, "SageMaker::Model")["InferenceExecutionConfig"] == {"Mode": "Serial"}


def test_keeps_the_order_of_the_containers(stack: cdk.Stack) -> None:
    """A pipeline runs them in the order given."""
    endpoint(stack, containers=containers("zeta", "alpha", "mid"))

    hostnames = [each["ContainerHostname"] for each in properties(stack, "SageMaker::Model")["Containers"]]
    assert hostnames == ["zeta", "alpha", "mid"]


def test_takes_fifteen_containers(stack: cdk.Stack) -> None:
    """SageMaker's maximum."""
    endpoint(stack, containers=containers(*(f"c{number}" for number in range(15))))

    assert len(properties(stack, "SageMaker::Model")["Containers"]) == 15


def test_passes_environment_variables_on_untouched(stack: cdk.Stack) -> None:
    """Names keep their case, values stay strings."""
    environment = {"LOG_LEVEL": "info", "camelCase": "Yes", "_n": "5"}
    endpoint(stack, containers=[container("a", environment=environment), container("b")])

    assert properties(stack, "SageMaker::Model")["Containers"][0]["Environment"] == environment


def test_the_shorthand_is_one_variant_for_all_traffic(stack: cdk.Stack) -> None:
    """`instance_type` and `initial_instance_count` on the endpoint itself."""
    endpoint(stack, instance_type="ml.c5.large", initial_instance_count=3)

    (variant,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    del variant["ModelName"]
    assert variant == {
        "VariantName": "AllTraffic",
        "InstanceType": "ml.c5.large",
        "InitialInstanceCount": 3,
        "InitialVariantWeight": 1,
    }


def test_writes_every_field_of_a_variant(stack: cdk.Stack) -> None:
    """Sizes in GiB, times in seconds."""
    variant = ProductionVariant(
        name="main",
        instance_type="ml.m5.large",
        initial_instance_count=2,
        weight=0.5,
        volume_size=cdk.Size.gibibytes(100),
        model_data_download_timeout=cdk.Duration.minutes(20),
        container_startup_health_check_timeout=cdk.Duration.hours(1),
    )
    endpoint(stack, instance_type=None, variants=[variant])

    (written,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    del written["ModelName"]
    assert written == {
        "VariantName": "main",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 0.5,
        "VolumeSizeInGB": 100,
        "ModelDataDownloadTimeoutInSeconds": 1200,
        "ContainerStartupHealthCheckTimeoutInSeconds": 3600,
    }


def test_weight_zero_is_zero(stack: cdk.Stack) -> None:
    """Not the default."""
    variants = [
        ProductionVariant(name="live", instance_type="ml.m5.large"),
        ProductionVariant(name="standby", instance_type="ml.m5.large", weight=0),
    ]
    endpoint(stack, instance_type=None, variants=variants)

    written = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert [each["InitialVariantWeight"] for each in written] == [1, 0]


def test_a_variant_with_its_own_containers_has_its_own_model(stack: cdk.Stack) -> None:
    """An A/B test: the other variants share the endpoint's model."""
    variants = [
        ProductionVariant(name="champion", instance_type="ml.m5.large", weight=9),
        ProductionVariant(
            name="challenger", instance_type="ml.m5.large", containers=containers("new", "second"), mode=DIRECT
        ),
    ]
    made = endpoint(stack, instance_type=None, variants=variants)

    champion, challenger = made.cfn_models
    written = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert [each["ModelName"]["Fn::GetAtt"][0] for each in written] == [
        stack.resolve(champion.logical_id),
        stack.resolve(challenger.logical_id),
    ]
    models = resources(stack, "SageMaker::Model")
    model = models[stack.resolve(challenger.logical_id)]["Properties"]
    assert model["InferenceExecutionConfig"] == {"Mode": "Direct"}
    assert [each["ContainerHostname"] for each in model["Containers"]] == ["new", "second"]


def test_variants_may_have_names_that_look_alike(stack: cdk.Stack) -> None:
    """They are different constructs."""
    names = ["a-1", "a1"]
    variants = [ProductionVariant(name=name, instance_type="ml.m5.large", containers=containers()) for name in names]
    endpoint(stack, instance_type=None, containers=None, variants=variants)

    assert len(resources(stack, "SageMaker::Model")) == 2


def test_needs_no_containers_where_each_variant_has_its_own(stack: cdk.Stack) -> None:
    """Then the endpoint itself has no model."""
    variants = [
        ProductionVariant(name="a", instance_type="ml.m5.large", containers=containers()),
        ProductionVariant(name="b", instance_type="ml.m5.large", containers=containers()),
    ]
    endpoint(stack, instance_type=None, containers=None, variants=variants)

    assert len(resources(stack, "SageMaker::Model")) == 2


def test_names_only_the_endpoint(stack: cdk.Stack) -> None:
    """A Model or EndpointConfig with a name could not be replaced."""
    endpoint(stack, endpoint_name="search-ranking")

    assert properties(stack, "SageMaker::Endpoint")["EndpointName"] == "search-ranking"
    assert "ModelName" not in properties(stack, "SageMaker::Model")
    assert "EndpointConfigName" not in properties(stack, "SageMaker::EndpointConfig")


def test_encrypts_volumes_with_a_key(stack: cdk.Stack) -> None:
    """The key's ARN goes to the EndpointConfig."""
    key = kms.Key(stack, "Key")
    endpoint(stack, encryption_key=key)

    assert properties(stack, "SageMaker::EndpointConfig")["KmsKeyId"] == stack.resolve(key.key_arn)


def test_isolates_the_containers_from_the_network(stack: cdk.Stack) -> None:
    """Said on the Model, as for every model that is no inference component."""
    endpoint(stack, network_isolation=True)

    assert properties(stack, "SageMaker::Model")["EnableNetworkIsolation"] is True
    assert "EnableNetworkIsolation" not in properties(stack, "SageMaker::EndpointConfig")


def test_tells_name_and_arn_apart(stack: cdk.Stack) -> None:
    """The ARN is lower case and the name is not, so neither is derived from the other."""
    made = endpoint(stack)

    (endpoint_id,) = resources(stack, "SageMaker::Endpoint")
    assert stack.resolve(made.endpoint_name) == {"Fn::GetAtt": [endpoint_id, "EndpointName"]}
    assert stack.resolve(made.endpoint_arn) == {"Ref": endpoint_id}


def test_hands_out_its_resources(stack: cdk.Stack) -> None:
    """For escape hatches and mixins."""
    made = endpoint(stack)

    made.cfn_endpoint.add_property_override("RetainAllVariantProperties", True)
    made.cfn_endpoint_config.add_property_override("ProductionVariants.0.InitialVariantWeight", 5)
    made.cfn_models[0].add_property_override("Containers.1.Environment.DEBUG", "1")

    assert made.node.default_child is made.cfn_endpoint
    assert properties(stack, "SageMaker::Endpoint")["RetainAllVariantProperties"] is True
    assert properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"][0]["InitialVariantWeight"] == 5
    assert properties(stack, "SageMaker::Model")["Containers"][1]["Environment"] == {"DEBUG": "1"}


def test_tags_reach_every_resource(stack: cdk.Stack) -> None:
    """Through `Tags.of`, as everywhere in the CDK."""
    made = endpoint(stack)
    cdk.Tags.of(made).add("team", "search")

    for name in ("SageMaker::Model", "SageMaker::EndpointConfig", "SageMaker::Endpoint", "IAM::Role"):
        assert properties(stack, name)["Tags"] == [{"Key": "team", "Value": "search"}]


def test_takes_a_model_package(stack: cdk.Stack) -> None:
    """Which brings image and model data; one of its inference specifications may be chosen."""
    package = container("a", image=None, model_package="ranker/3", inference_specification_name="fast")
    endpoint(stack, containers=[package, container("b")])

    assert properties(stack, "SageMaker::Model")["Containers"][0] == {
        "ContainerHostname": "a",
        "ModelPackageName": "ranker/3",
        "InferenceSpecificationName": "fast",
    }
