"""Variants: their instances, how requests reach them, and what they serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    CoreDump,
    EndpointConfigurationError,
    InstancePool,
    ModelData,
    ModelDataConfig,
    ProductionVariant,
    RoutingStrategy,
)

from .builders import DIRECT, container, containers, endpoint, properties, resources, statements, wrong


def variant(name: str = "main", **arguments: Any) -> ProductionVariant:
    """A valid variant, and whatever else is said."""
    return ProductionVariant(**{"name": name, "instance_type": "ml.m5.large"} | arguments)


def rendered(stack: cdk.Stack, **arguments: Any) -> dict[str, Any]:
    """The one variant of an endpoint, as CloudFormation has it."""
    endpoint(stack, instance_type=None, variants=[variant(**arguments)])
    (found,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    return dict(found)


@pytest.mark.parametrize(
    ("strategy", "config"),
    [
        pytest.param(RoutingStrategy.random(), {"RoutingStrategy": "RANDOM"}, id="random"),
        pytest.param(
            RoutingStrategy.least_outstanding_requests(),
            {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
            id="least outstanding requests",
        ),
        pytest.param(
            RoutingStrategy.prefix_aware(prefix_length=2048, concurrency_threshold=8),
            {
                "RoutingStrategy": "PREFIX_AWARE",
                "PrefixAwareRoutingConfig": {"PrefixLength": 2048, "ConcurrencyThreshold": 8},
            },
            id="prefix aware",
        ),
    ],
)
def test_routes_requests(stack: cdk.Stack, strategy: RoutingStrategy, config: dict[str, Any]) -> None:
    assert rendered(stack, routing_strategy=strategy)["RoutingConfig"] == config


def test_sets_up_the_instances(stack: cdk.Stack) -> None:
    found = rendered(
        stack,
        instance_type="ml.g5.xlarge",
        inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1",
        enable_ssm_access=True,
        capacity_reservation_arn="arn:aws:sagemaker:us-east-1:123456789012:training-plan/ours",
    )

    assert found["InferenceAmiVersion"] == "al2-ami-sagemaker-inference-gpu-3-1"
    assert found["EnableSSMAccess"] is True
    assert found["CapacityReservationConfig"] == {
        "CapacityReservationPreference": "capacity-reservations-only",
        "MlReservationArn": "arn:aws:sagemaker:us-east-1:123456789012:training-plan/ours",
    }


def test_says_nothing_that_was_not_said(stack: cdk.Stack) -> None:
    found = rendered(stack)

    assert set(found) == {"VariantName", "ModelName", "InstanceType", "InitialInstanceCount", "InitialVariantWeight"}


def test_a_weight_of_nothing_is_nothing(stack: cdk.Stack) -> None:
    endpoint(stack, instance_type=None, variants=[variant("a"), variant("b", weight=0)])

    variants = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert [each["InitialVariantWeight"] for each in variants] == [1, 0]


def test_writes_core_dumps_where_it_may(stack: cdk.Stack) -> None:
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "dumps")
    found = rendered(stack, core_dump=CoreDump(bucket=bucket, prefix="search/", encryption_key=key))

    assert found["CoreDumpConfig"] == {
        "DestinationS3Uri": "s3://dumps/search",
        "KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/1",
    }
    allowed = statements(stack)
    assert "dumps/search/*" in str(allowed["s3:AbortMultipartUpload"]["Resource"])
    assert allowed["s3:AbortMultipartUpload"]["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject"]
    assert allowed["kms:Decrypt"]["Resource"] == "arn:aws:kms:us-east-1:123456789012:key/1"


def test_takes_instances_from_pools(stack: cdk.Stack) -> None:
    found = rendered(
        stack,
        instance_type=None,
        initial_instance_count=2,
        instance_provision_timeout=cdk.Duration.minutes(10),
        instance_pools=[
            InstancePool(instance_type="ml.m7i.large", priority=1),
            InstancePool(instance_type="ml.m5.large", priority=2),
        ],
    )

    assert "InstanceType" not in found
    assert found["VariantInstanceProvisionTimeoutInSeconds"] == 600
    assert found["InstancePools"] == [
        {"InstanceType": "ml.m7i.large", "Priority": 1},
        {"InstanceType": "ml.m5.large", "Priority": 2},
    ]


def test_a_pool_may_serve_containers_of_its_own(stack: cdk.Stack) -> None:
    """Images that are made for its type of instance, under the same names."""
    pools = [
        InstancePool(instance_type="ml.c7g.large", priority=1),
        InstancePool(instance_type="ml.c5.large", priority=2, containers=containers("first", "second")),
    ]
    found = rendered(stack, instance_type=None, instance_pools=pools)

    models = resources(stack, "SageMaker::Model")
    assert len(models) == 2
    (_, override) = found["InstancePools"]
    assert override["ModelNameOverride"]["Fn::GetAtt"][0] in models
    assert override["ModelNameOverride"] != found["ModelName"]


def test_a_variant_needs_instances(stack: cdk.Stack) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, instance_type=None, variants=[ProductionVariant(name="main")])

    (problem,) = refused.value.problems
    assert problem.where.startswith("variants[0] (")
    assert "instance_pools" in problem.fix


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        pytest.param({"routing_strategy": "RANDOM"}, "variants[0].routing_strategy", id="routing strategy"),
        pytest.param({"core_dump": "s3://dumps"}, "variants[0].core_dump", id="core dump"),
        pytest.param({"core_dump": CoreDump(bucket=wrong("dumps"))}, "variants[0].core_dump.bucket", id="bucket"),
        pytest.param({"enable_ssm_access": "yes"}, "variants[0].enable_ssm_access", id="shell"),
        pytest.param({"instance_pools": "ml.m5.large"}, "variants[0].instance_pools", id="pools"),
        pytest.param({"instance_pools": [{"priority": 1}]}, "variants[0].instance_pools[0]", id="pool"),
        pytest.param(
            {"instance_pools": [InstancePool(instance_type="ml.m5.large", priority=wrong(None))]},
            "variants[0].instance_pools[0].priority",
            id="priority",
        ),
        pytest.param(
            {"routing_strategy": RoutingStrategy.prefix_aware(prefix_length=wrong("2k"), concurrency_threshold=1)},
            "variants[0].routing_strategy.prefix_length",
            id="prefix length",
        ),
    ],
)
def test_refuses_arguments_of_wrong_types(stack: cdk.Stack, arguments: dict[str, Any], where: str) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, instance_type=None, variants=[variant(**arguments)])

    assert where in {problem.where.partition(" (")[0] for problem in refused.value.problems}


def test_a_shadow_variant_can_be_had_against_the_advice(stack: cdk.Stack) -> None:
    endpoint(
        stack,
        shadow_variant=variant("shadow", containers=containers("first", "second"), weight=0.5),
        acknowledged_rules={"MCE-E15": "tried with the service"},
    )

    (shadow,) = properties(stack, "SageMaker::EndpointConfig")["ShadowProductionVariants"]
    assert (shadow["VariantName"], shadow["InitialVariantWeight"]) == ("shadow", 0.5)
    assert len(resources(stack, "SageMaker::Model")) == 2


def test_variants_can_come_one_by_one(stack: cdk.Stack) -> None:
    """As if they had been given at once: their models, permissions and dependencies are the same."""
    made = endpoint(stack, mode=DIRECT, instance_type=None, variants=[variant("a")])
    made.add_variant(variant("b", weight=0, containers=[container("first"), container("third")]))

    at_once = cdk.Stack(cdk.App(), "Stack")
    both = [variant("a"), variant("b", weight=0, containers=[container("first"), container("third")])]
    endpoint(at_once, mode=DIRECT, instance_type=None, variants=both)
    for kind in ("SageMaker::Model", "SageMaker::EndpointConfig"):
        assert resources(stack, kind) == resources(at_once, kind)
    assert "repository/third" in str(properties(stack, "IAM::Policy"))


def test_a_variant_that_is_refused_leaves_nothing_behind(stack: cdk.Stack) -> None:
    made = endpoint(stack)
    with pytest.raises(EndpointConfigurationError, match="MCE-V02"):
        made.add_variant(variant("AllTraffic", containers=containers()))
    with pytest.raises(EndpointConfigurationError, match="expected a ProductionVariant"):
        made.add_variant(wrong("b"))
    made.add_variant(variant("b"))

    assert len(resources(stack, "SageMaker::Model")) == 1
    assert len(properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]) == 2


def test_a_model_that_comes_late_waits_for_the_role_as_well(stack: cdk.Stack) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    made = endpoint(stack, role=role)
    made.add_variant(variant("b", containers=containers()))

    waiting = [set(model["DependsOn"]) for model in resources(stack, "SageMaker::Model").values()]
    assert waiting[0] == waiting[1]


class Broken(ModelData):
    """Model data of the user's own, which cannot be looked up."""

    def bind(self, scope: Construct, id: str) -> ModelDataConfig:
        raise LookupError(f"{scope} {id}")


