"""The rules of the emulated SageMaker, with a clock that the tests turn."""

from typing import Any

import pytest

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import SageMaker
from embedded_aws.shapes import problems

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/scorer"
STEP = 10.0


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Service:
    """SageMaker with a turnable clock and the shortest requests."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sagemaker = SageMaker(clock=self.clock, transition_seconds=STEP)

    def call(self, operation: str, **request: Any) -> Json:
        return self.sagemaker.call(operation, request)

    def wait(self, steps: int = 1) -> None:
        self.clock.now += steps * STEP

    def create_model(self, name: str = "model", *, image: str = f"{IMAGE}:1", **members: Any) -> Json:
        containers = [{"ContainerHostname": hostname, "Image": image} for hostname in ("first", "second")]
        return self.call("CreateModel", **({"ModelName": name, "Containers": containers} | members))

    def create_config(self, name: str, *, model: str = "model", **variant: Any) -> Json:
        settings = {"VariantName": "AllTraffic", "ModelName": model, "InstanceType": "ml.m5.large"} | variant
        return self.call("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[settings])

    def create_endpoint(self, name: str = "Endpoint", config: str = "old") -> Json:
        return self.call("CreateEndpoint", EndpointName=name, EndpointConfigName=config)

    def update_endpoint(self, config: str = "new", **members: Any) -> Json:
        return self.call("UpdateEndpoint", EndpointName="Endpoint", EndpointConfigName=config, **members)

    def describe(self) -> Json:
        return self.call("DescribeEndpoint", EndpointName="Endpoint")

    def variant(self) -> Json:
        variant: Json = self.describe()["ProductionVariants"][0]
        return variant


@pytest.fixture
def service() -> Service:
    """SageMaker with a model."""
    service = Service()
    service.create_model()
    return service


@pytest.fixture
def serving(service: Service) -> Service:
    """SageMaker with an endpoint in service on the configuration `old`, and a configuration `new`."""
    service.create_config("old", InitialInstanceCount=2)
    service.create_config("new", InitialInstanceCount=1, InitialVariantWeight=5.0)
    service.create_endpoint()
    service.wait()
    return service


def refused(call: Any, *arguments: Any, **members: Any) -> str:
    """The message with which the service refuses a call."""
    with pytest.raises(ServiceError) as refusal:
        call(*arguments, **members)
    assert refusal.value.code == "ValidationException"
    return refusal.value.message


def test_an_endpoint_takes_time_until_it_is_in_service(service: Service) -> None:
    service.create_config("old", InitialInstanceCount=2)
    assert service.create_endpoint() == {"EndpointArn": f"{ARN}:endpoint/endpoint"}
    creating = service.describe()
    assert creating["EndpointStatus"] == "Creating"
    assert creating["EndpointConfigName"] == "old"
    assert "ProductionVariants" not in creating
    assert creating["PendingDeploymentSummary"]["ProductionVariants"][0]["DesiredInstanceCount"] == 2
    service.wait()
    described = service.describe()
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointName"] == "Endpoint"
    assert described["LastModifiedTime"] == described["CreationTime"] + STEP
    assert "PendingDeploymentSummary" not in described


def test_a_variant_tells_its_images_weight_and_instances(serving: Service) -> None:
    variant = serving.variant()
    images = variant.pop("DeployedImages")
    assert variant == {
        "VariantName": "AllTraffic",
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": 2,
        "DesiredInstanceCount": 2,
    }
    assert [image["SpecifiedImage"] for image in images] == [f"{IMAGE}:1", f"{IMAGE}:1"]
    assert images[0]["ResolvedImage"].startswith(f"{IMAGE}@sha256:")


@pytest.mark.parametrize("image", [f"{IMAGE}@sha256:{'0' * 64}", "localhost:5000/scorer", "scorer"])
def test_an_image_is_resolved_to_a_digest_of_its_repository(image: str) -> None:
    service = Service()
    service.create_model(image=image)
    service.create_config("old")
    service.create_endpoint()
    service.wait()
    resolved = service.variant()["DeployedImages"][0]["ResolvedImage"]
    assert resolved.partition("@")[0] == image.partition("@")[0]


def test_a_weight_of_zero_stays_zero(service: Service) -> None:
    service.create_config("old", InitialVariantWeight=0.0)
    service.create_endpoint()
    service.wait()
    assert service.variant()["CurrentWeight"] == service.variant()["DesiredWeight"] == 0.0


def test_answers_have_the_shape_that_the_model_of_the_service_declares(serving: Service) -> None:
    def judge(operation: str, **request: Any) -> None:
        assert problems(f"{operation}Output", serving.call(operation, **request)) == []

    serving.update_endpoint(DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}})
    judge("DescribeEndpoint", EndpointName="Endpoint")
    serving.wait()
    judge("DescribeEndpoint", EndpointName="Endpoint")
    judge("DescribeEndpointConfig", EndpointConfigName="new")
    judge("DescribeModel", ModelName="model")
    for operation in ("ListEndpoints", "ListEndpointConfigs", "ListModels"):
        judge(operation)


def test_an_update_keeps_the_arn_and_the_creation_time(serving: Service) -> None:
    before = serving.describe()
    serving.update_endpoint()
    during = serving.describe()
    assert (during["EndpointStatus"], during["EndpointConfigName"]) == ("Updating", "old")
    assert during["PendingDeploymentSummary"]["EndpointConfigName"] == "new"
    serving.wait()
    after = serving.describe()
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "new")
    assert (after["EndpointArn"], after["CreationTime"]) == (before["EndpointArn"], before["CreationTime"])
    assert serving.variant()["CurrentInstanceCount"] == 1
    assert serving.variant()["CurrentWeight"] == 5.0


def test_a_failed_update_rolls_back_to_the_old_configuration(serving: Service) -> None:
    serving.sagemaker.fail_next("UpdateEndpoint", "no ping")
    serving.update_endpoint()
    assert serving.describe()["EndpointStatus"] == "Updating"
    serving.wait()
    assert serving.describe()["EndpointStatus"] == "RollingBack"
    serving.wait()
    described = serving.describe()
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "old")
    assert described["FailureReason"] == "no ping"
    serving.update_endpoint()
    serving.wait()
    assert serving.describe()["EndpointConfigName"] == "new"
    assert "FailureReason" not in serving.describe()


def test_a_rollback_is_over_however_late_one_looks(serving: Service) -> None:
    serving.sagemaker.fail_next("UpdateEndpoint", "no ping")
    serving.update_endpoint()
    started = serving.clock.now
    serving.wait(100)
    assert serving.describe()["EndpointStatus"] == "InService"
    assert serving.describe()["LastModifiedTime"] == started + 2 * STEP


def test_a_failed_endpoint_can_only_be_deleted(service: Service) -> None:
    service.create_config("old")
    service.sagemaker.fail_next("CreateEndpoint", "no ping")
    service.create_endpoint()
    service.wait()
    failed = service.describe()
    assert (failed["EndpointStatus"], failed["FailureReason"]) == ("Failed", "no ping")
    assert "can only be deleted" in refused(service.update_endpoint, "old")
    service.call("DeleteEndpoint", EndpointName="Endpoint")
    service.wait()
    assert refused(service.describe) == f'Could not find endpoint "{ARN}:endpoint/endpoint".'


def test_only_deployments_can_be_made_to_fail(service: Service) -> None:
    assert "DeleteModel" in refused(service.sagemaker.fail_next, "DeleteModel", "why")


def test_a_refused_update_does_not_use_up_the_failure_asked_for(serving: Service) -> None:
    serving.sagemaker.fail_next("UpdateEndpoint", "no ping")
    refused(serving.update_endpoint, "unknown")
    serving.update_endpoint()
    serving.wait()
    assert serving.describe()["EndpointStatus"] == "RollingBack"


def test_an_endpoint_in_progress_refuses_changes(serving: Service) -> None:
    serving.update_endpoint()
    expected = f'Cannot update in-progress endpoint "{ARN}:endpoint/endpoint".'
    assert refused(serving.update_endpoint) == expected
    assert refused(serving.call, "DeleteEndpoint", EndpointName="Endpoint") == expected
    serving.wait()
    serving.call("DeleteEndpoint", EndpointName="Endpoint")
    assert serving.describe()["EndpointStatus"] == "Deleting"
    assert refused(serving.call, "DeleteEndpoint", EndpointName="Endpoint") == expected


def test_the_old_configuration_must_be_there_when_an_update_starts(serving: Service) -> None:
    serving.call("DeleteEndpointConfig", EndpointConfigName="old")
    assert refused(serving.update_endpoint) == f'Could not find endpoint configuration "{ARN}:endpoint-config/old".'


@pytest.mark.parametrize("config", ["old", "new"])
def test_both_configurations_must_live_until_the_update_ends(serving: Service, config: str) -> None:
    serving.update_endpoint()
    serving.call("DeleteEndpointConfig", EndpointConfigName=config)
    serving.wait()
    described = serving.describe()
    assert described["EndpointStatus"] == "RollingBack"
    assert described["FailureReason"] == f'Could not find endpoint configuration "{ARN}:endpoint-config/{config}".'


def test_the_model_must_live_until_the_endpoint_is_in_service(service: Service) -> None:
    service.create_config("old")
    service.create_endpoint()
    service.call("DeleteModel", ModelName="model")
    service.wait()
    assert service.describe()["FailureReason"] == f'Could not find model "{ARN}:model/model".'


@pytest.mark.parametrize(
    ("excluded", "count", "weight"),
    [([], 4, 0.5), (["DesiredInstanceCount"], 1, 0.5), (["DesiredWeight"], 4, 5.0)],
)
def test_retained_variant_properties(serving: Service, excluded: list[str], count: int, weight: float) -> None:
    scaled = {"VariantName": "AllTraffic", "DesiredInstanceCount": 4, "DesiredWeight": 0.5}
    serving.call("UpdateEndpointWeightsAndCapacities", EndpointName="Endpoint", DesiredWeightsAndCapacities=[scaled])
    scaling = serving.describe()
    assert scaling["EndpointStatus"] == "Updating"
    assert "PendingDeploymentSummary" not in scaling
    assert serving.variant()["CurrentInstanceCount"] == 2
    serving.wait()
    assert serving.variant()["CurrentInstanceCount"] == 4
    serving.update_endpoint(
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": property_type} for property_type in excluded],
    )
    serving.wait()
    variant = serving.variant()
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (count, weight)


def test_an_update_resets_the_variants_unless_told_to_retain_them(serving: Service) -> None:
    scaled = {"VariantName": "AllTraffic", "DesiredInstanceCount": 4}
    serving.call("UpdateEndpointWeightsAndCapacities", EndpointName="Endpoint", DesiredWeightsAndCapacities=[scaled])
    serving.wait()
    serving.update_endpoint()
    serving.wait()
    assert serving.variant()["CurrentInstanceCount"] == 1


def test_an_unknown_variant_cannot_be_scaled(serving: Service) -> None:
    scaled = [{"VariantName": "Other", "DesiredInstanceCount": 4}]
    message = refused(
        serving.call, "UpdateEndpointWeightsAndCapacities", EndpointName="Endpoint", DesiredWeightsAndCapacities=scaled
    )
    assert '"Other"' in message


def test_the_last_deployment_config_can_be_retained(serving: Service) -> None:
    policy = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
    serving.update_endpoint(DeploymentConfig=policy)
    serving.wait()
    serving.update_endpoint("old", RetainDeploymentConfig=True)
    assert serving.describe()["LastDeploymentConfig"] == policy
    serving.wait()
    serving.update_endpoint()
    assert "LastDeploymentConfig" not in serving.describe()


def test_an_endpoint_tells_what_its_configuration_says_about_data_capture(service: Service) -> None:
    capture = {"InitialSamplingPercentage": 50, "DestinationS3Uri": "s3://bucket/captured", "EnableCapture": True}
    service.call(
        "CreateEndpointConfig",
        EndpointConfigName="old",
        ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": "model"}],
        DataCaptureConfig=capture,
    )
    service.create_endpoint()
    service.wait()
    assert service.describe()["DataCaptureConfig"]["CurrentSamplingPercentage"] == 50


def test_names_are_unique_whatever_their_case_and_exact_afterwards(serving: Service) -> None:
    assert refused(serving.create_endpoint, "ENDPOINT") == (
        f'Cannot create already existing endpoint "{ARN}:endpoint/endpoint".'
    )
    assert refused(serving.call, "DescribeEndpoint", EndpointName="endpoint").startswith("Could not find endpoint")
    assert refused(serving.create_model, "MODEL") == f'Cannot create already existing model "{ARN}:model/model".'
    assert refused(serving.create_config, "OLD").startswith("Cannot create already existing endpoint configuration")


def test_what_does_not_exist_cannot_be_used(service: Service) -> None:
    assert refused(service.create_config, "c", model="x") == f'Could not find model "{ARN}:model/x".'
    assert refused(service.create_endpoint, "e", "x") == (
        f'Could not find endpoint configuration "{ARN}:endpoint-config/x".'
    )


def test_a_model_that_only_an_instance_pool_names_must_exist_too(service: Service) -> None:
    pools = [{"InstanceType": "ml.g5.xlarge", "Priority": 1, "ModelNameOverride": "x"}]
    assert refused(service.create_config, "c", InstancePools=pools) == f'Could not find model "{ARN}:model/x".'


CONTAINER = {"Image": IMAGE}


def named(*hostnames: str) -> list[Json]:
    return [CONTAINER | {"ContainerHostname": hostname} for hostname in hostnames]


@pytest.mark.parametrize(
    ("request_members", "message"),
    [
        ({}, "either PrimaryContainer or Containers"),
        ({"PrimaryContainer": CONTAINER, "Containers": named("a", "b")}, "either PrimaryContainer or Containers"),
        ({"Containers": named("a")}, "2 to 15 members, not 1"),
        ({"Containers": [CONTAINER] * 16}, "2 to 15 members, not 16"),
        ({"Containers": [{"ContainerHostname": "a"}, *named("b")]}, "needs an Image"),
        ({"Containers": [CONTAINER, *named("b")]}, "on all or none"),
        ({"Containers": [CONTAINER] * 2, "InferenceExecutionConfig": {"Mode": "Direct"}}, "in Direct mode"),
        ({"Containers": named("a", "a")}, "Every ContainerHostname must be unique, a is not"),
        ({"Containers": [CONTAINER | {"Mode": "MultiModel"}] * 2}, "More than one container in MultiModel mode"),
    ],
)
def test_models_that_the_service_refuses(request_members: Json, message: str) -> None:
    assert message in refused(Service().call, "CreateModel", ModelName="m", **request_members)


@pytest.mark.parametrize(
    "request_members",
    [
        {"PrimaryContainer": CONTAINER},
        {"Containers": [CONTAINER] * 15},
        {"Containers": named("a", "b"), "InferenceExecutionConfig": {"Mode": "Direct"}},
    ],
)
def test_models_that_the_service_accepts(request_members: Json) -> None:
    service = Service()
    service.call("CreateModel", ModelName="Scorer", Tags=[{"Key": "team", "Value": "ml"}], **request_members)
    assert service.call("DescribeModel", ModelName="Scorer") == {
        "ModelName": "Scorer",
        "ModelArn": f"{ARN}:model/scorer",
        "CreationTime": 1000.0,
        "EnableNetworkIsolation": False,
        **request_members,
    }


def test_variant_names_are_unique(service: Service) -> None:
    variant = {"VariantName": "AllTraffic", "ModelName": "model"}
    message = refused(
        service.call, "CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[variant, variant]
    )
    assert message == "Every VariantName must be unique, AllTraffic is not."


def test_tags(service: Service) -> None:
    arn = f"{ARN}:model/model"
    service.call("AddTags", ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    service.call("DeleteTags", ResourceArn=arn, TagKeys=["a"])
    assert service.call("ListTags", ResourceArn=arn) == {"Tags": [{"Key": "b", "Value": "2"}]}
    service.call("DeleteModel", ModelName="model")
    assert "Could not find resource" in refused(service.call, "ListTags", ResourceArn=arn)


def test_lists_are_filtered_and_come_in_pages(service: Service) -> None:
    for number in range(3):
        service.wait()
        service.create_model(f"model-{number}")
    first = service.call("ListModels", NameContains="model-", MaxResults=2)
    assert [model["ModelName"] for model in first["Models"]] == ["model-2", "model-1"]
    second = service.call("ListModels", NameContains="model-", MaxResults=2, NextToken=first["NextToken"])
    assert [model["ModelName"] for model in second["Models"]] == ["model-0"]
    assert "NextToken" not in second


def test_endpoints_are_listed_by_status(serving: Service) -> None:
    serving.create_endpoint("second")
    listed = serving.call("ListEndpoints", StatusEquals="Creating")["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == ["second"]
    assert len(serving.call("ListEndpointConfigs")["EndpointConfigs"]) == 2


@pytest.mark.parametrize(
    ("operation", "request_members"), [("CreateTrainingJob", {}), ("ListModels", {"SortBy": "Name"})]
)
def test_what_is_not_emulated_is_refused_by_name(operation: str, request_members: Json) -> None:
    with pytest.raises(ServiceError, match="is not emulated") as refusal:
        Service().call(operation, **request_members)
    assert refusal.value.code == "UnknownOperationException"


def test_calls_are_logged_in_order_and_looking_from_outside_is_no_call(service: Service) -> None:
    service.create_config("old")
    service.create_endpoint()
    assert service.sagemaker.endpoint_state("Endpoint") is not None
    assert service.sagemaker.endpoint_state("endpoint") is None
    assert service.sagemaker.name_of(f"{ARN}:endpoint/endpoint") == "Endpoint"
    assert service.sagemaker.calls == ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]
