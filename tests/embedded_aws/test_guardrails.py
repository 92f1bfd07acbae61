"""Deployment guardrails: what a deployment configuration may say, and what an alarm does to a deployment."""

import pytest

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import SageMaker

STEP = 10.0
ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}, {"AlarmName": "latency"}]}}


class Account:
    """SageMaker with an endpoint on the configuration `first`, and the alarms `errors` and `latency`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.alarms = {"errors": "OK", "latency": "INSUFFICIENT_DATA"}
        self.sagemaker = SageMaker(clock=lambda: self.now, transition_seconds=STEP, alarm_state=self.alarms.get)
        self.sagemaker.call("CreateModel", {"ModelName": "model", "PrimaryContainer": {"Image": "registry/image:1"}})
        self.create_config("first", "live")
        self.create_config("second", "live")
        self.create_endpoint("Endpoint")
        self.wait()

    def wait(self) -> None:
        self.now += STEP

    def create_config(self, name: str, *variants: str) -> None:
        listed = [{"VariantName": variant, "ModelName": "model", "InitialInstanceCount": 4} for variant in variants]
        self.sagemaker.call("CreateEndpointConfig", {"EndpointConfigName": name, "ProductionVariants": listed})

    def create_endpoint(self, name: str, **members: object) -> None:
        self.sagemaker.call("CreateEndpoint", {"EndpointName": name, "EndpointConfigName": "first"} | members)

    def update_endpoint(self, config: str = "second", **members: object) -> None:
        request = {"EndpointName": "Endpoint", "EndpointConfigName": config}
        self.sagemaker.call("UpdateEndpoint", request | members)

    def describe(self) -> Json:
        return self.sagemaker.call("DescribeEndpoint", {"EndpointName": "Endpoint"})


@pytest.fixture
def account() -> Account:
    return Account()


def refused(account: Account, config: Json, endpoint_config: str = "second") -> str:
    """The message with which the service refuses an update."""
    with pytest.raises(ServiceError) as refusal:
        account.update_endpoint(endpoint_config, DeploymentConfig=config)
    assert refusal.value.code == "ValidationException"
    assert account.describe()["EndpointStatus"] == "InService"
    assert "LastDeploymentConfig" not in account.describe()
    return refusal.value.message


def routing(**members: object) -> Json:
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"WaitIntervalInSeconds": 60} | members}}


def percent(value: int) -> Json:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def rolling(batch: Json) -> Json:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": batch, "WaitIntervalInSeconds": 60}}


@pytest.mark.parametrize(
    "config",
    [
        routing(Type="ALL_AT_ONCE"),
        routing(Type="CANARY", CanarySize=percent(50)) | ALARMS,
        routing(Type="LINEAR", LinearStepSize={"Type": "INSTANCE_COUNT", "Value": 1}),
        rolling(percent(5)) | ALARMS,
        ALARMS,
    ],
)
def test_a_deployment_configuration_is_described_as_it_was_given(account: Account, config: Json) -> None:
    account.update_endpoint(DeploymentConfig=config)
    account.wait()
    described = account.describe()
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "second")
    assert described["LastDeploymentConfig"] == config


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (routing(Type="ALL_AT_ONCE") | rolling(percent(5)), "Only one of BlueGreenUpdatePolicy and RollingUpdateP"),
        (routing(Type="CANARY"), "Traffic routing of type CANARY needs CanarySize."),
        (routing(Type="LINEAR"), "Traffic routing of type LINEAR needs LinearStepSize."),
        (routing(Type="ALL_AT_ONCE", CanarySize=percent(5)), "of type ALL_AT_ONCE does not take CanarySize."),
        (routing(Type="CANARY", CanarySize=percent(51)), "CanarySize must be 1 to 50 percent of the fleet, not 51."),
        (routing(Type="LINEAR", LinearStepSize=percent(9)), "LinearStepSize must be 10 to 50 percent of the fleet"),
        (rolling(percent(4)), "MaximumBatchSize must be 5 to 50 percent of the fleet, not 4."),
    ],
)
def test_a_deployment_configuration_that_contradicts_itself_is_refused(
    account: Account, config: Json, message: str
) -> None:
    assert message in refused(account, config)


def test_several_variants_are_not_rolled(account: Account) -> None:
    account.create_config("both", "live", "other")
    assert "more than one variant" in refused(account, rolling(percent(50)), "both")


def test_an_alarm_must_be_there_before_it_is_named(account: Account) -> None:
    del account.alarms["latency"]
    message = "AutoRollbackConfiguration names alarms that do not exist: latency."
    assert refused(account, ALARMS) == message
    with pytest.raises(ServiceError, match=message):
        account.create_endpoint("second", DeploymentConfig=ALARMS)
    account.create_endpoint("second")


def test_an_alarm_sends_the_endpoint_back(account: Account) -> None:
    account.update_endpoint(DeploymentConfig=ALARMS)
    account.alarms["latency"] = "ALARM"
    account.wait()
    reason = 'The deployment was rolled back, because alarm "latency" is in ALARM.'
    assert (account.describe()["EndpointStatus"], account.describe()["FailureReason"]) == ("RollingBack", reason)
    account.wait()
    described = account.describe()
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "first")
    assert (described["FailureReason"], described["LastDeploymentConfig"]) == (reason, ALARMS)


def test_a_retained_deployment_configuration_still_watches(account: Account) -> None:
    account.update_endpoint(DeploymentConfig=ALARMS)
    account.wait()
    assert account.describe()["EndpointStatus"] == "InService"
    account.alarms["errors"] = "ALARM"
    account.update_endpoint("first", RetainDeploymentConfig=True)
    account.wait()
    assert '"errors"' in account.describe()["FailureReason"]


def test_an_alarm_that_is_not_named_sends_nothing_back(account: Account) -> None:
    account.alarms["other"] = account.alarms["errors"] = "ALARM"
    account.update_endpoint(DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "latency"}]}})
    account.wait()
    assert account.describe()["EndpointConfigName"] == "second"


def test_an_alarm_does_not_keep_an_endpoint_from_being_created(account: Account) -> None:
    account.alarms["errors"] = "ALARM"
    account.create_endpoint("Second", DeploymentConfig=ALARMS)
    account.wait()
    state = account.sagemaker.endpoint_state("Second")
    assert state is not None
    assert (state["EndpointStatus"], state["LastDeploymentConfig"]) == ("InService", ALARMS)