@pytest.fixture(name="archive")
def _archive(tmp_path: Path) -> str:
    """A local archive, which becomes an asset."""
    file = tmp_path / "model.tar.gz"
    file.write_bytes(b"a model")
    return str(file)


def test_a_variant_whose_reading_fails_takes_no_other_along(stack: cdk.Stack, archive: str) -> None:
    made = endpoint(stack, instance_type=None, variants=[variant("a"), variant("b")])
    broken = [container(model_data=ModelData.from_asset(archive)), container("second", model_data=Broken())]
    with pytest.raises(LookupError):
        made.add_variant(variant("c", containers=broken))
    made.add_variant(variant("c"))

    variants = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert [each["VariantName"] for each in variants] == ["a", "b", "c"]
    assert [child.node.id for child in made.node.children if "Variants2" in child.node.id] == []


def test_a_refused_variant_leaves_no_model_to_the_next_one(stack: cdk.Stack, archive: str) -> None:
    made = endpoint(stack, instance_type=None, variants=[variant("a")])
    own = [container(model_data=ModelData.from_asset(archive)), container("x")]
    with pytest.raises(EndpointConfigurationError):
        made.add_variant(variant("b", weight=-1, containers=own))
    made.add_variant(variant("b", containers=containers("x", "y")))

    assert len(resources(stack, "SageMaker::Model")) == 2
    assert "Variants1" not in str([child.node.id for child in made.node.children])


def test_a_late_variant_may_write_its_core_dumps(stack: cdk.Stack) -> None:
    made = endpoint(stack)
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "dumps")
    made.add_variant(variant("b", core_dump=CoreDump(bucket=bucket, prefix="late")))

    assert "dumps/late/*" in str(statements(stack)["s3:AbortMultipartUpload"]["Resource"])
